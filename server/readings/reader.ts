import * as v from 'valibot'
import type { Period, Reading } from '../../reading.ts'
import { toCount } from '../wordpress/count.ts'
import { type Database, DatabaseError, type Query, type Row } from '../wordpress/database.ts'
import { type Moment, momentAt } from '../wordpress/moment.ts'
import { choosePlugin } from '../wordpress/plugin.ts'
import { findPrefix, readSchema, readSite, type Site } from '../wordpress/site.ts'
import type { Plan, Source } from '../wordpress/sources/source.ts'
import { closeDays, type DayCounts, type Ledger, sumPeriods } from './ledger.ts'

/** A reading as it is kept; whether it is stale is judged when it is asked for. */
export type Count = Omit<Reading, 'stale'>

/** What one round of queries found. */
export interface Round {
  readonly site: string
  readonly source: string
  readonly why: string
  readonly timezone: string
  readonly counts: readonly Count[]
  readonly ledger: Ledger
  /** Time that the queries of every round took, without those of a recount. */
  readonly costMs: number
}

export interface ReaderOptions {
  readonly database: Database
  /** Found in the database when undefined. */
  readonly tablePrefix: string | undefined
  /** A source id, or `auto`. */
  readonly source: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** From an earlier run on the same database; saves the full count. */
  readonly ledger?: { source: string; ledger: Ledger } | undefined
  /** Told when a recount fails: the readings go on from the one before. */
  readonly onRecountError: (error: Error) => void
}

const minuteMs = 60_000
/** A query that took so long runs again after 100 times that, so that we take 1 % of the database's time. */
const restFactor = 100

interface Found {
  readonly site: Site
  readonly source: Source
  readonly plan: Plan
  readonly why: string
}

/** Reads one site: finds its plugin, counts all once, then looks at the days that still change. */
export class Reader {
  readonly #options: ReaderOptions
  #found: Found | undefined
  #ledger: Ledger | undefined
  #recounting = false
  #recountAtMs = 0

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /**
   * One round of queries.
   *
   * @throws DatabaseError, or FatalError when there is no WordPress or no plugin to read
   */
  async read(): Promise<Round> {
    const { database, now } = this.#options
    try {
      const found = this.#found ?? (await this.#find())
      this.#found = found
      this.#ledger ??= this.#remembered(found)
      if (this.#ledger === undefined) {
        this.#ledger = await this.#recount(found)
      } else if (now() >= this.#recountAtMs && !this.#recounting) {
        this.#recountInBackground(found)
      }
      const moment = momentAt(now(), found.site.timezone)
      const round = await readRound(database.query, found, this.#ledger, moment)
      return { ...round, costMs: Math.max(0, now() - moment.epochMs) }
    } catch (error) {
      // A table or column has gone: the next round looks for the plugin again.
      if (error instanceof DatabaseError && error.kind === 'schema') this.#found = undefined
      throw error
    }
  }

  #remembered({ source }: Found): Ledger | undefined {
    const { ledger } = this.#options
    return ledger?.source === source.id ? ledger.ledger : undefined
  }

  async #find(): Promise<Found> {
    const { database, tablePrefix, source: wanted } = this.#options
    const schema = await readSchema(database.query, database.engine)
    const site = await readSite(database.query, schema, tablePrefix ?? findPrefix(schema))
    const { source, why } = choosePlugin(site, wanted)
    return { site, source, why, plan: source.plan(site) }
  }

  /** Counts all days before today and what the plugin adds to them, as of one moment. */
  async #recount({ site, source, plan }: Found): Promise<Ledger> {
    const { database, now } = this.#options
    const startedMs = now()
    const { today } = momentAt(startedMs, site.timezone)
    const ledger = await database.snapshot(async (query) => {
      const days = toDays(source, await query(plan.days()))
      const [base] = plan.base === undefined ? [] : await query(plan.base())
      const [key] = plan.watermark === undefined ? [] : await query(plan.watermark(today))
      const watermark = key?.['watermark'] ?? undefined
      return closeDays(
        days,
        today,
        watermark === undefined ? undefined : toCount(watermark, `${source.name}: watermark`),
        toCounts(source, base ?? {}),
      )
    })
    const endedMs = now()
    this.#recountAtMs = endedMs + Math.max(minuteMs, restFactor * (endedMs - startedMs))
    return ledger
  }

  #recountInBackground(found: Found): void {
    this.#recounting = true
    this.#recount(found)
      .then((ledger) => {
        this.#ledger = ledger
      })
      .catch((error: Error) => {
        this.#recountAtMs = this.#options.now() + minuteMs
        this.#options.onRecountError(error)
      })
      .finally(() => {
        this.#recounting = false
      })
  }
}

async function readRound(
  query: Query,
  { site, source, plan, why }: Found,
  ledger: Ledger,
  moment: Moment,
): Promise<Omit<Round, 'costMs'>> {
  const open = toDays(source, await query(plan.days(ledger.openFrom, ledger.watermark)))
  const sums = sumPeriods(ledger, open, moment, plan.shown)
  const [online] = plan.online === undefined ? [] : await query(plan.online(moment))
  const sumOf = (period: Period, metric: 'visitors' | 'views') =>
    period === 'online'
      ? toCount(online?.['visitors'] ?? null, `${source.name}: visitors online`)
      : sums[period][metric]
  return {
    site: site.name,
    source: source.id,
    why,
    timezone: site.timezone,
    ledger,
    counts: plan.offers.map(({ metric, period, unit }) => ({
      value: sumOf(period, metric),
      metric,
      period,
      site: site.name,
      source: source.id,
      unit,
      bots: source.bots,
      asOf: new Date(moment.epochMs).toISOString(),
    })),
  }
}

const DayRow = v.object({ day: v.string() })

function toDays(source: Source, rows: readonly Row[]): DayCounts[] {
  return rows.map((row) => ({ ...v.parse(DayRow, row), ...toCounts(source, row) }))
}

function toCounts(source: Source, row: Row): { visitors: number; views: number } {
  return {
    visitors: toCount(row['visitors'] ?? null, `${source.name}: visitors`),
    views: toCount(row['views'] ?? null, `${source.name}: views`),
  }
}
