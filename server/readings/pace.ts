import { isDue } from '../../common/clock.ts'
import { DatabaseError } from '../../common/errors.ts'

/** We take 1 % of the database's time: what costs so much is done once in 100 times that. */
export const restFactor = 100
/** A query is as dear as the cheapest of its last runs: a pause of our own machine is none of the database. */
const judgedRuns = 3
/** Clocks count whole milliseconds, so a timer may seem to come early. */
const slackMs = 5

/** Waits in the midst of a piece of work, while the database does nothing for it. */
export type Rest = (wait: () => Promise<unknown>) => Promise<void>

/**
 * The budget of one kind of work: 1 % of the database's time. What takes the database so long comes again
 * after 100 times that.
 */
export class Pace {
  readonly #leastMs: () => number
  readonly #share: number
  readonly #stopwatch: () => number
  /** Of the last runs, oldest first. */
  #costsMs: readonly number[] = []
  #startedMs = Number.NEGATIVE_INFINITY
  #failure: unknown

  /**
   * @param leastMs from one run to the next, at least
   * @param share how many sites share the database, and so the 1 %
   * @param stopwatch the database's: no setting of the clock changes it. A Raspberry Pi wakes up in the
   *   past, and the first answer from the network would look like a query of days
   */
  constructor(leastMs: () => number, share: number, stopwatch: () => number) {
    this.#leastMs = leastMs
    this.#share = share
    this.#stopwatch = stopwatch
  }

  /** Of the last run; undefined when it brought what it was to bring. */
  get failure(): unknown {
    return this.#failure
  }

  /** How long the last run took. */
  get tookMs(): number {
    return this.#costsMs.at(-1) ?? 0
  }

  /** From one run to the next, as things stand. */
  get everyMs(): number {
    const costMs = this.#costsMs.length === 0 ? 0 : Math.min(...this.#costsMs)
    return Math.max(this.#leastMs(), restFactor * this.#share * costMs)
  }

  isDue(nowMs: number): boolean {
    return isDue(nowMs, this.#startedMs, this.everyMs - slackMs)
  }

  /** Does a piece of work and learns what it costs; a rest within it costs nothing. */
  async run<T>(nowMs: number, work: (rest: Rest) => Promise<T>): Promise<T> {
    this.#startedMs = nowMs
    const begunMs = this.#stopwatch()
    let restedMs = 0
    const rest: Rest = async (wait) => {
      const fromMs = this.#stopwatch()
      await wait()
      restedMs += this.#stopwatch() - fromMs
    }
    // What another query learnt of the network meanwhile may be taken off this one's time, too.
    const costMs = () => Math.max(0, this.#stopwatch() - begunMs - restedMs)
    try {
      const result = await work(rest)
      this.#costsMs = [...this.#costsMs, costMs()].slice(-judgedRuns)
      this.#failure = undefined
      return result
    } catch (error) {
      // Of other failures the time says nothing about the query. One that has been cheap is dear when it
      // has gone over its limit twice: once, the server may have stood still.
      if (isOverLimit(error)) {
        const known = isOverLimit(this.#failure) ? [] : this.#costsMs
        this.#costsMs = [...known, costMs()].slice(-judgedRuns)
      }
      this.#failure = error
      throw error
    }
  }
}

function isOverLimit(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === 'limit'
}

/** The kinds of work of one site, each with its own pace. */
export class Paces {
  readonly #pollMs: () => number
  readonly #share: number
  readonly #stopwatch: (name: string) => number
  /** Key: the kind of work. */
  readonly #paces: Map<string, Pace> = new Map()

  /**
   * @param pollMs from one run to the next, at least, unless a kind of work has its own
   * @param share as of each pace
   * @param stopwatch as of each pace: the one of that kind of work
   */
  constructor(pollMs: () => number, share: number, stopwatch: (name: string) => number) {
    this.#pollMs = pollMs
    this.#share = share
    this.#stopwatch = stopwatch
  }

  /** Undefined for work that has never been due. */
  of(name: string): Pace | undefined {
    return this.#paces.get(name)
  }

  /** Does one kind of work when it is due. */
  async when(
    name: string,
    nowMs: number,
    work: (rest: Rest) => Promise<void>,
    leastMs: () => number = this.#pollMs,
  ): Promise<void> {
    const stopwatch = () => this.#stopwatch(name)
    const pace = this.#paces.get(name) ?? new Pace(leastMs, this.#share, stopwatch)
    this.#paces.set(name, pace)
    if (pace.isDue(nowMs)) await pace.run(nowMs, work)
  }

  /** Does one kind of work when it is due; where it is not and has failed, that failure still stands. */
  async poll(name: string, nowMs: number, work: (rest: Rest) => Promise<void>): Promise<void> {
    await this.when(name, nowMs, work)
    const failure = this.of(name)?.failure
    if (failure !== undefined) throw failure
  }

  /** What was done of this kind does not count any more: it is due at once. */
  forget(name: string): void {
    this.#paces.delete(name)
  }

  clear(): void {
    this.#paces.clear()
  }
}
