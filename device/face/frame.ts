/** What a display shows. */
export interface Frame {
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  readonly segments: readonly number[]
  /** Step of brightness, 0 the dimmest that is still lit; chips with fewer than 16 clamp it. */
  readonly intensity: number
  /** Dark as a whole, which is not the same as the dimmest step. */
  readonly on: boolean
}
