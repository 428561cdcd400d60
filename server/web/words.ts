import type { Reading, Unit } from '../../reading.ts'

/** What keeps a number from being fresh. */
export type Trouble = 'bridge' | 'database'

const unitWords: Record<Unit, string> = {
  'visitor-days': 'visitors a day, added up',
  visitors: 'each visitor counted once',
  views: 'page views',
}

const botWords: Record<Reading['bots'], string> = {
  excluded: 'robots left out',
  included: 'robots counted too',
  unknown: 'robots perhaps among them',
}

const troubleWords: Record<Trouble, string> = {
  bridge: 'the bridge does not answer, trying again',
  database: 'the database has not confirmed it since',
}

/** What one unit of a number is, and who is in it. */
export function aboutWords({ unit, unitLabel, bots, carried = 0 }: Reading): string {
  const kept = carried === 0 ? [] : [`${countWords(carried)} carried forward`]
  const counted = unitLabel === undefined ? [unitWords[unit], botWords[bots]] : [unitLabel]
  return [...counted, ...kept].join('; ')
}

/** How fresh a number is, and why it is not. */
export function freshnessWords(ageSeconds: number, trouble: Trouble | undefined): string {
  const read = `read ${agoWords(ageSeconds)}`
  return trouble === undefined ? read : `an old number, ${read}: ${troubleWords[trouble]}`
}

/** A count as people write it. */
export function countWords(value: number): string {
  return new Intl.NumberFormat('en').format(value)
}

/** A day, as "Thu, 12 Nov", from the start of it with its UTC offset. */
export function dayWords(time: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${time.slice(0, 10)}T00:00:00Z`))
}

function agoWords(seconds: number): string {
  if (seconds < 2) return 'just now'
  if (seconds < 120) return `${Math.floor(seconds)} s ago`
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} days ago`
}
