import { FatalError, messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import { carryTotals } from './carried-totals.ts'
import type { Counting } from './counting.ts'
import { type FailureKind, failureKind } from './failure.ts'
import type { Leadership, OtherLeader } from './leadership.ts'
import { silentSince } from './newest-day.ts'
import { isFinal, Retry } from './retry.ts'
import type { Round } from './round.ts'
import type { Remembered } from './store.ts'
import type { Watchers } from './watchers.ts'

export interface PollerOptions {
  /** One round of queries. */
  readonly read: () => Promise<Round>
  /** Asked before each round, where another process may be the one that reads. */
  readonly leadership?: (() => Promise<Leadership>) | undefined
  readonly name: string | undefined
  /** From one round to the next; while somebody watches, where that counts, a fraction of it. */
  readonly pollMs: number
  readonly watchers?: Watchers | undefined
  /** How often the database bears it, by what the last rounds have cost. */
  readonly bearableMs?: (() => number) | undefined
  /** Whether a total that falls is carried forward. */
  readonly carry: boolean
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Told after each round. */
  readonly onRound: (succeeded: boolean) => void
}

/** What is known of a site, from memory: asking costs the database nothing. */
export interface SiteState {
  /** As it was named in the settings; undefined when it goes by its address. */
  readonly name: string | undefined
  readonly last: Remembered | undefined
  /** Why the newest round failed, or undefined when it did not. */
  readonly failure: string | undefined
  /** Of the failure; `away` where it is not known. */
  readonly failureKind?: FailureKind | undefined
  /** The failure where it is WordPress or its plugin that cannot be read: for everybody to know. */
  readonly refusal?: string | undefined
  /** Another process reads the site and speaks for it, or it is not yet known whether one does. */
  readonly isTheirs?: boolean
  /** While not all numbers are known yet. */
  readonly counting?: Counting | undefined
}

/** While somebody watches: two people can hardly tell a fifth of a second from at once. */
export const watchedPollMs = 200
/** How long our own number stands against an older one of another process: clocks of two machines differ. */
const keepMs = 10_000

/** Reads a site again and again in the background, one round at a time, and keeps what it found. */
export class Poller {
  readonly #options: PollerOptions
  #state: SiteState
  readonly #retry: Retry
  #timer: NodeJS.Timeout | undefined
  #round: Promise<unknown> = Promise.resolve()
  /** What the last round that was ours has read. */
  #found: Round | undefined
  #isWoken = false
  /** Day of the newest visit, while the plugin counts nobody. */
  #silentSince: string | undefined
  #stopped = false

  constructor(options: PollerOptions, remembered: Remembered | undefined) {
    this.#options = options
    this.#retry = new Retry(options.pollMs, options.random)
    const isTheirs = options.leadership !== undefined
    this.#state = { name: options.name, last: remembered, failure: undefined, isTheirs }
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
    this.#round = first
    if (remembered) return
    const error = await first
    if (isFinal(error)) {
      await this.stop()
      throw error
    }
  }

  /** Makes known how far the first count has come. */
  tell(counting: Counting | undefined): void {
    this.#state = { ...this.#state, counting }
  }

  /** Begins the next round now: whose turn it is may be another. */
  wake(): void {
    this.#isWoken = true
    if (this.#timer === undefined || this.#stopped) return
    clearTimeout(this.#timer)
    this.#round = this.#poll()
  }

  /** After the database has been closed, so that a round that is under way ends. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#round
  }

  /** One round; resolves with the error when it failed. */
  async #poll(): Promise<unknown> {
    const { read, leadership, pollMs, watchers, now } = this.#options
    this.#timer = undefined
    this.#isWoken = false
    const startedMs = now()
    let error: unknown
    try {
      const leader = leadership === undefined ? undefined : await leadership()
      if (leader?.leader === 'other') this.#adopt(leader)
      else this.#succeed(await read())
    } catch (reason) {
      error = reason
      if (!this.#stopped) this.#fail(reason)
    }
    const tookMs = Math.max(0, now() - startedMs)
    const watchedMs = Math.max(watchedPollMs, this.#options.bearableMs?.() ?? 0)
    const everyMs = watchers?.isWatched ? Math.min(watchedMs, pollMs) : pollMs
    const waitMs = error === undefined ? Math.max(0, everyMs - tookMs) : this.#retry.waitMs(error)
    if (!this.#stopped) {
      this.#timer = setTimeout(
        () => {
          this.#round = this.#poll()
        },
        this.#isWoken ? 0 : waitMs,
      )
    }
    return error
  }

  #succeed(found: Round): void {
    const { log, carry, onRound } = this.#options
    const { failure, isTheirs } = this.#state
    // In a network most rounds read nothing: a query runs as often as the load of all sites allows.
    if (found === this.#found && failure === undefined && isTheirs === false) return
    this.#found = found
    if (this.#retry.isUnderWay) log.info({ site: found.site }, 'the database answers again')
    this.#retry.succeeded()
    const last = this.#state.last
    if (last !== undefined && last.source !== found.source) {
      log.info(
        `${found.site}: from now on ${found.source} (${found.why}) instead of ${last.source}`,
      )
    }
    const before = last?.carry ?? {}
    const { round, carries } = carry
      ? carryTotals(found, before, last?.ledger)
      : { round: found, carries: {} }
    this.#warnOfSilence(round)
    this.#state = {
      ...this.#state,
      last: { ...round, counts: [...round.counts], open: [...round.open], carry: carries },
      failure: undefined,
      failureKind: undefined,
      refusal: undefined,
      isTheirs: false,
    }
    onRound(true)
  }

  /** Once, when the plugin does not count any more. */
  #warnOfSilence(round: Round): void {
    const { log, now } = this.#options
    const since = silentSince({ ledger: round.ledger, open: [...round.open] }, now())
    if (since !== undefined && this.#silentSince !== since) {
      log.warn(
        `${round.site}: ${round.source} has counted nobody since ${since}; if the site has visitors, exclude its script from the page cache, then run doctor`,
      )
    }
    this.#silentSince = since
  }

  /** Goes on with what another process has read, unless we have read later: no number goes back. */
  #adopt({ last, failure }: OtherLeader): void {
    const { now, onRound } = this.#options
    const known = this.#state.last
    if (last === undefined) return
    const ageMs = now() - readMs(known)
    // What was read in the future was so when the clock was wrong.
    const isRecent = ageMs >= 0 && ageMs < Math.min(2 * everyMs(known), keepMs)
    const isOlder = readMs(last) < readMs(known) && isRecent
    this.#retry.succeeded()
    this.#state = {
      ...this.#state,
      last: isOlder ? known : last,
      failure,
      failureKind: undefined,
      refusal: undefined,
      isTheirs: true,
    }
    onRound(true)
  }

  #fail(reason: unknown): void {
    const { log, onRound } = this.#options
    const message = messageOf(reason)
    if (this.#state.failure !== message) log.warn(`${message}; trying again`)
    const refusal = reason instanceof FatalError ? message : undefined
    this.#state = { ...this.#state, failure: message, failureKind: failureKind(reason), refusal }
    onRound(false)
  }
}

/** Of the newest of its counts, in milliseconds since 1970. */
function readMs(last: Remembered | undefined): number {
  return Math.max(...(last?.counts ?? []).map(({ asOf }) => Date.parse(asOf)))
}

function everyMs(last: Remembered | undefined): number {
  return Math.max(...(last?.counts ?? []).map((count) => count.everyMs))
}
