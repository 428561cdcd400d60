import { segmentsOf } from '../face/font.ts'
import type { Display } from './driver.ts'
import { openBackpacks } from './ht16k33-backpack.ts'
import { lowBitFirst } from './segment-bits.ts'

/** The digits are on rows 0, 1, 3 and 4 of two bytes each; row 2 is the colon. */
const digitAddresses = [0, 2, 6, 8] as const

/** 4-digit backpacks with an HT16K33. */
export const ht16k33 = {
  id: 'ht16k33',
  bus: 'i2c',
  digits: digitAddresses.length,
  points: () => true,
  open: (options) =>
    openBackpacks(
      {
        digitAddresses,
        ramBytes: 9,
        bytesOf: (cell, points) => [lowBitFirst(segmentsOf(cell, points))],
      },
      options,
    ),
} as const satisfies Display
