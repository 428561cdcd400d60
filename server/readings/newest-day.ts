import { addDays, momentAt } from '../wordpress/moment.ts'
import type { Tally } from '../wordpress/sources/source.ts'
import { allDays } from './ledger.ts'
import type { Remembered } from './store.ts'

/** Of so many days the pauses between visits are taken. */
const judgedDays = 60
const leastSilentDays = 2
const tolerance = 3
const dayMs = 86_400_000

type Days = Pick<Remembered, 'ledger' | 'open'>

/** The last day on which the plugin has counted anybody; undefined where it keeps no days, or none yet. */
export function newestDay({ ledger, open }: Days): string | undefined {
  if (ledger === undefined) return undefined
  // Those of the ledger come before the open ones, and are only looked at when nobody has come since.
  let newest = ''
  const take = (day: string, { visitors, views }: Tally) => {
    if (day > newest && visitors + views > 0) newest = day
  }
  for (const tally of open) take(tally.day, tally)
  if (newest < ledger.openFrom)
    for (const [day, tally] of Object.entries(ledger.days)) take(day, tally)
  return newest === '' ? undefined : newest
}

/**
 * Since when a plugin counts nobody any more, so long that it is no pause as there have been: three times
 * the longest of the last 60 days, and at least two days.
 */
export function silentSince(site: Days, nowMs: number): string | undefined {
  const newest = newestDay(site)
  if (site.ledger === undefined || newest === undefined) return undefined
  // A day after its midnight of UTC it is two days later in no zone.
  if (nowMs - Date.parse(newest) < dayMs) return undefined
  const { today } = momentAt(nowMs, site.ledger.zone)
  const silent = daysBetween(newest, today)
  if (silent < leastSilentDays) return undefined
  const from = addDays(today, -judgedDays)
  const judged = allDays(site.ledger, site.open)
    .filter(({ day, visitors, views }) => day >= from && visitors + views > 0)
    .map(({ day }) => day)
    .sort()
  const pauses = judged.slice(1).map((day, index) => daysBetween(judged[index] ?? day, day))
  return silent > tolerance * Math.max(1, ...pauses) ? newest : undefined
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs)
}
