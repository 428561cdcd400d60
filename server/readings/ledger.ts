import type { Period } from '../../reading.ts'
import { addDays, type Moment } from '../wordpress/moment.ts'
import type { Counts, Plan } from '../wordpress/sources/source.ts'

/**
 * What has been counted of days that no longer change, so that a poll need only look at the rows of
 * the open days: at 5 million rows a full count takes seconds, today's rows 1 ms.
 */
export interface Ledger {
  /** First of the open days, which every poll reads again. */
  readonly openFrom: string
  /** No row of an open day has a key at or below this; undefined when the source has no such key. */
  readonly watermark: number | undefined
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

/** A ledger of all days before today, from a full count of these days. */
export function closeDays(
  rows: readonly DayCounts[],
  today: string,
  watermark: number | undefined,
  base: Counts,
): Ledger {
  const keptFrom = addDays(today, -keptDays)
  const days: Record<string, Counts> = {}
  let older = none
  for (const row of rows) {
    if (row.day >= today) continue
    if (row.day < keptFrom) older = add(older, row)
    else days[row.day] = add(days[row.day] ?? none, row)
  }
  return { openFrom: today, watermark, days, older, base }
}

/** The sums of every period that is made of days, from the ledger and the rows of the open days. */
export function sumPeriods(
  ledger: Ledger,
  open: readonly DayCounts[],
  { today }: Moment,
  shown: NonNullable<Plan['shown']> = (sums) => sums,
): Record<Exclude<Period, 'online'>, Counts> {
  const closed = Object.entries(ledger.days).map(([day, counts]) => ({ ...counts, day }))
  const days = [...closed, ...open]
  const between = (from: string, to: string) =>
    shown(days.filter(({ day }) => day >= from && day <= to).reduce<Counts>(add, none))
  const yesterday = addDays(today, -1)
  return {
    total: shown(days.reduce<Counts>(add, add(ledger.older, ledger.base))),
    today: between(today, today),
    yesterday: between(yesterday, yesterday),
    last7days: between(addDays(today, -6), today),
    last30days: between(addDays(today, -29), today),
  }
}
