import type { FeedAnswer } from './answer.ts'

/** Told of every answer, also when the number is the same: it is known to be current then. */
export type FeedListener = (answer: FeedAnswer) => void

/** A way for readings to come to the desk. A failure leaves the last number standing. */
export interface Feed {
  start(): void
  stop(): void
}
