import type { Transfer } from './driver.ts'

// Register addresses, MAX7219 data sheet (19-4452) table 2.
const NO_OP = 0x0
export const DIGIT_0 = 0x1
export const DECODE_MODE = 0x9
export const INTENSITY = 0xa
export const SCAN_LIMIT = 0xb
export const SHUTDOWN = 0xc
export const DISPLAY_TEST = 0xf

export const NORMAL_OPERATION = 1
export const NO_DECODE = 0x00
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

export function clampIntensity(intensity: number): number {
  return Math.max(0, Math.min(mostIntensity, intensity))
}
