import { segmentsOf } from '../face/font.ts'
import type { Display, Register, Transfer } from './driver.ts'
import { chainControl, chainTransfer, DIGIT_0 } from './max7219-chain.ts'
import { positionsOf } from './places.ts'

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
    const unused = Array.from({ length: scanned - perChip }, (_, i) => perChip + i)

    return {
      digits,
      points,
      // The bits of a digit register are DP A B C D E F G too.
      registers: ({ cells }) =>
        cells.map((cell, place) => ({ places: [place], bytes: [segmentsOf(cell, points)] })),
      // The chips of a chain latch at one instant: one digit of one chip, so that it can stand in any order.
      write: (place, { bytes: [value] }) =>
        chainTransfer(
          addressOf(place),
          Array.from({ length: chips }, (_, chip) => (chip === chipOf(place) ? value : undefined)),
        ),
      writeAll: (registers) => inOneGo(registers),
      ...chainControl(chips, scanned, unused),
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
      return values.map((row, digit) => chainTransfer(DIGIT_0 + digit, row)).reverse()
    }
  },
} as const satisfies Display
