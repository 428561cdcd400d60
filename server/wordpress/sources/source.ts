import type { Metric, Period, Reading, Unit } from '../../../reading.ts'
import type { Sql } from '../database.ts'
import type { Moment } from '../moment.ts'
import type { Site } from '../site.ts'

/** Visitors and views, of a day or of a longer time. */
export interface Counts {
  readonly visitors: number
  readonly views: number
}

export interface Offer {
  readonly metric: Metric
  readonly period: Period
  readonly unit: Unit
}

/**
 * How one plugin's numbers are read from one site. Each query answers rows with the columns named
 * here; a metric that the plugin does not have is left out or 0.
 */
export interface Plan {
  readonly offers: readonly Offer[]
  /**
   * Rows (`day`, `visitors`, `views`) for the site's days from `from` on, or for all when it is
   * undefined. A day may have several rows, which add up. Rows with a key at or below `watermark`
   * belong to earlier days and need not be looked at.
   */
  days(from?: string, watermark?: number): Sql
  /** One row (`watermark`): a key below which there is no row of the days from `from` on. */
  watermark?(from: string): Sql
  /** One row (`visitors`, `views`) that the plugin adds to its totals, as purged history. */
  base?(): Sql
  /** One row (`visitors`): who is on the site now. */
  online?(moment: Moment): Sql
  /** How the plugin turns the sums of a period into what it shows, where that is not the same. */
  shown?(sums: Counts): Counts
}

/** A statistics plugin: what it needs in the database, what it counts, and how it is read. */
export interface Source {
  readonly id: string
  /** As its authors call it. */
  readonly name: string
  /** Its path in the option `active_plugins`. */
  readonly plugin: string
  /** Table name without prefix, to the columns that the queries use. */
  readonly needs: Readonly<Record<string, readonly string[]>>
  readonly bots: Reading['bots']
  plan(site: Site): Plan
}

const byDay = ['total', 'today', 'yesterday', 'last7days', 'last30days'] as const

/** Offers of a metric that the plugin keeps by the day. */
export function daily(metric: Metric, unit: Unit): Offer[] {
  return byDay.map((period) => ({ metric, period, unit }))
}

/** The offer of the visitors that are on the site now. */
export const onlineVisitors: Offer = { metric: 'visitors', period: 'online', unit: 'visitors' }
