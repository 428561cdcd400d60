import type { Frame } from '../face/frame.ts'
import type { DigitPlaces, Display, Transfer } from './display.ts'
import { byPosition, positionsOf } from './places.ts'
import { lowBitFirst } from './segment-bits.ts'

// Commands, TM1637 data sheet (V2.4), "Instructions of data command / display control / address".
const WRITE_AUTO_INCREMENT = 0x40
const WRITE_FIXED_ADDRESS = 0x44
const DISPLAY_CONTROL = 0x80
const DISPLAY_ON = 0x08
const ADDRESS = 0xc0

const mostIntensity = 7
/** 123 bytes of Firmata a digit by fixed address, 420 for all four with the address counting up. */
const mostSingle = 3
/** On the usual 6-digit modules each half is wired the other way round. */
const sixDigitOrder = [2, 1, 0, 5, 4, 3]

/** A TM1637 with 4 or 6 digits. It is left in fixed-address mode, so one digit is one transfer. */
export function tm1637(places: DigitPlaces): Display {
  const { digits, digitOrder = digits === 6 ? sixDigitOrder : undefined } = places
  const positions = positionsOf({ digits, ...(digitOrder === undefined ? {} : { digitOrder }) })
  const write = (...bytes: number[]): Transfer => ({ bus: 'tm1637', bytes })
  const grids = ({ segments }: Frame) => byPosition(positions, segments).map(lowBitFirst)
  const control = ({ on, intensity }: Frame) =>
    DISPLAY_CONTROL | (on ? DISPLAY_ON : 0) | Math.max(0, Math.min(mostIntensity, intensity))
  const whole = (frame: Frame) => [
    write(WRITE_AUTO_INCREMENT),
    write(ADDRESS, ...grids(frame)),
    write(WRITE_FIXED_ADDRESS),
  ]

  return {
    digits,
    bus: 'tm1637',
    // Dark first: the registers hold anything after power-on.
    init: (frame) => [write(DISPLAY_CONTROL), ...whole(frame), write(control(frame))],
    refresh: (frame) => [...whole(frame), write(control(frame))],
    changes(shown, frame) {
      const before = grids(shown)
      const after = grids(frame)
      const changed = after.flatMap((byte, grid) => (byte === before[grid] ? [] : [grid]))
      return [
        ...(changed.length <= mostSingle
          ? changed.map((grid) => write(ADDRESS | grid, after[grid] ?? 0))
          : whole(frame)),
        ...(control(shown) === control(frame) ? [] : [write(control(frame))]),
      ]
    },
  }
}
