import type { DisplayDriver, Transfer } from './driver.ts'

// Register addresses, MAX7219 data sheet (19-4452) table 2.
const NO_OP = 0x0
export const DIGIT_0 = 0x1
const DECODE_MODE = 0x9
const INTENSITY = 0xa
const SCAN_LIMIT = 0xb
const SHUTDOWN = 0xc
const DISPLAY_TEST = 0xf

const NORMAL_OPERATION = 1
const NO_DECODE = 0x00
const mostIntensity = 15

/**
 * One register of each chip of a chain, the chip nearest to the board first. Its word is sent last. Table 1
 * of the data sheet: D15-D12 don't care, D11-D8 address, D7-D0 data; a chip that is to stay as it is gets
 * a no-op.
 */
export function chainTransfer(address: number, values: readonly (number | undefined)[]): Transfer {
  const words = values.map((value) => (value === undefined ? [NO_OP, 0] : [address, value]))
  return { bus: 'spi', bytes: words.reverse().flat() }
}

/**
 * The registers of all chips that are not for digits. Undecoded, the bits of a digit register are DP A B C D E F G.
 *
 * @param scanned digits of each chip, counted from the first
 * @param unused those of them that are always dark
 */
export function chainControl(
  chips: number,
  scanned: number,
  unused: readonly number[] = [],
): Pick<DisplayDriver, 'dark' | 'settings' | 'light'> {
  const all = (address: number, value: number) => chainTransfer(address, Array(chips).fill(value))
  return {
    dark: () => [all(SHUTDOWN, 0)],
    settings: ({ intensity }) => [
      all(DISPLAY_TEST, 0),
      all(DECODE_MODE, NO_DECODE),
      all(SCAN_LIMIT, scanned - 1),
      ...unused.map((digit) => all(DIGIT_0 + digit, 0)),
      all(INTENSITY, Math.max(0, Math.min(mostIntensity, intensity))),
    ],
    light: ({ on }) => [all(SHUTDOWN, on ? NORMAL_OPERATION : 0)],
  }
}
