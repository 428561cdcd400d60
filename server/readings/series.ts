import * as v from 'valibot'
import type { Metric } from '../../reading.ts'
import { addDays, midnight, momentAt } from '../wordpress/moment.ts'
import { allDays } from './ledger.ts'
import type { Remembered } from './store.ts'

/** What was counted on one day. */
export const SeriesPoint = v.strictObject({
  /** Start of the site's day, with its UTC offset. */
  time: v.pipe(v.string(), v.isoTimestamp()),
  value: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
export type SeriesPoint = v.InferOutput<typeof SeriesPoint>

/**
 * The plugin's own counts of the last days, oldest first. Days before its first row are not known and
 * left out; so are days without rows where such a day is not known to have been empty.
 */
export function series(
  { ledger, open, emptyDays }: Remembered,
  metric: Metric,
  days: number,
  nowMs: number,
): SeriesPoint[] {
  if (ledger === undefined) return []
  const counted = new Map<string, number>()
  for (const day of allDays(ledger, open)) {
    counted.set(day.day, (counted.get(day.day) ?? 0) + day[metric])
  }
  const first = [...counted.keys()].sort()[0]
  const { today } = momentAt(nowMs, ledger.zone)
  return Array.from({ length: days }, (_, index) => addDays(today, index - days + 1)).flatMap(
    (day) => {
      const known = first !== undefined && day >= first && emptyDays === 'none'
      const value = counted.get(day) ?? (known ? 0 : undefined)
      return value === undefined ? [] : [{ time: midnight(day, ledger.zone), value }]
    },
  )
}
