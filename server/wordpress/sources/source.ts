import type { Metric, Period, Reading, Unit } from '../../../reading.ts'
import { toCount } from '../count.ts'
import type { Query, Row, Sql } from '../database/database.ts'
import { addDays, type Moment } from '../moment.ts'
import type { Site } from '../site.ts'

/** Visitors and views, of a day or of a longer time. */
export interface Tally {
  readonly visitors: number
  readonly views: number
}

/** What a number is in its owner's words: the caption, and what one unit of it is. */
export type Words = Pick<Reading, 'label' | 'unitLabel'>

export interface Offer {
  readonly metric: Metric
  readonly period: Period
  readonly unit: Unit
  /** The owner's words, where they say what it is. */
  readonly words?: Words
}

/** The days that may still change, as the poll reads them. */
export interface OpenDays {
  /** The first of them. */
  readonly from: string
  /** Rows with a key at or below it belong to earlier days; undefined when that is not known. */
  readonly watermark: number | undefined
}

/** Days, both ends included. */
export interface DayRange {
  readonly from: string
  readonly to: string
}

/** Rows with keys above one and up to another; those of one day alone where it is given. */
export interface KeySlice {
  readonly above: number
  readonly upTo: number
  readonly day?: string
}

/** Parts of a table whose key only grows. */
interface KeySlices {
  readonly by: 'key'
  /** Whether the parts of a day add up. People who are counted once a day do not. */
  readonly addsUp: boolean
  /** One row (`first`, `last`): the lowest and the highest key; NULL where there is no row. */
  edges(): Sql
  /** As `days`, of the rows of one part. */
  part(slice: KeySlice, moment: Moment): Sql | readonly Sql[]
  /** The rows of a part also say (`least`) the lowest key of their day: no index finds the watermark. */
  readonly hasLeast?: boolean
  /** As `days`, of further rows that are few. */
  rest?(moment: Moment): Sql
}

/** Parts of a table that is quickly read by its days. */
interface DaySlices {
  readonly by: 'day'
  /** One row (`day`): of the oldest row; NULL where there is no row. */
  oldest(moment: Moment): Sql
  /** As `days`, of some days. */
  part(range: DayRange, moment: Moment): Sql | readonly Sql[]
}

/**
 * How one plugin's numbers are read from one site. Every query answers rows with the columns named
 * here; a metric that the plugin does not have is left out or 0.
 */
export interface Plan {
  readonly offers: readonly Offer[]
  /** The zone that the plugin's days are in at a moment, where it is not the site's. */
  zone?(epochMs: number): string
  /** Tells layouts of the plugin's tables apart in which the same day may count differently. */
  readonly layout?: string
  /** Which layout was taken and why, where the plugin has had several: a sentence for `doctor` and the log. */
  readonly layoutNote?: string
  /** For how long a day may still change after its end; 5 minutes when left out. */
  readonly settleSeconds?: number
  /**
   * Rows (`day`, `visitors`, `views`) of the open days, or of all days. A day is `2026-10-15`,
   * `20261015` or, as `epochDay`, days since 1970; it may have several rows, which add up. Where the
   * rows are in several tables there is a statement for each.
   */
  days?(open: OpenDays | undefined, moment: Moment): Sql | readonly Sql[]
  /**
   * How the days of a large table are counted a part at a time, so that no statement is long. The text of
   * a statement is the same for every part. Without it `days` counts them all at once.
   */
  readonly slices?: KeySlices | DaySlices
  /** One row (`watermark`): a key below which there is no row of the days from `from` on. */
  watermark?(from: string, moment: Moment): Sql
  /** The totals, where they are not the sum of the days. */
  total?(query: Query): Promise<Tally>
  /** What the plugin adds to its totals, as purged history or a start value. */
  base?(query: Query): Promise<Tally>
  /**
   * One row (`visitors`, `views`) of some days, or of all, for the metrics in `distinct`. Asked less
   * often than the days, as it has to look at all rows of its period.
   */
  period?(range: DayRange | undefined, moment: Moment): Sql
  /** The metrics whose period is not the sum of its days: different people over the whole time. */
  readonly distinct?: readonly Metric[]
  /** Who is on the site now; rows of today have keys above the watermark, where there is one. */
  online?(query: Query, moment: Moment, watermark?: number): Promise<number>
  /**
   * `days` of the open days and `online` in one, where that is possible: the rows have one column more,
   * `online`, which adds up.
   */
  live?(open: OpenDays, moment: Moment): Sql
  /** One row (`day`): of the newest row, found by an index. */
  newest?(moment: Moment): Sql
  /** How the plugin turns the sums of a period into what it shows, where that is not the same. */
  shown?(sums: Tally): Tally
  /** Whether a day without a row had no visitors, or is not known; the former when left out. */
  readonly emptyDays?: 'none' | 'unknown'
}

/** Table name without prefix, to the columns that the queries use. */
type Tables = Readonly<Record<string, readonly string[]>>

/** A statistics plugin: what it needs in the database, what it counts, and how it is read. */
export interface Source {
  readonly id: string
  /** As its authors call it. */
  readonly name: string
  /** Its paths in the option `active_plugins`; a paid build has the same tables under another. */
  readonly plugins: readonly string[]
  /** The tables that it is read from; several where a later version of the plugin keeps others. */
  readonly needs: readonly Tables[]
  /** Tables beside those that it reads where they are there; `all` when new ones come with time. */
  readonly also?: readonly string[] | 'all'
  /** The prefix of its tables where it is not the site's: none, or that of the network's main site. */
  readonly prefix?: 'none' | 'network'
  readonly bots: Reading['bots']
  /** @throws FatalError when the layout of the tables cannot be told, saying why */
  plan(site: Site, query: Query): Plan | Promise<Plan>
}

const byDay = ['total', 'today', 'yesterday', 'last7days', 'last30days'] as const

/** Offers of a metric that the plugin keeps by the day. */
export function daily(metric: Metric, unit: Unit): Offer[] {
  return byDay.map((period) => ({ metric, period, unit }))
}

/** The offer of the visitors that are on the site now. */
export const onlineVisitors: Offer = { metric: 'visitors', period: 'online', unit: 'visitors' }

/** A condition with the values of its placeholders. */
export interface Where {
  readonly text: string
  readonly values: readonly (string | number)[]
}

/**
 * The condition for the rows of the open days, or of all days.
 *
 * @param day the column that says the day, and how it writes one; compared with `>=`
 * @param key the column that only grows, where there is one
 * @param always conditions without placeholders that hold in any case
 */
export function whereOpen(
  open: OpenDays | undefined,
  day: { column: string; value?: (from: string) => string | number },
  key?: string,
  ...always: readonly string[]
): Where {
  const { column, value = (from: string) => from } = day
  const conditions = [...always]
  const values: (string | number)[] = []
  if (open !== undefined) {
    conditions.push(`${column} >= ?`)
    values.push(value(open.from))
    if (key !== undefined && open.watermark !== undefined) {
      conditions.push(`${key} > ?`)
      values.push(open.watermark)
    }
  }
  return { text: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values }
}

/** The number of a site in a statement, marked so that an agent, whose site has another, puts in its own. */
export function siteNumber(blog: number): string {
  return `${blog} /* blog */`
}

/** Whether one of the plugin's builds is active on a site. */
export function isActive({ plugins }: Source, { activePlugins }: Site): boolean {
  return plugins.some((path) => activePlugins.includes(path))
}

/** The name of a source's table in the database of a site. */
export function tableOf(site: Site, { prefix }: Pick<Source, 'prefix'>, table: string): string {
  if (prefix === 'none') return table
  return prefix === 'network'
    ? site.base + table
    : site.table(table).slice(1, -1).replaceAll('``', '`')
}

/** The rows of all statements, one after the other. */
export async function rowsOf(query: Query, sql: Sql | readonly Sql[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const each of 'text' in sql ? [sql] : sql) rows.push(...(await query(each)))
  return rows
}

/**
 * The condition for the rows of a slice.
 *
 * @param key the column that only grows
 * @param day the column that says the day or the time, and what it holds when a day begins
 * @param always conditions without placeholders that hold in any case
 */
export function whereSlice(
  { above, upTo, day: only }: KeySlice,
  key: string,
  day: { column: string; value?: (from: string) => string | number },
  ...always: readonly string[]
): Where {
  const { column, value = (from: string) => from } = day
  const ofDay = only === undefined ? [] : [`${column} >= ?`, `${column} < ?`]
  return {
    text: `WHERE ${[...always, `${key} > ?`, `${key} <= ?`, ...ofDay].join(' AND ')}`,
    values: [above, upTo, ...(only === undefined ? [] : [value(only), value(addDays(only, 1))])],
  }
}

/** The lowest and the highest key of a table, as the slices need them. */
export function keyEdges(table: string, key: string): Sql {
  return { text: `SELECT MIN(${key}) AS first, MAX(${key}) AS last FROM ${table}`, values: [] }
}

/** The counts in a row; what the query left out is 0. */
export function toTally(row: Row | undefined, what: string): Tally {
  return {
    visitors: toCount(row?.['visitors'] ?? null, `visitors of ${what}`),
    views: toCount(row?.['views'] ?? null, `views of ${what}`),
  }
}

/** The counts that a query of one row gives. */
export async function count(query: Query, sql: Sql, what: string): Promise<Tally> {
  const [row] = await query(sql)
  return toTally(row, what)
}

/** The visitors that a query of one row counts. */
export async function countVisitors(query: Query, sql: Sql, what: string): Promise<number> {
  return (await count(query, sql, what)).visitors
}
