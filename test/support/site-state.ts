import type { SiteState } from '../../server/readings/poller.ts'
import type { Count } from '../../server/readings/round.ts'

/** When the readings of a made-up site were read. */
export const readAt = '2026-10-15T12:00:00.000Z'

/** A site as it is known after a round, with these counts of visitors and its last four days. */
export function siteState(
  values: Partial<Record<Count['period'], number>> = { total: 1234, today: 7 },
  site = 'blog.example.com',
): SiteState {
  const count = (period: Count['period'], value: number): Count => ({
    value,
    metric: 'visitors',
    period,
    asOf: readAt,
    site,
    source: 'wp-statistics',
    unit: 'visitor-days',
    bots: 'excluded',
    everyMs: 5000,
    tookMs: 2,
  })
  const periods = Object.keys(values) as Count['period'][]
  return {
    name: undefined,
    failure: undefined,
    last: {
      site,
      source: 'wp-statistics',
      why: 'the plugin is active',
      prefix: 'wp_',
      timezone: 'Europe/Berlin',
      emptyDays: 'none',
      carry: {},
      counts: periods.map((period) => count(period, values[period] ?? 0)),
      ledger: {
        zone: 'Europe/Berlin',
        openFrom: '2026-10-15',
        watermark: undefined,
        days: { '2026-10-12': { visitors: 4, views: 9 }, '2026-10-14': { visitors: 2, views: 3 } },
        older: { visitors: 0, views: 0 },
        base: { visitors: 0, views: 0 },
      },
      open: [{ day: '2026-10-15', visitors: 7, views: 8 }],
    },
  }
}
