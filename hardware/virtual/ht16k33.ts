import type { SegmentAppearance } from './appearance.ts'
import { Ht16k33Chip } from './ht16k33-chip.ts'
import { segmentsFromLowA } from './seven-segment.ts'

/**
 * Wiring of the 4-digit backpack with colon (Adafruit 878 to 880 and 1001 to 1003): the RAM address
 * of each digit from the left, and the colon, whose two dots are one LED of COM2.
 */
const DIGIT_ADDRESSES = [0x0, 0x2, 0x6, 0x8]
const COLON_ADDRESS = 0x4
const COLON_BIT = 0x02

/** An HT16K33 on a 4-digit backpack. */
export class Ht16k33 extends Ht16k33Chip {
  override display(): SegmentAppearance {
    return {
      segments: DIGIT_ADDRESSES.map((address) => segmentsFromLowA(this.lit(address))),
      ...this.style,
      colon: (this.lit(COLON_ADDRESS) & COLON_BIT) > 0,
    }
  }
}
