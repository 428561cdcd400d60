import { segmentsOf } from '../face/font.ts'
import type { Frame } from '../face/frame.ts'
import type { Display, Register, Transfer } from './driver.ts'
import { positionsOf } from './places.ts'

// Register addresses, MAX7219 data sheet (19-4452) table 2.
const NO_OP = 0x0
const DIGIT_0 = 0x1
const DECODE_MODE = 0x9
const INTENSITY = 0xa
const SCAN_LIMIT = 0xb
const SHUTDOWN = 0xc
const DISPLAY_TEST = 0xf

const NORMAL_OPERATION = 1
const NO_DECODE = 0x00
const mostIntensity = 15
const digitsOfChip = 8
/** With fewer, each digit gets more current than the stock resistor is for (data sheet, table 9). */
const leastScanned = 4

/**
 * One MAX7219 with up to 8 digits, or a chain of them with 8 digits each. Position 0 is the leftmost
 * digit of the chip nearest to the board, on the usual modules register 8. The chip cannot be read, so
 * all of its state is written.
 */
export const max7219 = {
  id: 'max7219',
  bus: 'spi',
  digits: digitsOfChip,
  points: () => true,
  open({ digits = digitsOfChip, points = true, digitOrder }) {
    const chips = Math.ceil(digits / digitsOfChip)
    const perChip = chips === 1 ? digits : digitsOfChip
    if (digits !== chips * perChip) {
      throw new RangeError(
        `--digits: ${digits} is not possible with a MAX7219; it has 1 to 8, or 8 for each chip of a chain`,
      )
    }
    const scanned = perChip < leastScanned ? digitsOfChip : perChip
    const positions = positionsOf(digits, digitOrder)
    const addressOf = (place: number) => DIGIT_0 + perChip - 1 - ((positions[place] ?? 0) % perChip)
    const chipOf = (place: number) => Math.floor((positions[place] ?? 0) / perChip)
    const all = (address: number, value: number): Transfer =>
      transfer(address, Array(chips).fill(value))

    return {
      digits,
      points,
      // Undecoded, the bits of a digit register are DP A B C D E F G too.
      registers: ({ cells }) =>
        cells.map((cell, place) => ({ places: [place], bytes: [segmentsOf(cell, points)] })),
      // The chips of a chain latch at one instant: one digit of one chip, so that it can stand in any order.
      write: (place, { bytes: [value] }) =>
        transfer(
          addressOf(place),
          Array.from({ length: chips }, (_, chip) => (chip === chipOf(place) ? value : undefined)),
        ),
      writeAll: (registers) => inOneGo(registers),
      dark: () => [all(SHUTDOWN, 0)],
      settings: ({ intensity }) => [
        all(DISPLAY_TEST, 0),
        all(DECODE_MODE, NO_DECODE),
        all(SCAN_LIMIT, scanned - 1),
        ...Array.from({ length: scanned - perChip }, (_, i) => all(DIGIT_0 + perChip + i, 0)),
        all(INTENSITY, clamp(intensity)),
      ],
      light: ({ on }) => [all(SHUTDOWN, on ? NORMAL_OPERATION : 0)],
    }

    /** The same digit of all chips with one transfer. */
    function inOneGo(registers: readonly Register[]): Transfer[] {
      const values: (number | undefined)[][] = Array.from({ length: perChip }, () =>
        Array(chips).fill(undefined),
      )
      for (const [place, { bytes }] of registers.entries()) {
        const row = values[addressOf(place) - DIGIT_0]
        if (row !== undefined) row[chipOf(place)] = bytes[0]
      }
      return values.map((row, digit) => transfer(DIGIT_0 + digit, row)).reverse()
    }
  },
} as const satisfies Display

/**
 * One word for each chip, that of the farthest first. Table 1 of the data sheet: D15-D12 don't care,
 * D11-D8 address, D7-D0 data; a chip that is to stay as it is gets a no-op.
 */
function transfer(address: number, values: readonly (number | undefined)[]): Transfer {
  const words = values.map((value) => (value === undefined ? [NO_OP, 0] : [address, value]))
  return { bus: 'spi', bytes: words.reverse().flat() }
}

function clamp(intensity: Frame['intensity']): number {
  return Math.max(0, Math.min(mostIntensity, intensity))
}
