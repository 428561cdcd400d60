import type { Frame } from '../face/frame.ts'
import type { DigitPlaces, Display, Transfer } from './display.ts'
import { byPosition, positionsOf } from './places.ts'
import { lowBitFirst } from './segment-bits.ts'

// Commands, HT16K33 data sheet (rev. 1.10), "Command Summary".
const SYSTEM_SETUP = 0x20
const OSCILLATOR_ON = 0x01
const DISPLAY_SETUP = 0x80
const DISPLAY_ON = 0x01
const ROW_INT_SET = 0xa0
const DIMMING_SET = 0xe0
const RAM = 0x00

const mostIntensity = 15
/** The backpack's digits are on rows 0, 1, 3 and 4 of two bytes each; row 2 is the colon. */
const digitAddresses = [0, 2, 6, 8] as const
const ramBytes = 9
/** Firmata takes 9 bytes for one digit, and 25 for all four and the colon. */
const mostSingle = 2

/**
 * 4-digit backpacks with an HT16K33, side by side, the first address on the left. The colon stays
 * dark: a count has none.
 */
export function ht16k33(
  addresses: readonly number[],
  places: Omit<DigitPlaces, 'digits'> = {},
): Display {
  const digits = addresses.length * digitAddresses.length
  const positions = positionsOf({ ...places, digits })
  const write = (address: number, ...bytes: number[]): Transfer => ({ bus: 'i2c', address, bytes })
  const each = (transfers: (address: number, index: number) => Transfer[]) =>
    addresses.flatMap(transfers)

  /** RAM of each backpack, from address 0. */
  const rams = ({ segments }: Frame): number[][] => {
    const ordered = byPosition(positions, segments)
    return addresses.map((_, index) => {
      const ram = Array<number>(ramBytes).fill(0)
      digitAddresses.forEach((address, digit) => {
        ram[address] = lowBitFirst(ordered[index * digitAddresses.length + digit] ?? 0)
      })
      return ram
    })
  }
  const dimming = ({ intensity }: Frame) =>
    DIMMING_SET | Math.max(0, Math.min(mostIntensity, intensity))
  const lit = ({ on }: Frame) => DISPLAY_SETUP | (on ? DISPLAY_ON : 0)
  const contents = (frame: Frame) =>
    each((address, index) => [
      write(address, ROW_INT_SET),
      write(address, dimming(frame)),
      write(address, RAM, ...(rams(frame)[index] ?? [])),
      write(address, lit(frame)),
    ])

  return {
    digits,
    bus: 'i2c',
    // Dark before anything else: the RAM holds anything after power-on. Without its oscillator the chip
    // takes no other command.
    init: (frame) => [
      ...each((address) => [
        write(address, SYSTEM_SETUP | OSCILLATOR_ON),
        write(address, DISPLAY_SETUP),
      ]),
      ...contents(frame),
    ],
    refresh: (frame) => [
      ...each((address) => [write(address, SYSTEM_SETUP | OSCILLATOR_ON)]),
      ...contents(frame),
    ],
    changes: (shown, frame) =>
      each((address, index) => {
        const before = rams(shown)[index] ?? []
        const after = rams(frame)[index] ?? []
        const changed = digitAddresses.filter((at) => before[at] !== after[at])
        return [
          ...(dimming(shown) === dimming(frame) ? [] : [write(address, dimming(frame))]),
          ...(changed.length <= mostSingle
            ? changed.map((at) => write(address, RAM | at, after[at] ?? 0))
            : [write(address, RAM, ...after)]),
          ...(lit(shown) === lit(frame) ? [] : [write(address, lit(frame))]),
        ]
      }),
  }
}
