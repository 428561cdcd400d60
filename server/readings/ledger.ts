import { DatabaseError } from '../../common/errors.ts'
import type { Period } from '../../reading.ts'
import type { Row } from '../wordpress/database/database.ts'
import { toDay } from '../wordpress/day.ts'
import { addDays } from '../wordpress/moment.ts'
import { type DayRange, type Tally, toTally } from '../wordpress/sources/source.ts'

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
  readonly days: Readonly<Record<string, Tally>>
  /** All closed days before those. */
  readonly older: Tally
  /** What the plugin adds to its totals. */
  readonly base: Tally
}

/** Visitors and views of one day. */
export interface DayTally extends Tally {
  readonly day: string
}

/** How many closed days stay apart: enough for a chart of a year, and of the year before it. */
const keptDays = 732

const none: Tally = { visitors: 0, views: 0 }

function add(a: Tally, b: Tally): { visitors: number; views: number } {
  return { visitors: a.visitors + b.visitors, views: a.views + b.views }
}

/**
 * Rows as days. Those of no day, or of none that can be read, come before all days: they are in the
 * total, as in the plugin's. A row whose count cannot be read costs its own day, not the others.
 *
 * @param what names their source in what is told
 * @param onBadRow told what is wrong with a row
 */
export function toDays(
  what: string,
  rows: readonly Row[],
  onBadRow: (problem: string) => void,
): DayTally[] {
  const attempt = <Value>(read: () => Value, otherwise: Value, cost: string): Value => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      onBadRow(`${error.message}; ${cost}`)
      return otherwise
    }
  }
  return rows.map((row) => {
    const day = attempt(() => toDay(row) ?? '', '', 'it counts in the total only')
    return { day, ...attempt(() => toTally(row, what), none, `${day || 'it'} is left out`) }
  })
}

/** A ledger of all days before `openFrom`, from a full count of these days. */
export function closeDays(
  rows: readonly DayTally[],
  { openFrom, zone, layout, watermark, base }: Omit<Ledger, 'days' | 'older'>,
): Ledger {
  const keptFrom = addDays(openFrom, -keptDays)
  const days: Record<string, Tally> = {}
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

/** Periods in which nobody comes twice. */
export function isDayOrNow(period: Period): boolean {
  return period === 'today' || period === 'yesterday' || period === 'online'
}

/** What of a period is in the ledger: the same from poll to poll until the day or the ledger is another. */
export function sumClosed(
  { days, older, base }: Ledger,
  period: Exclude<Period, 'online'>,
  today: string,
): Tally {
  const range = daysOf(period, today)
  const counted = Object.entries(days).map(([day, counts]) => ({ ...counts, day }))
  return addOpen(range === undefined ? add(older, base) : none, counted, period, today)
}

/** Adds those of some days that are of the period. */
export function addOpen(
  closed: Tally,
  open: readonly DayTally[],
  period: Exclude<Period, 'online'>,
  today: string,
): Tally {
  const range = daysOf(period, today)
  return open
    .filter(({ day }) => range === undefined || (day >= range.from && day <= range.to))
    .reduce(add, closed)
}

/** The closed days that are kept, and the open ones; a day may be there more than once. */
export function allDays(ledger: Ledger, open: readonly DayTally[]): DayTally[] {
  return [...Object.entries(ledger.days).map(([day, counts]) => ({ ...counts, day })), ...open]
}
