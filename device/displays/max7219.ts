import type { Frame } from '../face/frame.ts'
import type { Display, Transfer } from './display.ts'

// Register addresses, MAX7219 data sheet (19-4452) table 2.
const DIGIT_0 = 0x1
const DECODE_MODE = 0x9
const INTENSITY = 0xa
const SCAN_LIMIT = 0xb
const SHUTDOWN = 0xc
const DISPLAY_TEST = 0xf

const NORMAL_OPERATION = 1
const NO_DECODE = 0x00

/** The chip drives up to 8 digits; the usual modules have register 8 on the left. */
const digits = 8

/** A MAX7219 with 8 digits. The chip cannot be read, so all of its state is written before it lights. */
export function max7219(): Display {
  return {
    digits,
    full: (frame) => [
      // Dark first: what an earlier program left in the registers would flash up otherwise.
      word(SHUTDOWN, 0),
      word(DISPLAY_TEST, 0),
      word(DECODE_MODE, NO_DECODE),
      word(SCAN_LIMIT, digits - 1),
      word(INTENSITY, frame.intensity),
      ...digitRegisters(frame).map(([address, segments]) => word(address, segments)),
      word(SHUTDOWN, NORMAL_OPERATION),
    ],
    changes(shown, frame) {
      const before = new Map(digitRegisters(shown))
      return [
        ...(shown.intensity === frame.intensity ? [] : [word(INTENSITY, frame.intensity)]),
        ...digitRegisters(frame)
          .filter(([address, segments]) => before.get(address) !== segments)
          .map(([address, segments]) => word(address, segments)),
      ]
    },
    off: () => [word(SHUTDOWN, 0)],
  }
}

/** Address and segments of each digit register. Undecoded, a register's bits are DP A B C D E F G too. */
function digitRegisters({ segments }: Frame): [number, number][] {
  return segments.map((byte, place) => [DIGIT_0 + digits - 1 - place, byte])
}

/** Table 1: D15-D12 don't care, D11-D8 address, D7-D0 data. */
function word(address: number, data: number): Transfer {
  return { bus: 'spi', bytes: [address, data] }
}
