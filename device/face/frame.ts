/** What a display shows. */
export interface Frame {
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  readonly segments: readonly number[]
  /** 0 (the chip's dimmest step, still lit) to 15. */
  readonly intensity: number
}
