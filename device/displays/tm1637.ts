import { segmentsOf } from '../face/font.ts'
import type { Display, Transfer } from './driver.ts'
import { positionsOf } from './places.ts'
import { lowBitFirst } from './segment-bits.ts'

// Commands, TM1637 data sheet (V2.4), "Instructions of data command / display control / address".
const WRITE_FIXED_ADDRESS = 0x44
const DISPLAY_CONTROL = 0x80
const DISPLAY_ON = 0x08
const ADDRESS = 0xc0

const mostIntensity = 7
/** On the usual 6-digit modules each half is wired the other way round. */
const sixDigitOrder = [2, 1, 0, 5, 4, 3]

/** With 4 digits most modules are made for clocks: they have a colon, and no points. */
const hasPoints = (digits: number) => digits !== 4

/**
 * A TM1637 with 4 or 6 digits. Each digit is a transfer of its own: with the address counting up four
 * of them would take 420 bytes of Firmata instead of 500, but light up in the order of the wires.
 */
export const tm1637 = {
  id: 'tm1637',
  bus: 'two-wire',
  digits: 4,
  points: hasPoints,
  open({ digits = 4, points = hasPoints(digits), digitOrder }) {
    if (digits !== 4 && digits !== 6) {
      throw new RangeError(
        `--digits: ${digits} is not possible with a TM1637; its modules have 4 or 6`,
      )
    }
    const positions = positionsOf(digits, digitOrder ?? (digits === 6 ? sixDigitOrder : undefined))
    const write = (...bytes: number[]): Transfer => ({ bus: 'two-wire', bytes })

    return {
      digits,
      points,
      registers: ({ cells }) =>
        cells.map((cell, place) => ({
          places: [place],
          bytes: [lowBitFirst(segmentsOf(cell, points))],
        })),
      write: (place, { bytes }) => write(ADDRESS | (positions[place] ?? 0), ...bytes),
      // Twice: where a link was cut while the chip acknowledges a byte, it does not see the first start.
      dark: () => [write(DISPLAY_CONTROL), write(DISPLAY_CONTROL)],
      settings: () => [write(WRITE_FIXED_ADDRESS)],
      // One command holds the brightness too.
      light: ({ on, intensity }) => [
        write(
          DISPLAY_CONTROL | (on ? DISPLAY_ON : 0) | Math.max(0, Math.min(mostIntensity, intensity)),
        ),
      ],
    }
  },
} as const satisfies Display
