import type { Segment14Appearance } from './appearance.ts'
import { Ht16k33Chip } from './ht16k33-chip.ts'

/**
 * Wiring of the backpack with 4 alphanumeric digits (Adafruit 1911, 1912 and 2157 to 2160): a row of the RAM is
 * a digit from the left, whose bits 14 to 0 are DP N M L K J H G2 G1 F E D C B A.
 */
const DIGIT_ADDRESSES = [0x0, 0x2, 0x4, 0x6]

/** An HT16K33 on a backpack with 4 digits of 14 segments. */
export class Ht16k33Fourteen extends Ht16k33Chip {
  override display(): Segment14Appearance {
    const digits = DIGIT_ADDRESSES.map(
      (address) => this.lit(address) | ((this.lit(address + 1) & 0x7f) << 8),
    )
    return { segments14: digits, ...this.style }
  }
}
