import { type App, createApp } from '../../server/app.ts'
import { Events } from '../../server/http/events.ts'
import type { SiteState } from '../../server/readings/poller.ts'
import type { Count } from '../../server/readings/round.ts'
import { silent } from './log.ts'

export const asOf = '2026-10-15T12:00:00.000Z'
export const count = (
  metric: 'visitors' | 'views',
  period: Count['period'],
  value: number,
): Count => ({
  value,
  metric,
  period,
  asOf,
  site: 'blog.example.com',
  source: 'wp-statistics',
  unit: metric === 'views' ? 'views' : 'visitor-days',
  bots: 'excluded',
  everyMs: 5000,
  tookMs: 2,
})
/** A site with three counts and four days. */
export const known: NonNullable<SiteState['last']> = {
  site: 'blog.example.com',
  source: 'wp-statistics',
  why: 'the plugin is active',
  timezone: 'Europe/Berlin',
  counts: [
    count('visitors', 'total', 1234),
    count('visitors', 'today', 7),
    count('views', 'total', 5678),
  ],
  prefix: 'wp_',
  ledger: {
    zone: 'Europe/Berlin',
    openFrom: '2026-10-15',
    watermark: undefined,
    days: { '2026-10-12': { visitors: 4, views: 9 }, '2026-10-14': { visitors: 2, views: 3 } },
    older: { visitors: 0, views: 0 },
    base: { visitors: 0, views: 0 },
  },
  open: [{ day: '2026-10-15', visitors: 7, views: 8 }],
  emptyDays: 'none',
  carry: {},
}
export const healthy: SiteState = { name: undefined, last: known, failure: undefined }
export const nothing: SiteState = { name: undefined, last: undefined, failure: undefined }

/** An app that knows this state, so many seconds after its reading. */
export function appWith(
  states: SiteState | SiteState[] | (() => SiteState[]),
  seconds = 3,
  log = silent,
) {
  const sites = typeof states === 'function' ? states : () => [states].flat()
  const now = () => Date.parse(asOf) + seconds * 1000
  return asking(createApp({ sites, events: new Events(1), health: () => ({}), now, log }))
}

/** Asks an app as a browser would, past any socket. */
export function asking({ answer, paths }: App) {
  const request = async (url: string, { method = 'GET', headers = {} }: Asked = {}) => {
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
    const { status, body, ...given } = await answer({
      method,
      url,
      headers: Object.fromEntries(lowered),
    })
    const content = body === undefined || method === 'HEAD' ? null : Buffer.from(body)
    return new Response(content, { status, headers: given.headers })
  }
  return { request, paths }
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}
