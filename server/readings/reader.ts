import type { Metric, Period, Reading } from '../../reading.ts'
import { toCount } from '../wordpress/count.ts'
import { type Database, DatabaseError, type Query, type Row } from '../wordpress/database.ts'
import { toDay } from '../wordpress/day.ts'
import { type Moment, momentAt } from '../wordpress/moment.ts'
import { type Counts, type OpenDays, toCounts } from '../wordpress/sources/source.ts'
import { type Found, findSource, type Wanted } from './find.ts'
import { closeDays, type DayCounts, daysOf, type Ledger, sumPeriod } from './ledger.ts'
import { Pace } from './pace.ts'

/** A reading as it is kept; whether it is stale is judged when it is asked for. */
export interface Count extends Omit<Reading, 'stale'> {
  /** From one read of this number to the next, as the database's load allows. */
  readonly everyMs: number
  /** How long its query took. */
  readonly tookMs: number
}

/** What is known of a site after a round of queries. */
export interface Round {
  readonly site: string
  readonly prefix: string
  readonly source: string
  readonly why: string
  readonly timezone: string
  readonly counts: readonly Count[]
  /** Undefined where the plugin keeps no days. */
  readonly ledger: Ledger | undefined
  /** The days since the ledger was closed. */
  readonly open: readonly DayCounts[]
  /** Whether a day without rows had no visitors. */
  readonly emptyDays: 'none' | 'unknown'
}

export interface ReaderOptions {
  readonly database: Database
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
  readonly #paces: Map<string, Pace> = new Map()
  /** Each with the pace that it is read at. Key: metric and period, `visitors.total`. */
  readonly #counts: Map<string, { count: Count; pace: string }> = new Map()
  #found: Found | undefined
  #ledger: Ledger | undefined
  #open: readonly DayCounts[] = []
  #background: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /**
   * One round of the queries that are due.
   *
   * @throws DatabaseError, or FatalError when there is no WordPress or no plugin to read
   */
  async read(): Promise<Round> {
    const { query } = this.#options.database
    try {
      const found = this.#found ?? this.#take(await this.#find(query))
      const moment = this.#moment(found)
      const { plan } = found
      const first = plan.days !== undefined && this.#ledger?.zone !== moment.timezone
      if (first) {
        this.#paces.delete(recount)
        await this.#when(recount, () => this.#recount(found), recountEveryMs)
      }
      await this.#when('days', () => this.#readDays(found, moment))
      await this.#when('totals', () => this.#readTotal(found, moment))
      await this.#when('online', () => this.#readOnline(found, moment))
      if (first) await this.#readPeriods(found)
      else this.#startBackground(found)
      return this.#round(found)
    } catch (error) {
      // A table or column has gone: the next round looks for the plugin again.
      if (error instanceof DatabaseError && error.kind === 'schema') this.#found = undefined
      throw error
    }
  }

  #find(query: Query): Promise<Found> {
    const { database, wanted, now } = this.#options
    return findSource(query, database.engine, wanted, now())
  }

  /** Goes on with what was found; with another source than before, from nothing. */
  #take(found: Found): Found {
    const { remembered, onWarning } = this.#options
    const before = this.#found?.source.id ?? remembered?.source
    if (before !== found.source.id) {
      this.#counts.clear()
      this.#ledger = undefined
    } else if (this.#ledger === undefined && remembered !== undefined) {
      this.#ledger = remembered.ledger
      for (const count of remembered.counts) this.#counts.set(keyOf(count), { count, pace: '' })
    }
    if (found.warning !== undefined && this.#found === undefined) onWarning(found.warning)
    this.#found = found
    return found
  }

  #moment({ site, plan }: Found): Moment {
    const epochMs = this.#options.now()
    return momentAt(epochMs, plan.zone?.(epochMs) ?? site.timezone)
  }

  /** Does one kind of work when it is due. */
  async #when(name: string, work: () => Promise<void>, leastMs?: number): Promise<void> {
    const { now, pollMs, share } = this.#options
    const pace = this.#paces.get(name) ?? new Pace(leastMs ?? pollMs, share)
    this.#paces.set(name, pace)
    if (pace.isDue(now())) await pace.run(now, work)
  }

  async #readDays(found: Found, moment: Moment): Promise<void> {
    const { plan, source } = found
    const ledger = this.#ledger
    if (plan.days === undefined || ledger === undefined) return
    const { openFrom: from, watermark } = ledger
    this.#open = toDays(source.name, await this.#days(found, { from, watermark }, moment))
    for (const { metric, period } of plan.offers) {
      if (period === 'online' || (period === 'total' && plan.total !== undefined)) continue
      // A single day is in the rows of its day also where people are counted once a period.
      const range = daysOf(period, moment.today)
      const isDay = range !== undefined && range.from === range.to
      if (!isDay && plan.distinct?.includes(metric)) continue
      const sums = sumPeriod(ledger, this.#open, period, moment.today)
      this.#keep(found, metric, period, plan.shown?.(sums) ?? sums, moment, 'days')
    }
  }

  #days({ plan }: Found, open: OpenDays | undefined, moment: Moment): Promise<Row[]> {
    return plan.days === undefined
      ? Promise.resolve([])
      : this.#options.database.query(plan.days(open, moment))
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
    const visitors = await found.plan.online(this.#options.database.query, moment)
    this.#keep(found, 'visitors', 'online', { visitors, views: 0 }, moment, 'online')
  }

  /** Recounts and asks for distinct visitors, on the connection for slow work. */
  #startBackground(found: Found): void {
    this.#background ??= this.#when(recount, () => this.#recount(found), recountEveryMs)
      .then(() => this.#readPeriods(found))
      .catch((error: Error) => this.#options.onBackgroundError(error))
      .finally(() => {
        this.#background = undefined
      })
  }

  /** Counts all closed days and what the plugin adds to them, as of one moment. */
  async #recount(before: Found): Promise<void> {
    const { database } = this.#options
    await database.snapshot(async (query) => {
      const found = this.#take(await this.#find(query))
      const { plan, source } = found
      if (plan.days === undefined) return
      const moment = this.#moment(found)
      const settledMs = moment.epochMs - (plan.settleSeconds ?? settleSeconds) * 1000
      const openFrom = momentAt(settledMs, moment.timezone).today
      const rows = toDays(source.name, await query(plan.days(undefined, moment)))
      const base = (await plan.base?.(query)) ?? { visitors: 0, views: 0 }
      const [row] = plan.watermark ? await query(plan.watermark(openFrom, moment)) : []
      const key = row?.['watermark'] ?? undefined
      const watermark = key === undefined ? undefined : toCount(key, `watermark of ${source.name}`)
      this.#ledger = closeDays(rows, { openFrom, zone: moment.timezone, watermark, base })
    })
    if (before.source.id !== this.#found?.source.id) this.#paces.clear()
  }

  /** Asks for the periods that are not the sum of their days, each when it is due. */
  async #readPeriods({ source }: Found): Promise<void> {
    const found = this.#found
    if (found === undefined || found.source !== source) return
    const { plan } = found
    const asked = plan.offers.filter(({ metric }) => plan.distinct?.includes(metric))
    for (const period of new Set(asked.map((offer) => offer.period))) {
      if (plan.period === undefined || period === 'online') continue
      const moment = this.#moment(found)
      const range = daysOf(period, moment.today)
      if (range !== undefined && range.from === range.to) continue
      const sql = plan.period(range, moment)
      await this.#when(period, async () => {
        const [row] = await this.#options.database.snapshot((query) => query(sql))
        const counts = toCounts(row, source.name)
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
    counts: Counts,
    moment: Moment,
    pace: string,
  ): void {
    const unit = plan.offers.find((o) => o.metric === metric && o.period === period)?.unit
    if (unit === undefined) return
    const count: Count = {
      ...{ value: counts[metric], metric, period, unit, bots: source.bots },
      ...{ site: this.#options.name ?? site.name, source: source.id },
      asOf: new Date(moment.epochMs).toISOString(),
      everyMs: this.#options.pollMs,
      tookMs: 0,
    }
    this.#counts.set(keyOf(count), { count, pace })
  }

  #round({ site, source, plan, why }: Found): Round {
    return {
      site: this.#options.name ?? site.name,
      prefix: site.prefix,
      source: source.id,
      why,
      timezone: site.timezone,
      counts: plan.offers.flatMap((offer) => {
        const kept = this.#counts.get(keyOf(offer))
        if (kept === undefined) return []
        const pace = this.#paces.get(kept.pace)
        if (pace === undefined) return [kept.count]
        return [{ ...kept.count, everyMs: pace.everyMs, tookMs: pace.tookMs }]
      }),
      ledger: this.#ledger,
      open: this.#open,
      emptyDays: plan.emptyDays ?? 'none',
    }
  }
}

function keyOf({ metric, period }: { metric: Metric; period: Period }): string {
  return `${metric}.${period}`
}

function toDays(what: string, rows: readonly Row[]): DayCounts[] {
  return rows.flatMap((row) => {
    const day = toDay(row)
    return day === undefined ? [] : [{ day, ...toCounts(row, what) }]
  })
}
