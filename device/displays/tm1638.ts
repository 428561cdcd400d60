import { segmentsOf } from '../face/font.ts'
import type { Display, Keys, Press, Transfer } from './driver.ts'
import { positionsOf } from './places.ts'
import { lowBitFirst } from './segment-bits.ts'

// Commands, TM1638 data sheet (V1.3), "Data command", "Display control command", "Address command".
const WRITE_AUTO_INCREMENT = 0x40
const DISPLAY_CONTROL = 0x80
const DISPLAY_ON = 0x08
const ADDRESS = 0xc0
const READ_KEYS = 0x42

const mostIntensity = 7
const digitsOfModule = 8

const press: Readonly<Record<string, Press>> = {
  1: { do: 'next' },
  7: { do: 'darker', most: mostIntensity },
  8: { do: 'brighter', most: mostIntensity },
}

/** S1 to S4 are bit 0 of the four bytes, S5 to S8 bit 4. */
const keys: Keys = {
  command: READ_KEYS,
  bytes: 4,
  presses: (before, state) =>
    state.flatMap((byte, index) => {
      const fresh = byte & ~(before[index] ?? 0)
      const down = [...(fresh & 0x01 ? [index + 1] : []), ...(fresh & 0x10 ? [index + 5] : [])]
      return down.flatMap((key) => press[key] ?? [])
    }),
}

/**
 * A TM1638 with 8 digits, as on the modules "LED & KEY". Each digit has two registers: segments 1 to 8, and
 * 9 and 10, to which those modules connect a LED, which stays dark. Our own firmware asks for the keys: S1
 * is the next counter, S7 darker, S8 brighter. Over Firmata a key scan is some 32 requests, each with an
 * answer to wait for, so there they are not asked.
 */
export const tm1638 = {
  id: 'tm1638',
  bus: 'three-wire',
  digits: digitsOfModule,
  points: () => true,
  open({ digits = digitsOfModule, points = true, digitOrder }) {
    if (digits !== digitsOfModule) {
      throw new RangeError(
        `--digits: ${digits} is not possible with a TM1638; its modules have ${digitsOfModule}`,
      )
    }
    const positions = positionsOf(digits, digitOrder)
    const write = (...bytes: number[]): Transfer => ({ bus: 'three-wire', bytes })
    const addressOf = (place: number) => 2 * (positions[place] ?? 0)

    return {
      digits,
      points,
      keys,
      registers: ({ cells }) =>
        cells.map((cell, place) => ({
          places: [place],
          bytes: [lowBitFirst(segmentsOf(cell, points))],
        })),
      write: (place, { bytes }) => write(ADDRESS | addressOf(place), ...bytes),
      writeAll(registers) {
        const ram = Array<number>(2 * digits).fill(0)
        for (const [place, { bytes }] of registers.entries()) ram[addressOf(place)] = bytes[0] ?? 0
        return [write(ADDRESS, ...ram)]
      },
      dark: () => [write(DISPLAY_CONTROL)],
      settings: () => [write(WRITE_AUTO_INCREMENT)],
      // One command holds the brightness too.
      light: ({ on, intensity }) => [
        write(
          DISPLAY_CONTROL | (on ? DISPLAY_ON : 0) | Math.max(0, Math.min(mostIntensity, intensity)),
        ),
      ],
    }
  },
} as const satisfies Display
