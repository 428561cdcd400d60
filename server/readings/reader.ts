import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError, FatalError } from '../../common/errors.ts'
import type { Metric, Period } from '../../reading.ts'
import { toCount } from '../wordpress/count.ts'
import type { Database, Query } from '../wordpress/database/database.ts'
import { type Moment, momentAt } from '../wordpress/moment.ts'
import type { SharedSchema } from '../wordpress/shared-schema.ts'
import { type OpenDays, rowsOf, type Tally, toTally } from '../wordpress/sources/source.ts'
import { Allowance } from './allowance.ts'
import { Background } from './background.ts'
import { type Counting, counting } from './counting.ts'
import { type Found, findSource, type Wanted } from './find-source.ts'
import { FullCount } from './full-count.ts'
import { KeptCounts } from './kept-counts.ts'
import { closeDays, type DayTally, daysOf, type Ledger, toDays } from './ledger.ts'
import { Paces, type Rest, restFactor } from './pace.ts'
import { PeriodSums } from './period-sums.ts'
import { watchedPollMs } from './poller.ts'
import type { Round } from './round.ts'
import type { Checkpoint } from './store.ts'
import type { Watchers } from './watchers.ts'

export interface ReaderOptions {
  readonly database: Database
  /** Where several sites of the database are looked at. */
  readonly schema?: SharedSchema
  readonly wanted: Wanted
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly pollMs: number
  /** Where the database is read more often while somebody watches, as far as the account may. */
  readonly watchers?: Watchers | undefined
  /** How many sites share the database. */
  readonly share: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Of an earlier run; saves the full count. */
  readonly remembered: Round | undefined
  /** Of a first count that an earlier run did not end. */
  readonly checkpoint?: Checkpoint | undefined
  /** Told which plugin is read, before anything is counted. */
  readonly onFound?: ((found: Found) => void) | undefined
  /** Told how far the first count has come, and with undefined that all numbers are known. */
  readonly onCounting?: ((counting: Counting | undefined) => void) | undefined
  /** Keys or days of each part of a count, where that is not to follow from what they cost. */
  readonly partSize?: number | undefined
  /** Waits while the database rests; rejects when it is aborted. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined
  /** Told when work in the background fails: the readings go on from what there was before. */
  readonly onBackgroundError: (error: Error) => void
  /** Told what the owner should know about the plugin that was found. */
  readonly onWarning: (warning: string) => void
}

/** What each poll asks for; all else is asked in snapshots, in the background. */
const polled: ReadonlySet<string> = new Set(['days', 'totals', 'online'])
const recount = 'recount'
/** So many statements a poll and a recount have at most, about. */
const pollStatements = 3
const recountStatements = 35
const recountEveryMs = 60_000
/** While somebody waits for the first numbers the count may take half of the database's time. */
const firstRestFactor = 2
/** Small parts are read one after the other for so long, before the database has its rest. */
const turnMs = 250
/** For how long a round waits for numbers that are not known yet: in a small table they come at once. */
const patienceMs = 3000

/** Reads one site: finds its plugin, counts all once, then looks at what can have changed. */
export class Reader {
  readonly #options: ReaderOptions
  /** Id of the source that all of the following belongs to. */
  #source: string | undefined
  readonly #paces: Paces
  readonly #counts: KeptCounts
  /** Of the last full count. */
  #ledger: Ledger | undefined
  /** As of the last poll, with the ledger that it went on from: only together do they make sums. */
  #days: { ledger: Ledger; open: readonly DayTally[] } | undefined
  readonly #sums = new PeriodSums()
  /** What the last round has found; undefined when something has been read since. */
  #round: Round | undefined
  #found: Found | undefined
  #roundMs = 0
  readonly #recounts = new Background((error) => this.#onBackgroundError(error))
  readonly #periods = new Background((error) => this.#onBackgroundError(error))
  #isCounting = false
  readonly #allowance = new Allowance()
  /** What a run in the background was told by a server whose account has used up its hour. */
  #exhausted: DatabaseError | undefined
  #warning: string | undefined
  /** What has been told of bad rows. */
  readonly #badRows: Set<string> = new Set()
  readonly #onBadRow = (problem: string) => {
    if (this.#badRows.has(problem)) return
    this.#badRows.add(problem)
    this.#options.onWarning(problem)
  }
  /** The source that `onFound` has been told of. */
  #announced: string | undefined
  /** While there is no ledger to go on from. */
  #firstCount: FullCount | undefined
  #checkpoint: Checkpoint | undefined
  readonly #stopping = new AbortController()
  /** Ends the recount that is under way. */
  #recountEnd = new AbortController()
  /** Whether what is under way is a first count. */
  #isFirst = false
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<unknown>

  constructor(options: ReaderOptions) {
    const { remembered } = options
    this.#options = options
    this.#paces = new Paces(
      () => this.#leastMs,
      options.share,
      (name) => options.database.stopwatch(polled.has(name) ? 'query' : 'snapshot'),
    )
    this.#source = remembered?.source
    this.#ledger = remembered?.ledger
    this.#checkpoint = options.checkpoint
    this.#sleep = options.sleep ?? ((ms, signal) => sleep(ms, undefined, { signal, ref: false }))
    this.#counts = new KeptCounts(options, remembered?.counts ?? [])
  }

  /** The name of the site; finding it counts nothing. */
  async site(): Promise<string> {
    const { name, database } = this.#options
    if (name !== undefined) return name
    const found = this.#found ?? this.#take(await this.#find(database.query))
    return found.site.name
  }

  /**
   * One round of the queries that are due.
   *
   * @returns the same as the last time where none was
   * @throws DatabaseError, or FatalError when there is no WordPress or no plugin to read
   */
  async read(): Promise<Round> {
    const { query } = this.#options.database
    // Of the round, not of each query: one that comes late in a slow round is due in the next again.
    this.#roundMs = this.#options.now()
    try {
      // Fails one round, after which whoever asks for rounds rests.
      if (this.#exhausted !== undefined) throw this.#exhausted
      await this.#readLimits(query)
      const before = this.#found ?? this.#take(await this.#find(query))
      if (!this.#isKnown()) await this.#countInBackground(before)
      const found = this.#found ?? this.#take(await this.#find(query))
      if (this.#isCounting && this.#isKnown()) this.#tell(undefined)
      const moment = this.#moment(found)
      await this.#poll('days', () => this.#readDays(found, moment))
      await this.#poll('totals', () => this.#readTotal(found, moment))
      await this.#poll('online', () => this.#readOnline(found, moment))
      // Beside a query of the poll it would make that look dearer or cheaper than it is.
      if (this.#isKnown()) void this.#countInBackground(found)
      this.#round ??= this.#makeRound(found)
      return this.#round
    } catch (error) {
      if (error === this.#exhausted) this.#exhausted = undefined
      this.#doubt(error)
      throw error
    }
  }

  /** What is not yet counted at all; the next run goes on from it. */
  get checkpoint(): Checkpoint | undefined {
    return this.#firstCount?.checkpoint ?? this.#checkpoint
  }

  /** From one poll to the next, as its cost allows. */
  get bearableMs(): number {
    return this.#paces.of('days')?.everyMs ?? this.#paces.of('totals')?.everyMs ?? 0
  }

  /** Ends what goes on in the background, apart from a query, which the database ends when it is closed. */
  stop(): void {
    this.#stopping.abort()
    this.#recountEnd.abort()
  }

  #find(query: Query): Promise<Found> {
    const { database, schema, wanted, now } = this.#options
    const known = this.#source
    return findSource(query, database.engine, { ...wanted, known }, now(), schema)
  }

  /** Goes on with what was found; with another source than before, from nothing. */
  #take(found: Found): Found {
    const { source, warning } = found
    if (source.id !== this.#source) {
      this.#source = source.id
      this.#paces.clear()
      this.#counts.clear()
      this.#ledger = undefined
      this.#days = undefined
    }
    if (source.id !== this.#announced) this.#options.onFound?.(found)
    this.#announced = source.id
    if (warning !== undefined && warning !== this.#warning) this.#options.onWarning(warning)
    this.#warning = warning
    this.#found = found
    this.#round = undefined
    return found
  }

  /** After an error that says that the plugin is not what it was, the next round looks for it again. */
  #doubt(error: unknown): void {
    const changed = error instanceof DatabaseError && error.kind === 'schema'
    if (!changed && !(error instanceof FatalError)) return
    this.#found = undefined
    this.#options.schema?.forget()
  }

  /** Whether there is a number for all that the source offers. */
  #isKnown(): boolean {
    const found = this.#found
    if (found === undefined || !this.#isCounted(found)) return false
    const { offers, distinct } = found.plan
    return offers
      .filter(({ metric, period }) => distinct?.includes(metric) && !isDayOrNow(period))
      .every((offer) => this.#counts.has(offer))
  }

  /** Whether there is a full count that polls can go on from. */
  #isCounted(found: Found): boolean {
    const { days, layout } = found.plan
    if (days === undefined) return true
    const ledger = this.#ledger
    return ledger?.zone === zoneOf(found, this.#options.now()) && ledger.layout === layout
  }

  #moment(found: Found): Moment {
    const epochMs = this.#options.now()
    return momentAt(epochMs, zoneOf(found, epochMs))
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

  /** Does one kind of work when it is due; where it is not and has failed, that failure still stands. */
  async #poll(name: string, work: (rest: Rest) => Promise<void>): Promise<void> {
    await this.#paces.when(name, this.#roundMs, work)
    const failure = this.#paces.of(name)?.failure
    if (failure !== undefined) throw failure
  }

  async #readDays(found: Found, moment: Moment): Promise<void> {
    const { plan, source } = found
    const { query } = this.#options.database
    const ledger = this.#isCounted(found) ? this.#ledger : undefined
    const open = this.#openDays(ledger)
    if (plan.days === undefined || open === undefined) return
    const answer = await rowsOf(query, plan.live?.(open, moment) ?? plan.days(open, moment))
    const rows = toDays(source.name, answer, this.#onBadRow)
    if (plan.live !== undefined) {
      const visitors = answer.reduce(
        (sum, row) => sum + toCount(row['online'] ?? null, `online of ${source.name}`),
        0,
      )
      this.#keep(found, 'visitors', 'online', { visitors, views: 0 }, moment, 'days')
    }
    if (ledger !== undefined) this.#days = { ledger, open: rows }
    this.#round = undefined
    const days = ledger ?? openDaysOnly(open, moment)
    for (const { metric, period } of plan.offers) {
      if (period === 'online' || (period === 'total' && plan.total !== undefined)) continue
      // A single day is in the rows of its day also where people are counted once a period.
      const range = daysOf(period, moment.today)
      if (!isDayOrNow(period) && plan.distinct?.includes(metric)) continue
      if (ledger === undefined && (range === undefined || range.from < open.from)) continue
      const sum = this.#sums.of(period, days, rows, moment.today)
      this.#keep(found, metric, period, plan.shown?.(sum) ?? sum, moment, 'days')
    }
  }

  /** @param ledger that polls go on from; undefined during the first count */
  #openDays(ledger: Ledger | undefined): OpenDays | undefined {
    if (ledger === undefined) return this.#firstCount?.open
    return { from: ledger.openFrom, watermark: ledger.watermark }
  }

  async #readTotal(found: Found, moment: Moment): Promise<void> {
    const { plan } = found
    if (plan.total === undefined) return
    const counts = await plan.total(this.#options.database.query)
    for (const { metric, period } of plan.offers) {
      if (period === 'total') this.#keep(found, metric, period, counts, moment, 'totals')
    }
  }

  async #readOnline(found: Found, moment: Moment): Promise<void> {
    // With the days it has been read already.
    if (found.plan.online === undefined || found.plan.live !== undefined) return
    const { query } = this.#options.database
    const open = this.#openDays(this.#isCounted(found) ? this.#ledger : undefined)
    const visitors = await found.plan.online(query, moment, open?.watermark)
    this.#keep(found, 'visitors', 'online', { visitors, views: 0 }, moment, 'online')
  }

  /**
   * Recounts, and asks for distinct visitors, on the connection for slow work. Nothing waits for that but the
   * first numbers of all, for a while.
   */
  async #countInBackground(found: Found): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const isFirst = !this.#isCounted(found)
    // Days are cut or counted in another way from now on: what a recount would find is of no use.
    if (isFirst && !this.#isFirst && this.#recounts.isRunning) {
      this.#recountEnd.abort()
      await this.#recounts.run(async () => undefined)
      this.#paces.forget(recount)
    }
    const isKnown = this.#isKnown()
    const missing = isFirst ? this.#recounts : this.#periods
    const isWaitedFor = !isKnown && !missing.isRunning
    if (isWaitedFor) this.#tell(counting(this.#firstCount?.progress))
    const runs = Promise.all([
      this.#recounts.run(() => this.#noting(this.#recount(found))),
      this.#periods.run(() => this.#noting(this.#readPeriods(found))),
    ])
    if (!isWaitedFor) return
    const given = new AbortController()
    const patience = sleep(patienceMs, undefined, { signal: given.signal, ref: false })
    await Promise.race([runs, patience.catch(() => undefined)])
    given.abort()
    const error = [this.#recounts.error, this.#periods.error].find(
      (each) => each !== undefined && each.name !== 'AbortError',
    )
    if (error !== undefined && !this.#isKnown()) throw error
  }

  /** Keeps that the account may send nothing more in this hour: it goes for the polls, too. */
  async #noting(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'exhausted') this.#exhausted = error
      throw error
    }
  }

  #onBackgroundError(error: Error): void {
    if (error.name === 'AbortError') return
    this.#doubt(error)
    // Of what is missing altogether the round tells.
    if (this.#isKnown()) this.#options.onBackgroundError(error)
  }

  async #recount(known: Found): Promise<void> {
    const { share } = this.#options
    const isFirst = !this.#isCounted(known)
    this.#isFirst = isFirst
    this.#recountEnd = new AbortController()
    // Days that were cut or counted in another way: at once, unless that has just failed.
    if (isFirst && this.#paces.of(recount)?.failure === undefined) this.#paces.forget(recount)
    const work = (rest: Rest) => this.#count(rest, isFirst)
    const leastMs = () =>
      Math.max(recountEveryMs, share * this.#allowance.everyMs(recountStatements))
    await this.#paces.when(recount, this.#roundMs, work, leastMs)
    const failure = this.#paces.of(recount)?.failure
    if (isFirst && failure !== undefined) throw failure
  }

  /** Looks for the plugin again and counts its closed days, part by part, each as of one moment. */
  async #count(rest: Rest, isFirst: boolean): Promise<void> {
    const { database, share } = this.#options
    const { signal } = this.#recountEnd
    const factor = share * (isFirst ? firstRestFactor : restFactor)
    let count: FullCount | undefined
    let costMs = 0
    for (let steps = 1; ; steps += 1) {
      const ledger = await this.#inTurn(rest, async (query) => {
        const begunMs = database.stopwatch('snapshot')
        count ??= this.#begin(await this.#find(query), isFirst)
        const ledger = await count?.step(query)
        costMs += Math.max(0, database.stopwatch('snapshot') - begunMs)
        return ledger
      })
      if (count === undefined) return
      if (ledger !== undefined) {
        // Since the count began the plugin may have been updated.
        const found = steps === 1 ? count.found : await this.#find(database.query)
        this.#finish(count, found, ledger)
        return
      }
      if (isFirst) {
        this.#checkpoint = count.checkpoint
        this.#tell(counting(count.progress))
      }
      if (costMs < turnMs) continue
      await rest(() => this.#sleep((factor - 1) * costMs, signal))
      signal.throwIfAborted()
      costMs = 0
    }
  }

  /** Slow work has one connection, and to wait for it costs the database nothing. */
  async #inTurn<T>(rest: Rest, work: (query: Query) => Promise<T>): Promise<T> {
    let begin = () => {}
    const waited = rest(
      () =>
        new Promise<void>((resolve) => {
          begin = resolve
        }),
    )
    try {
      return await this.#options.database.snapshot((query) => {
        begin()
        return work(query)
      })
    } finally {
      begin()
      await waited
    }
  }

  #begin(found: Found, isFirst: boolean): FullCount | undefined {
    if (found.source.id !== this.#source) {
      // The next round begins with the other one; until it is complete the last reading stays.
      this.#found = undefined
      return undefined
    }
    const { database, partSize: size } = this.#options
    const moment = this.#moment(found)
    const checkpoint = isFirst ? this.#checkpoint : undefined
    const stopwatch = () => database.stopwatch('snapshot')
    const count = new FullCount({
      found,
      moment,
      checkpoint,
      stopwatch,
      size,
      onBadRow: this.#onBadRow,
    })
    if (isFirst) {
      this.#take(found)
      this.#firstCount = count
    }
    return count
  }

  #tell(counting: Counting | undefined): void {
    this.#isCounting = counting !== undefined
    this.#options.onCounting?.(counting)
  }

  #finish(count: FullCount, found: Found, ledger: Ledger): void {
    this.#firstCount = undefined
    this.#checkpoint = undefined
    const isSame = found.source.id === count.found.source.id
    if (!isSame || found.plan.layout !== count.found.plan.layout) {
      this.#found = undefined
      return
    }
    // Both at once: no poll may add the rows of one layout to the days of another.
    this.#take(found)
    this.#ledger = ledger
  }

  /** Asks for the periods that are not the sum of their days, each when it is due. */
  async #readPeriods(found: Found): Promise<void> {
    const { plan, source } = found
    const asked = plan.offers.filter(({ metric }) => plan.distinct?.includes(metric))
    for (const period of new Set(asked.map((offer) => offer.period))) {
      if (plan.period === undefined || period === 'online' || isDayOrNow(period)) continue
      const moment = this.#moment(found)
      const range = daysOf(period, moment.today)
      const sql = plan.period(range, moment)
      await this.#poll(period, async (rest) => {
        const [row] = await this.#inTurn(rest, (query) => query(sql))
        const counts = toTally(row, source.name)
        for (const metric of plan.distinct ?? []) {
          this.#keep(found, metric, period, counts, moment, period)
        }
      })
    }
  }

  #keep(
    found: Found,
    metric: Metric,
    period: Period,
    counts: Tally,
    moment: Moment,
    pace: string,
  ): void {
    // Another source may have been taken up while its query ran.
    if (found.source.id !== this.#source) return
    this.#counts.keep(found, { metric, period }, counts, moment, pace)
    this.#round = undefined
  }

  #makeRound({ site, source, plan, why }: Found): Round {
    return {
      site: this.#options.name ?? site.name,
      address: site.address,
      prefix: site.prefix,
      source: source.id,
      why,
      timezone: site.timezone,
      counts: this.#counts.told(plan, this.#paces),
      ledger: this.#days?.ledger,
      open: this.#days?.open ?? [],
      emptyDays: plan.emptyDays ?? 'none',
    }
  }
}

/** What the first count has to say as long as it is under way: nothing of the days that are over. */
function openDaysOnly({ from: openFrom, watermark }: OpenDays, { timezone: zone }: Moment): Ledger {
  return closeDays([], { openFrom, zone, watermark, base: { visitors: 0, views: 0 } })
}

/** The zone that the days of the plugin are cut in. */
function zoneOf({ site, plan }: Found, epochMs: number): string {
  return plan.zone?.(epochMs) ?? site.timezone
}

/** Periods in which nobody comes twice. */
function isDayOrNow(period: Period): boolean {
  return period === 'today' || period === 'yesterday' || period === 'online'
}
