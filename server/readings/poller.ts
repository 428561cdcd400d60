import { backoffMs } from '../../backoff.ts'
import { FatalError } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { DatabaseError } from '../wordpress/database.ts'
import type { Round } from './reader.ts'
import type { Remembered, Store } from './store.ts'

export interface PollerOptions {
  /** One round of queries. */
  readonly read: () => Promise<Round>
  readonly pollMs: number
  readonly store: Store
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** What is known of a site, from memory: asking costs the database nothing. */
export interface SiteState {
  readonly last: Remembered | undefined
  /** Why the newest round failed, or undefined when it did not. */
  readonly failure: string | undefined
  /** From one round to the next, as of late: longer than asked for where the queries are slow. */
  readonly intervalMs: number
}

const longestWaitMs = 300_000
/** Flash memory wears: a state file at most so often, and at the end. */
const saveEveryMs = 60_000
/** Queries that take so long are run again after 100 times that: we take 1 % of the database's time. */
const restFactor = 100
/** A round is as dear as the cheapest of so many: a pause of our own machine is none of the database. */
const judgedRounds = 3

/** Reads a site again and again in the background, one round at a time, and keeps the last readings. */
export class Poller {
  readonly #options: PollerOptions
  #state: SiteState
  #failures = 0
  #savedAtMs = Number.NEGATIVE_INFINITY
  /** Of the last rounds, oldest first. */
  #costsMs: readonly number[] = []
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: PollerOptions, remembered: Remembered | undefined) {
    this.#options = options
    this.#state = { last: remembered, failure: undefined, intervalMs: options.pollMs }
  }

  get state(): SiteState {
    return this.#state
  }

  /**
   * Reads once, then goes on in the background.
   *
   * @throws FatalError or DatabaseError when the first round fails in a way that waiting does not
   *   mend. A site that has been read before is not given up: what worked once is away, not wrong.
   */
  async start(): Promise<void> {
    const remembered = this.#state.last !== undefined
    const first = this.#poll()
    this.#round = first.then(() => undefined)
    if (remembered) return
    const error = await first
    if (error instanceof FatalError) throw error
    if (error instanceof DatabaseError && error.kind === 'refused') throw error
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#round
    await this.#save()
  }

  /** One round; resolves with the error when it failed. */
  async #poll(): Promise<Error | undefined> {
    const { read, pollMs, now, random } = this.#options
    const startedMs = now()
    const error = await read().then(
      (round) => this.#succeed(round),
      (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
    )
    if (error !== undefined) this.#fail(error)
    const tookMs = Math.max(0, now() - startedMs)
    const waitMs =
      error === undefined
        ? Math.max(pollMs - tookMs, restFactor * Math.min(...this.#costsMs))
        : backoffMs(this.#failures, { firstMs: pollMs, mostMs: longestWaitMs }, random)
    this.#state = { ...this.#state, intervalMs: Math.max(pollMs, waitMs + tookMs) }
    if (!this.#stopped) {
      this.#timer = setTimeout(() => {
        this.#round = this.#poll().then(() => undefined)
      }, waitMs)
    }
    return error
  }

  async #succeed(round: Round): Promise<undefined> {
    const { log, now } = this.#options
    if (this.#failures > 0) log.info({ site: round.site }, 'the database answers again')
    this.#failures = 0
    this.#costsMs = [...this.#costsMs, round.costMs].slice(-judgedRounds)
    this.#state = {
      ...this.#state,
      last: { ...round, counts: [...round.counts] },
      failure: undefined,
    }
    if (now() - this.#savedAtMs >= saveEveryMs) await this.#save()
  }

  #fail(error: Error): void {
    const { log } = this.#options
    this.#failures += 1
    if (this.#state.failure !== error.message) log.warn(`${error.message}; trying again`)
    this.#state = { ...this.#state, failure: error.message }
  }

  async #save(): Promise<void> {
    const { store, now, log } = this.#options
    if (this.#state.last === undefined) return
    this.#savedAtMs = now()
    await store.save(this.#state.last).catch((error: Error) => {
      log.warn(`the last reading could not be remembered: ${error.message}`)
    })
  }
}
