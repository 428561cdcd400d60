import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { FeedAnswer } from './answer.ts'

/** Told of every answer, also when the number is the same: it is known to be current then. */
export type FeedListener = (answer: FeedAnswer) => void

/** A listener that throws is no fault of the sender: it is said as one of ours, and the feed goes on. */
export function guarded(listener: FeedListener, log: Logger): FeedListener {
  return (answer) => {
    try {
      listener(answer)
    } catch (error) {
      log.error(`a fault of the desk, not of the bridge: ${messageOf(error)}`)
    }
  }
}

/** A way for readings to come to the desk. A failure leaves the last number standing. */
export interface Feed {
  start(): void
  stop(): void
}
