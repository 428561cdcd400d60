import type { Counting } from '../readings/counting.ts'
import type { SiteStatus } from '../readings/site-status.ts'
import { momentAt } from '../wordpress/moment.ts'
import { fill, type Text } from './text.ts'

interface TroubledSite {
  readonly status: SiteStatus
  readonly counting: Counting | undefined
  /** Of the site. */
  readonly timezone: string
  /** Name of the plugin. */
  readonly source: string
  /** Whether the exact cause may be told. */
  readonly withCause: boolean
}

/** What there is to say of a site that is not simply read; undefined where it is. */
export function troubleWords(
  text: Text,
  { status, counting, timezone, source, withCause }: TroubledSite,
): string | undefined {
  const { states, reasons, cause } = text.words
  const { condition, reason, sinceMs, lastDay } = status
  const since = sinceMs === undefined ? undefined : text.time(momentAt(sinceMs, timezone).wallTime)
  const exact =
    withCause && status.cause !== undefined ? [fill(cause, { cause: status.cause })] : []
  switch (condition) {
    case 'ok':
      return undefined
    case 'waiting':
      return states.waiting
    case 'counting':
      return countingWords(text, counting)
    case 'stopped':
      return fill(states.stopped, { source, day: text.day(lastDay ?? '') })
    case 'away': {
      const first = since === undefined ? states.awayAtFirst : fill(states.away, { time: since })
      const why = reason === undefined || reason === 'away' ? [] : [reasons[reason]]
      return [first, ...why, ...exact].join(' ')
    }
    case 'refused': {
      const first = since === undefined ? [] : [fill(states.refused, { time: since })]
      return [reasons[reason ?? 'refused'], ...first, ...exact].join(' ')
    }
  }
}

function countingWords(text: Text, counting: Counting | undefined): string {
  const { states } = text.words
  const progress = counting?.progress
  if (progress === undefined || progress.of === 0) return states.counting
  const { done, of } = progress
  return fill(states.countingPart, {
    done: text.count(done),
    of: text.count(of),
    percent: text.percent(done / of),
  })
}
