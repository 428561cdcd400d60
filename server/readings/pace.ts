/** A query that takes so long runs again after 100 times that: we take 1 % of the database's time. */
const restFactor = 100
/** A query is as dear as the cheapest of its last runs: a pause of our own machine is none of the database. */
const judgedRuns = 3
/** Clocks count whole milliseconds, so a timer may seem to come early. */
const slackMs = 5

/** When a query may run again, by what it costs the database. */
export class Pace {
  readonly #leastMs: number
  readonly #share: number
  /** Of the last runs, oldest first. */
  #costsMs: readonly number[] = []
  #startedMs = Number.NEGATIVE_INFINITY

  /**
   * @param leastMs from one run to the next, at least
   * @param share how many sites share the database, and so the 1 %
   */
  constructor(leastMs: number, share: number) {
    this.#leastMs = leastMs
    this.#share = share
  }

  /** How long the last run took. */
  get tookMs(): number {
    return this.#costsMs.at(-1) ?? 0
  }

  /** From one run to the next, as things stand. */
  get everyMs(): number {
    const costMs = this.#costsMs.length === 0 ? 0 : Math.min(...this.#costsMs)
    return Math.max(this.#leastMs, restFactor * this.#share * costMs)
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#startedMs + this.everyMs - slackMs
  }

  /** Runs a query and learns what it costs. */
  async run<T>(now: () => number, query: () => Promise<T>): Promise<T> {
    this.#startedMs = now()
    const result = await query()
    const costMs = Math.max(0, now() - this.#startedMs)
    this.#costsMs = [...this.#costsMs, costMs].slice(-judgedRuns)
    return result
  }
}
