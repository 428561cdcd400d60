import { segments14Of } from '../face/fourteen-font.ts'
import type { Display } from './driver.ts'
import { openBackpacks } from './ht16k33-backpack.ts'

/** Two bytes each, the low one first (Adafruit 1911 to 1912 and 2157 to 2160). */
const digitAddresses = [0, 2, 4, 6] as const

/** Backpacks with an HT16K33 and 4 digits of 14 segments ("quad alphanumeric"). */
export const ht16k33Fourteen = {
  id: 'ht16k33-14',
  bus: 'i2c',
  digits: digitAddresses.length,
  points: () => true,
  open: (options) =>
    openBackpacks(
      {
        digitAddresses,
        ramBytes: 8,
        bytesOf(cell, points) {
          const segments = segments14Of(cell, points)
          return [segments & 0xff, segments >> 8]
        },
      },
      options,
    ),
} as const satisfies Display
