import type { Logger } from '../../common/log.ts'

/** Lines a minute: a client can be refused as often as it likes. */
const mostAMinute = 10
const minuteMs = 60_000

/** Refusals in the log, of which a flood leaves a few lines. */
export class Refusals {
  readonly #log: Logger
  readonly #monotonic: () => number
  #sinceMs = Number.NEGATIVE_INFINITY
  #count = 0

  /** @param monotonic milliseconds of a clock that never jumps */
  constructor(log: Logger, monotonic: () => number) {
    this.#log = log
    this.#monotonic = monotonic
  }

  add(what: string): void {
    const nowMs = this.#monotonic()
    if (nowMs - this.#sinceMs >= minuteMs) {
      const untold = this.#count - mostAMinute
      if (untold > 0) this.#log.info(`refused ${untold} more before this`)
      this.#sinceMs = nowMs
      this.#count = 0
    }
    this.#count += 1
    if (this.#count <= mostAMinute) this.#log.info(`refused: ${what}`)
    if (this.#count === mostAMinute) {
      this.#log.info('refused: there are many; more within this minute are only counted')
    }
  }
}
