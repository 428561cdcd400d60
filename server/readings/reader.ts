import { DatabaseError, FatalError } from '../../common/errors.ts'
import type { Metric, Period } from '../../reading.ts'
import { toCount } from '../wordpress/count.ts'
import type { Database, Query } from '../wordpress/database/database.ts'
import { type Moment, momentAt } from '../wordpress/moment.ts'
import type { SharedSchema } from '../wordpress/shared-schema.ts'
import { rowsOf, type Tally, toTally } from '../wordpress/sources/source.ts'
import { type Found, findSource, type Wanted } from './find-source.ts'
import { closeDays, type DayTally, daysOf, type Ledger, sumPeriod, toDays } from './ledger.ts'
import { Paces } from './pace.ts'
import { type Count, keyOf, type Round } from './round.ts'

export interface ReaderOptions {
  readonly database: Database
  /** Where several sites of the database are looked at. */
  readonly schema?: SharedSchema
  readonly wanted: Wanted
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly pollMs: number
  /** How many sites share the database. */
  readonly share: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Of an earlier run; saves the full count. */
  readonly remembered: Round | undefined
  /** Told when work in the background fails: the readings go on from what there was before. */
  readonly onBackgroundError: (error: Error) => void
  /** Told what the owner should know about the plugin that was found. */
  readonly onWarning: (warning: string) => void
}

const recount = 'recount'
const recountEveryMs = 60_000
/** A row that is committed late still belongs to the day before. */
const settleSeconds = 300

/** Reads one site: finds its plugin, counts all once, then looks at what can have changed. */
export class Reader {
  readonly #options: ReaderOptions
  /** Id of the source that all of the following belongs to. */
  #source: string | undefined
  readonly #paces: Paces
  /** Each with the pace that it is read at. Key: metric and period, `visitors.total`. */
  readonly #counts: Map<string, { count: Count; pace: string }> = new Map()
  /** Of the last full count. */
  #ledger: Ledger | undefined
  /** As of the last poll, with the ledger that it went on from: only together do they make sums. */
  #days: { ledger: Ledger; open: readonly DayTally[] } | undefined
  #found: Found | undefined
  #roundMs = 0
  #background: Promise<void> | undefined
  #warning: string | undefined
  #backgroundFailure: string | undefined

  constructor(options: ReaderOptions) {
    const { remembered } = options
    this.#options = options
    this.#paces = new Paces(options.pollMs, options.share, () => options.database.stopwatch())
    this.#source = remembered?.source
    this.#ledger = remembered?.ledger
    for (const count of remembered?.counts ?? [])
      this.#counts.set(keyOf(count), { count, pace: '' })
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
   * @throws DatabaseError, or FatalError when there is no WordPress or no plugin to read
   */
  async read(): Promise<Round> {
    const { query, snapshot } = this.#options.database
    // Of the round, not of each query: one that comes late in a slow round is due in the next again.
    this.#roundMs = this.#options.now()
    try {
      const found = this.#found ?? this.#take(await this.#find(query))
      if (!this.#isCounted(found)) {
        // Days that were cut or counted in another way: at once, unless that has just failed.
        if (this.#paces.of(recount)?.failure === undefined) this.#paces.forget(recount)
        await this.#poll(
          recount,
          async () => {
            this.#ledger = await snapshot((through) => this.#count(found, through))
          },
          recountEveryMs,
        )
      }
      const moment = this.#moment(found)
      await this.#poll('days', () => this.#readDays(found, moment))
      await this.#poll('totals', () => this.#readTotal(found, moment))
      await this.#poll('online', () => this.#readOnline(found, moment))
      const isComplete = found.plan.offers.every((offer) => this.#counts.has(keyOf(offer)))
      if (isComplete) this.#startBackground()
      else await this.#readPeriods(found)
      return this.#round(found)
    } catch (error) {
      this.#doubt(error)
      throw error
    }
  }

  #find(query: Query): Promise<Found> {
    const { database, schema, wanted, now } = this.#options
    return findSource(query, database.engine, wanted, now(), schema)
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
    if (warning !== undefined && warning !== this.#warning) this.#options.onWarning(warning)
    this.#warning = warning
    this.#found = found
    return found
  }

  /** After an error that says that the plugin is not what it was, the next round looks for it again. */
  #doubt(error: unknown): void {
    const changed = error instanceof DatabaseError && error.kind === 'schema'
    if (!changed && !(error instanceof FatalError)) return
    this.#found = undefined
    this.#options.schema?.forget()
  }

  /** Whether there is a full count that polls can go on from. */
  #isCounted(found: Found): boolean {
    const { days, layout } = found.plan
    if (days === undefined) return true
    const ledger = this.#ledger
    return ledger?.zone === this.#moment(found).timezone && ledger.layout === layout
  }

  #moment({ site, plan }: Found): Moment {
    const epochMs = this.#options.now()
    return momentAt(epochMs, plan.zone?.(epochMs) ?? site.timezone)
  }

  /** Does one kind of work when it is due; where it is not and has failed, that failure still stands. */
  async #poll(name: string, work: () => Promise<void>, leastMs?: number): Promise<void> {
    await this.#paces.when(name, this.#roundMs, work, leastMs)
    const failure = this.#paces.of(name)?.failure
    if (failure !== undefined) throw failure
  }

  async #readDays(found: Found, moment: Moment): Promise<void> {
    const { plan, source } = found
    const ledger = this.#ledger
    if (plan.days === undefined || ledger === undefined) return
    const { openFrom: from, watermark } = ledger
    const { query } = this.#options.database
    const rows = await rowsOf(query, plan.days({ from, watermark }, moment))
    const open = toDays(source.name, rows)
    this.#days = { ledger, open }
    for (const { metric, period } of plan.offers) {
      if (period === 'online' || (period === 'total' && plan.total !== undefined)) continue
      // A single day is in the rows of its day also where people are counted once a period.
      const range = daysOf(period, moment.today)
      const isDay = range !== undefined && range.from === range.to
      if (!isDay && plan.distinct?.includes(metric)) continue
      const sums = sumPeriod(ledger, open, period, moment.today)
      this.#keep(found, metric, period, plan.shown?.(sums) ?? sums, moment, 'days')
    }
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
    if (found.plan.online === undefined) return
    const { query } = this.#options.database
    const visitors = await found.plan.online(query, moment, this.#ledger?.watermark)
    this.#keep(found, 'visitors', 'online', { visitors, views: 0 }, moment, 'online')
  }

  /** Recounts and asks for distinct visitors, on the connection for slow work. */
  #startBackground(): void {
    this.#background ??= this.#paces
      .when(recount, this.#roundMs, () => this.#recount(), recountEveryMs)
      .then(() => (this.#found === undefined ? undefined : this.#readPeriods(this.#found)))
      .catch((error: Error) => {
        this.#doubt(error)
        if (error.message !== this.#backgroundFailure) this.#options.onBackgroundError(error)
        this.#backgroundFailure = error.message
      })
      .finally(() => {
        this.#background = undefined
      })
  }

  /** Looks for the plugin again and counts its closed days anew, as of one moment. */
  async #recount(): Promise<void> {
    await this.#options.database.snapshot(async (query) => {
      const found = await this.#find(query)
      if (found.source.id !== this.#source) {
        // The next round begins with the other one; until it is complete the last reading stays.
        this.#found = undefined
        return
      }
      const ledger = await this.#count(found, query)
      // Both at once: no poll may add the rows of one layout to the days of another.
      this.#take(found)
      this.#ledger = ledger
    })
    this.#backgroundFailure = undefined
  }

  /** Counts all closed days and what the plugin adds to them. */
  async #count(found: Found, query: Query): Promise<Ledger | undefined> {
    const { plan, source } = found
    if (plan.days === undefined) return undefined
    const moment = this.#moment(found)
    const settledMs = moment.epochMs - (plan.settleSeconds ?? settleSeconds) * 1000
    const openFrom = momentAt(settledMs, moment.timezone).today
    const rows = toDays(source.name, await rowsOf(query, plan.days(undefined, moment)))
    const base = (await plan.base?.(query)) ?? { visitors: 0, views: 0 }
    const [row] = plan.watermark ? await query(plan.watermark(openFrom, moment)) : []
    const key = row?.['watermark'] ?? undefined
    const watermark = key === undefined ? undefined : toCount(key, `watermark of ${source.name}`)
    const { layout } = plan
    return closeDays(rows, { openFrom, zone: moment.timezone, layout, watermark, base })
  }

  /** Asks for the periods that are not the sum of their days, each when it is due. */
  async #readPeriods(found: Found): Promise<void> {
    const { plan, source } = found
    const asked = plan.offers.filter(({ metric }) => plan.distinct?.includes(metric))
    for (const period of new Set(asked.map((offer) => offer.period))) {
      if (plan.period === undefined || period === 'online') continue
      const moment = this.#moment(found)
      const range = daysOf(period, moment.today)
      if (range !== undefined && range.from === range.to) continue
      const sql = plan.period(range, moment)
      await this.#poll(period, async () => {
        const [row] = await this.#options.database.snapshot((query) => query(sql))
        const counts = toTally(row, source.name)
        for (const metric of plan.distinct ?? []) {
          this.#keep(found, metric, period, counts, moment, period)
        }
      })
    }
  }

  #keep(
    { site, source, plan }: Found,
    metric: Metric,
    period: Period,
    counts: Tally,
    moment: Moment,
    pace: string,
  ): void {
    const unit = plan.offers.find((o) => o.metric === metric && o.period === period)?.unit
    // Another source may have been taken up while its query ran.
    if (unit === undefined || source.id !== this.#source) return
    const count: Count = {
      value: counts[metric],
      metric,
      period,
      unit,
      bots: source.bots,
      site: this.#options.name ?? site.name,
      source: source.id,
      asOf: new Date(moment.epochMs).toISOString(),
      everyMs: this.#options.pollMs,
      tookMs: 0,
    }
    this.#counts.set(keyOf(count), { count, pace })
  }

  #round({ site, source, plan, why }: Found): Round {
    return {
      site: this.#options.name ?? site.name,
      address: site.address,
      prefix: site.prefix,
      source: source.id,
      why,
      timezone: site.timezone,
      counts: plan.offers.flatMap((offer) => {
        const kept = this.#counts.get(keyOf(offer))
        if (kept === undefined) return []
        const pace = this.#paces.of(kept.pace)
        if (pace === undefined) return [kept.count]
        return [{ ...kept.count, everyMs: pace.everyMs, tookMs: pace.tookMs }]
      }),
      ledger: this.#days?.ledger,
      open: this.#days?.open ?? [],
      emptyDays: plan.emptyDays ?? 'none',
    }
  }
}
