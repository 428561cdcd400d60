import type { Query } from '../wordpress/database/database.ts'
import type { OpenDays } from '../wordpress/sources/source.ts'
import { Allowance } from './allowance.ts'
import { BackgroundCounts } from './background-counts.ts'
import type { Counting } from './counting.ts'
import type { Found } from './find-source.ts'
import { LiveNumbers } from './live-numbers.ts'
import { Paces } from './pace.ts'
import { watchedPollMs } from './poller.ts'
import type { Round } from './round.ts'
import { SiteKnowledge, type SiteOptions } from './site-knowledge.ts'
import type { Checkpoint } from './store.ts'
import type { Watchers } from './watchers.ts'

export interface ReaderOptions extends SiteOptions {
  /** Where the database is read more often while somebody watches, as far as the account may. */
  readonly watchers?: Watchers | undefined
  /** How many sites share the database. */
  readonly share: number
  /** Of a first count that an earlier run did not end. */
  readonly checkpoint?: Checkpoint | undefined
  /** Told how far the first count has come, and with undefined that all numbers are known. */
  readonly onCounting?: ((counting: Counting | undefined) => void) | undefined
  /** Keys or days of each part of a count, where that is not to follow from what they cost. */
  readonly partSize?: number | undefined
  /** Waits while the database rests; rejects when it is aborted. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined
  /** Told when work in the background fails: the readings go on from what there was before. */
  readonly onBackgroundError: (error: Error) => void
}

/** What each poll asks for; all else is asked in snapshots, in the background. */
const polled: ReadonlySet<string> = new Set(['days', 'totals', 'online'])
/** So many statements a poll and a recount have at most, about. */
const pollStatements = 3
const recountStatements = 35
const recountEveryMs = 60_000

/** Reads one site: finds its plugin, counts all once, then looks at what can have changed. */
export class Reader {
  readonly #options: ReaderOptions
  readonly #allowance = new Allowance()
  readonly #paces: Paces
  readonly #knowledge: SiteKnowledge
  readonly #live: LiveNumbers
  readonly #background: BackgroundCounts

  constructor(options: ReaderOptions) {
    const { database, share, checkpoint, partSize, sleep, onCounting } = options
    this.#options = options
    this.#paces = new Paces(
      () => this.#leastMs,
      share,
      (name) => database.stopwatch(polled.has(name) ? 'query' : 'snapshot'),
    )
    this.#knowledge = new SiteKnowledge(options, this.#paces)
    this.#live = new LiveNumbers(this.#knowledge, database.query)
    this.#background = new BackgroundCounts({
      database,
      knowledge: this.#knowledge,
      paces: this.#paces,
      share,
      recountMs: () => Math.max(recountEveryMs, share * this.#allowance.everyMs(recountStatements)),
      checkpoint,
      partSize,
      sleep,
      onCounting,
      onError: options.onBackgroundError,
    })
  }

  /** The name of the site; finding it counts nothing. */
  async site(): Promise<string> {
    const { name, database } = this.#options
    return name ?? (await this.#knowledge.found(database.query)).site.name
  }

  /**
   * One round of the queries that are due.
   *
   * @returns the same as the last time where none was
   * @throws DatabaseError, or FatalError when there is no WordPress or no plugin to read
   */
  async read(): Promise<Round> {
    const { database, now } = this.#options
    const { query } = database
    // Of the round, not of each query: one that comes late in a slow round is due in the next again.
    const roundMs = now()
    try {
      // Fails one round, after which whoever asks for rounds rests.
      this.#background.throwIfExhausted()
      await this.#readLimits(query)
      const before = await this.#knowledge.found(query)
      if (!this.#knowledge.isComplete) await this.#background.run(before, roundMs)
      const found = await this.#knowledge.found(query)
      this.#background.tellWhenComplete()
      await this.#poll(found, roundMs)
      // Beside a query of the poll it would make that look dearer or cheaper than it is.
      if (this.#knowledge.isComplete) void this.#background.run(found, roundMs)
      return this.#knowledge.round(found)
    } catch (error) {
      this.#knowledge.doubt(error)
      throw error
    }
  }

  /** What is not yet counted at all; the next run goes on from it. */
  get checkpoint(): Checkpoint | undefined {
    return this.#background.checkpoint
  }

  /** From one poll to the next, as its cost allows. */
  get bearableMs(): number {
    return this.#paces.of('days')?.everyMs ?? this.#paces.of('totals')?.everyMs ?? 0
  }

  /** Ends what goes on in the background, apart from a query, which the database ends when it is closed. */
  stop(): void {
    this.#background.stop()
  }

  async #poll(found: Found, roundMs: number): Promise<void> {
    const moment = this.#knowledge.moment(found)
    const poll = (name: string, work: () => Promise<void>) => this.#paces.poll(name, roundMs, work)
    await poll('days', () => this.#live.readDays(found, moment, this.#openDays(found)))
    await poll('totals', () => this.#live.readTotal(found, moment))
    await poll('online', () => this.#live.readOnline(found, moment, this.#openDays(found)))
  }

  /** The days that still change; undefined as long as no count has found them. */
  #openDays(found: Found): OpenDays | undefined {
    const ledger = this.#knowledge.ledgerOf(found)
    if (ledger === undefined) return this.#background.open
    return { from: ledger.openFrom, watermark: ledger.watermark }
  }

  /** From one poll to the next, at least. */
  get #leastMs(): number {
    const { pollMs, watchers, share } = this.#options
    if (watchers === undefined) return pollMs
    const leastMs = watchers.isWatched ? Math.min(watchedPollMs, pollMs) : pollMs
    return Math.max(leastMs, share * this.#allowance.everyMs(pollStatements))
  }

  /** Asks what the account may, where it is asked for as much as it bears. */
  async #readLimits(query: Query): Promise<void> {
    const { watchers, database, onWarning } = this.#options
    if (watchers === undefined || database.engine !== 'mysql') return
    const hourlyLimit = await this.#allowance.learn(query)
    if (hourlyLimit === undefined) return
    onWarning(
      `the account may send ${hourlyLimit} statements an hour; at most a tenth of them is used, so the numbers are read each ${Math.ceil(this.#leastMs / 1000)} s`,
    )
  }
}
