import type { Frame } from '../face/frame.ts'
import type { DigitPlaces, Display, Transfer } from './display.ts'
import { byPosition, positionsOf } from './places.ts'

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

/** What a register of each chip is to hold; undefined leaves a chip as it is. */
type Registers = readonly [address: number, values: readonly (number | undefined)[]]

/**
 * One MAX7219 with up to 8 digits, or a chain of them with 8 digits each. Position 0 is the leftmost
 * digit of the chip nearest to the board, on the usual modules register 8. The chip cannot be read, so
 * all of its state is written.
 */
export function max7219(places: DigitPlaces): Display {
  const { digits } = places
  const positions = positionsOf(places)
  const chips = Math.ceil(digits / digitsOfChip)
  const perChip = chips === 1 ? digits : digitsOfChip
  if (digits !== chips * perChip) {
    throw new RangeError(`MAX7219: ${digits} digits; it has 1 to 8, or 8 for each chip of a chain`)
  }
  const all = (address: number, value: number): Registers => [address, Array(chips).fill(value)]
  const control = ({ intensity }: Frame): Registers[] => [
    all(DISPLAY_TEST, 0),
    all(DECODE_MODE, NO_DECODE),
    all(SCAN_LIMIT, perChip - 1),
    all(INTENSITY, clamp(intensity)),
  ]
  const lit = ({ on }: Frame) => all(SHUTDOWN, on ? NORMAL_OPERATION : 0)

  /** Address and segments of each digit register. Undecoded, its bits are DP A B C D E F G too. */
  const digitRegisters = ({ segments }: Frame): Registers[] => {
    const ordered = byPosition(positions, segments)
    return Array.from({ length: perChip }, (_, index) => [
      DIGIT_0 + perChip - 1 - index,
      Array.from({ length: chips }, (_, chip) => ordered[chip * perChip + index] ?? 0),
    ])
  }

  return {
    digits,
    bus: 'spi',
    // Dark first: what an earlier program left in the registers would flash up otherwise.
    init: (frame) =>
      [all(SHUTDOWN, 0), ...control(frame), ...digitRegisters(frame), lit(frame)].map(transfer),
    refresh: (frame) => [...control(frame), ...digitRegisters(frame), lit(frame)].map(transfer),
    changes(shown, frame) {
      const before = new Map(digitRegisters(shown))
      const changed = digitRegisters(frame).flatMap(([address, values]): Registers[] => {
        const old = before.get(address)
        const news = values.map((value, chip) => (value === old?.[chip] ? undefined : value))
        return news.every((value) => value === undefined) ? [] : [[address, news]]
      })
      const dimmed = clamp(shown.intensity) !== clamp(frame.intensity)
      return [
        ...(dimmed ? [all(INTENSITY, clamp(frame.intensity))] : []),
        ...changed,
        ...(shown.on === frame.on ? [] : [lit(frame)]),
      ].map(transfer)
    },
  }
}

/**
 * One word for each chip, that of the farthest first. Table 1 of the data sheet: D15-D12 don't care,
 * D11-D8 address, D7-D0 data; a chip that is to stay as it is gets a no-op.
 */
function transfer([address, values]: Registers): Transfer {
  const words = values.map((value) => (value === undefined ? [NO_OP, 0] : [address, value]))
  return { bus: 'spi', bytes: words.reverse().flat() }
}

function clamp(intensity: number): number {
  return Math.max(0, Math.min(mostIntensity, intensity))
}
