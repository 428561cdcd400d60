import { isDue } from '../../common/clock.ts'
import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { Saved, Store } from './store.ts'

interface SavingOptions {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
  /** What is to be remembered, as it is when it is written. */
  readonly sites: () => readonly Saved[]
}

/** Flash memory wears: a state file at most so often, and at the end. */
const saveEveryMs = 60_000

/** Writes to the state file what sites are known, one write at a time. */
export class Saving {
  readonly #options: SavingOptions
  #savedMs = Number.NEGATIVE_INFINITY
  #writing: Promise<void> = Promise.resolve()
  /** Why the last write failed. */
  #failure: string | undefined

  constructor(options: SavingOptions) {
    this.#options = options
  }

  /** Saves when that is due. */
  nowAndThen(): void {
    if (isDue(this.#options.now(), this.#savedMs, saveEveryMs)) void this.atOnce()
  }

  /** Resolves when it is written, or has failed: that is told once, and again when it is another failure. */
  atOnce(): Promise<void> {
    const { store, now, log, sites } = this.#options
    this.#savedMs = now()
    this.#writing = this.#writing.then(async () => {
      const known = sites()
      if (known.length === 0) return
      try {
        await store.save(known)
        if (this.#failure !== undefined) log.info('the last readings are remembered again')
        this.#failure = undefined
      } catch (error) {
        const message = messageOf(error)
        if (message !== this.#failure) {
          log.warn(`the last readings could not be remembered: ${message}`)
        }
        this.#failure = message
      }
    })
    return this.#writing
  }
}
