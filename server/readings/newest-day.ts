import { addDays, momentAt } from '../wordpress/moment.ts'
import { allDays } from './ledger.ts'
import type { Remembered } from './store.ts'

/** Of so many days the pauses between visits are taken. */
const judgedDays = 60
const leastSilentDays = 2
const tolerance = 3

type Days = Pick<Remembered, 'ledger' | 'open'>

/** The last day on which the plugin has counted anybody; undefined where it keeps no days, or none yet. */
export function newestDay(site: Days): string | undefined {
  return countedDays(site).at(-1)
}

/**
 * Since when a plugin counts nobody any more, so long that it is no pause as there have been: three times
 * the longest of the last 60 days, and at least two days.
 */
export function silentSince(site: Days, nowMs: number): string | undefined {
  const { ledger } = site
  const days = countedDays(site)
  const newest = days.at(-1)
  if (ledger === undefined || newest === undefined) return undefined
  const { today } = momentAt(nowMs, ledger.zone)
  const judged = days.filter((day) => day >= addDays(today, -judgedDays))
  const pauses = judged.slice(1).map((day, index) => daysBetween(judged[index] ?? day, day))
  const longest = Math.max(1, ...pauses)
  const silent = daysBetween(newest, today)
  return silent >= leastSilentDays && silent > tolerance * longest ? newest : undefined
}

function countedDays({ ledger, open }: Days): string[] {
  if (ledger === undefined) return []
  const counted = allDays(ledger, open).filter(({ visitors, views }) => visitors + views > 0)
  return [...new Set(counted.map(({ day }) => day))].filter((day) => day !== '').sort()
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
