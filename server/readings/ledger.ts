import type { Period } from '../../reading.ts'
import type { Row } from '../wordpress/database.ts'
import { toDay } from '../wordpress/day.ts'
import { addDays } from '../wordpress/moment.ts'
import { type Counts, type DayRange, toCounts } from '../wordpress/sources/source.ts'

/**
 * What has been counted of days that no longer change, so that a poll need only look at the rows of
 * the open days: at 5 million rows a full count takes seconds, today's rows 1 ms.
 */
export interface Ledger {
  /** Zone that the days were cut in. */
  readonly zone: string
  /** Tells ways of counting apart that must not be mixed, where a plugin has several. */
  readonly layout?: string | undefined
  /** First of the open days, which every poll reads again. */
  readonly openFrom: string
  /** No row of an open day has a key at or below this; undefined when the source has no such key. */
  readonly watermark?: number | undefined
  /** The closed days that a period may ask for. Key: site-local day. */
  readonly days: Readonly<Record<string, Counts>>
  /** All closed days before those. */
  readonly older: Counts
  /** What the plugin adds to its totals. */
  readonly base: Counts
}

/** Counts of one day. */
export interface DayCounts extends Counts {
  readonly day: string
}

/** How many closed days stay apart: enough for 30 days, and for a chart of a year. */
const keptDays = 366

const none: Counts = { visitors: 0, views: 0 }

function add(a: Counts, b: Counts): Counts {
  return { visitors: a.visitors + b.visitors, views: a.views + b.views }
}

/**
 * Rows as days. Those of no day come before all days: they are in the total, as in the plugin's.
 *
 * @param what names their source in an error
 * @throws DatabaseError for what is no day or no count
 */
export function toDays(what: string, rows: readonly Row[]): DayCounts[] {
  return rows.map((row) => ({ day: toDay(row) ?? '', ...toCounts(row, what) }))
}

/** A ledger of all days before `openFrom`, from a full count of these days. */
export function closeDays(
  rows: readonly DayCounts[],
  { openFrom, zone, layout, watermark, base }: Omit<Ledger, 'days' | 'older'>,
): Ledger {
  const keptFrom = addDays(openFrom, -keptDays)
  const days: Record<string, Counts> = {}
  let older = none
  for (const row of rows) {
    if (row.day >= openFrom) continue
    if (row.day < keptFrom) older = add(older, row)
    else days[row.day] = add(days[row.day] ?? none, row)
  }
  return { openFrom, zone, layout, watermark, days, older, base }
}

/** The days that a period is made of, both ends included; all days for the total. */
export function daysOf(period: Exclude<Period, 'online'>, today: string): DayRange | undefined {
  switch (period) {
    case 'total':
      return undefined
    case 'today':
      return { from: today, to: today }
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) }
    case 'last7days':
      return { from: addDays(today, -6), to: today }
    case 'last30days':
      return { from: addDays(today, -29), to: today }
  }
}

/** The sum of a period, from the ledger and the rows of the open days. */
export function sumPeriod(
  ledger: Ledger,
  open: readonly DayCounts[],
  period: Exclude<Period, 'online'>,
  today: string,
): Counts {
  const days = allDays(ledger, open)
  const range = daysOf(period, today)
  if (range === undefined) return days.reduce<Counts>(add, add(ledger.older, ledger.base))
  const { from, to } = range
  return days.filter(({ day }) => day >= from && day <= to).reduce<Counts>(add, none)
}

/** The closed days that are kept, and the open ones; a day may be there more than once. */
export function allDays(ledger: Ledger, open: readonly DayCounts[]): DayCounts[] {
  return [...Object.entries(ledger.days).map(([day, counts]) => ({ ...counts, day })), ...open]
}
