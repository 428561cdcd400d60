import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type AppOptions, createApp } from '../../server/app.ts'
import type { AccessSettings } from '../../server/http/access.ts'
import { Events } from '../../server/http/events.ts'
import { type ListenOptions, listen } from '../../server/http/listen.ts'
import { createListener } from '../../server/http/listener.ts'
import { MicroCache } from '../../server/http/micro-cache.ts'
import { Refusals } from '../../server/http/refusals.ts'
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
  return asking(createApp(complete({ sites, now, log })))
}

export const openAccess: AccessSettings = {
  token: undefined,
  basePath: '',
  cors: ['*'],
  trustedProxies: [],
}

type Given = Partial<AppOptions> & Pick<AppOptions, 'sites' | 'now'>

function complete(options: Given): AppOptions {
  return {
    access: openAccess,
    cache: new MicroCache(() => 0),
    events: new Events(100),
    refusals: new Refusals(options.log ?? silent, () => 0),
    samples: { earlier: () => ({ yesterday: undefined, weekAgo: undefined }) },
    health: () => ({}),
    watchers: { see: () => {} },
    log: silent,
    ...options,
  }
}

/** An app behind a socket as `serve` has it, which anybody may ask unless `access` says otherwise. */
export async function startApp(
  t: TestContext,
  given: Partial<AppOptions> & { limits?: ListenOptions['limits']; monotonic?: () => number } = {},
) {
  const { limits = {}, monotonic = () => 0, ...rest } = given
  const now = () => Date.parse(asOf) + 3000
  const options = complete({ sites: () => [healthy], now, ...rest })
  const { refusals, events } = options
  const listener = createListener(createApp(options), { ...options, monotonic })
  const http = await listen(listener, { host: '127.0.0.1', port: 0, refusals, limits })
  t.after(() => {
    events.stop()
    return http.close()
  })
  const ask = (path: string, init?: RequestInit) =>
    fetch(http.url + path, { redirect: 'manual', ...init })
  return { ...http, ...options, ask }
}

/** Asks an app as a browser would, past any socket. */
function asking(app: ReturnType<typeof createApp>) {
  const incoming = new IncomingMessage(new Socket())
  const env = { incoming, outgoing: new ServerResponse(incoming) }
  return {
    request: (path: string, init?: RequestInit) => app.request(path, init, env),
    paths: app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path),
  }
}
