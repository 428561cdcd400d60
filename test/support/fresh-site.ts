import type { SiteState } from '../../server/readings/poller.ts'

/** What the database says. */
export interface Truth {
  visitors: number
  today: number
  /** Whether the database answers. */
  answers: boolean
  /** Whether another bridge reads it. */
  isTheirs?: boolean
}

/** A site that has been read just now. */
export function freshSite(
  { visitors, today, answers, isTheirs = false }: Truth,
  nowMs = Date.now(),
): SiteState {
  const count = (period: 'total' | 'today', value: number) => ({
    ...({ value, metric: 'visitors', period, site: 'example.com', source: 'statify' } as const),
    ...({ unit: 'visitors', bots: 'excluded', everyMs: 5000, tookMs: 1 } as const),
    asOf: new Date(nowMs).toISOString(),
  })
  const last = {
    site: 'example.com',
    prefix: 'wp_',
    source: 'statify',
    why: '',
    timezone: 'UTC',
    counts: [count('total', visitors), count('today', today)],
    open: [],
    carry: {},
    ledger: undefined,
    emptyDays: 'none' as const,
  }
  return { name: undefined, last, failure: answers ? undefined : 'away', isTheirs }
}
