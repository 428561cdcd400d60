import { hash } from 'node:crypto'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Logger } from '../common/log.ts'
import type { Remark } from './formats/format.ts'
import { formats } from './formats/index.ts'
import type { AccessSettings, HttpEnv } from './http/access.ts'
import { mayKnowCause } from './http/confidence.ts'
import { type Events, streamHeaders } from './http/events.ts'
import { healthOf, siteHealths } from './http/health.ts'
import type { MicroCache } from './http/micro-cache.ts'
import { parseTarget, redirectIntoPage } from './http/middleware/base-path.ts'
import { conditional } from './http/middleware/conditional.ts'
import { cors, preflight } from './http/middleware/cors.ts'
import { limits } from './http/middleware/limits.ts'
import { logRefusals } from './http/middleware/log.ts'
import { token } from './http/middleware/token.ts'
import { noRoute, openapi } from './http/openapi.ts'
import { faultOfBridge, Problem } from './http/problem.ts'
import { daysEntries, parseQuery, View } from './http/query.ts'
import type { Refusals } from './http/refusals.ts'
import { type AgedReading, agedReading } from './readings/aged-reading.ts'
import type { DaySamples } from './readings/day-samples.ts'
import { newestDay } from './readings/newest-day.ts'
import type { SiteState } from './readings/poller.ts'
import type { Watchers } from './readings/watchers.ts'
import { pageRoutes } from './web/routes.ts'
import { tokenPage, wantsPage } from './web/token-page.ts'

export interface AppOptions {
  /** What is known of the sites at this moment, the one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly access: AccessSettings
  readonly cache: MicroCache
  readonly events: Events
  readonly refusals: Refusals
  /** Told of each question for a number. */
  readonly watchers: Pick<Watchers, 'see'>
  /** What today was at this time of earlier days. */
  readonly samples: Pick<DaySamples, 'earlier'>
  /** What the publishers add to `/health`. */
  readonly health: () => Record<string, unknown>
  readonly now: () => number
  readonly log: Logger
}

const json = 'application/json'

/** What somebody who wants to see a number asks for. A monitor asks for its health, and scrapes metrics. */
const watchedPaths = new Set([
  ...['/', '/count', '/v1/count', '/v1/counts', '/v1/events'],
  ...formats.map(({ path }) => path).filter((path) => path !== '/metrics'),
])

/** The middleware and the routes. All answer from memory; no request causes a query. */
export function createApp(options: AppOptions): Hono<HttpEnv> {
  const { watchers, sites, access, cache, events, refusals, samples, health, now, log } = options
  const app = new Hono<HttpEnv>({ getPath: (request) => parseTarget(request, access).route })
  const remarks = new Set<string>()
  const viewOf = (c: Context) => new View(sites(), c.req.query(), now())

  app.use(conditional, cache.keep, logRefusals(refusals, access), cors(access.cors), limits)
  app.options('*', preflight(access.cors))
  if (access.token !== undefined) app.use(token({ ...access, token: access.token }))
  app.use(redirectIntoPage)
  app.use(async (c, next) => {
    if (watchedPaths.has(c.req.path)) watchers.see()
    await next()
  })

  app.get('/count', (c) => {
    const view = viewOf(c)
    const { value, stale } = view.reading
    return respond(c, view, 'text/plain; charset=UTF-8', `${value}\n`, `${value} ${stale}`)
  })

  app.get('/v1/count', (c) => {
    const view = viewOf(c)
    const { reading } = view
    return respond(c, view, json, JSON.stringify(reading), ageless([reading]))
  })

  app.get('/v1/counts', (c) => {
    const view = viewOf(c)
    const { site, source, why, timezone } = view.site
    const { readings: counts } = view
    const newest = newestDay(view.site)
    const plugin = newest === undefined ? undefined : { newest }
    const body = JSON.stringify({ site, source, why, timezone, plugin, counts })
    return respond(c, view, json, body, ageless(counts))
  })

  app.get('/v1/series', (c) => {
    const view = viewOf(c)
    const { days } = parseQuery(v.object(daysEntries), c.req.query())
    const { source, ledger } = view.site
    if (ledger === undefined) {
      throw new Problem(404, 'Not Found', `${source} keeps no days, only a total`)
    }
    return respond(c, view, json, JSON.stringify(view.series(days)))
  })

  for (const { path, contentType, render } of formats) {
    app.get(path, (c) => {
      const view = viewOf(c)
      const { document, remark } = render(view, c.req.query())
      if (remark !== undefined) remember(remark)
      const body = typeof document === 'string' ? document : JSON.stringify(document)
      return respond(c, view, contentType, body)
    })
  }

  app.get('/v1/events', (c) => {
    const { site, metric, period } = viewOf(c).reading
    if (events.isFull) {
      throw new Problem(503, 'Service Unavailable', 'there are as many streams as may be open', {
        'Retry-After': '30',
      })
    }
    const read = () => {
      const state = sites().find((each) => each.last?.site === site)
      const count = state?.last?.counts.find((c) => c.metric === metric && c.period === period)
      return state && count && agedReading(count, state, now())
    }
    const head = c.body(null, 200, streamHeaders)
    if (c.req.method === 'HEAD') return head
    const headers = Object.fromEntries(head.headers)
    events.open(`${site} ${metric} ${period}`, read, c.env.outgoing, headers)
    return RESPONSE_ALREADY_SENT
  })

  app.get('/health', (c) => {
    const state = healthOf(sites(), [...remarks], now())
    const isAdmitted = c.get('hasShownToken') ?? true
    const named = isAdmitted && { sites: siteHealths(sites(), now(), mayKnowCause(c, access)) }
    const document = { ...state, ...named, ...health() }
    c.header('Cache-Control', 'no-store')
    return c.json(document, state.status === 'down' ? 503 : 200)
  })

  app.get('/openapi.json', (c) => c.json(openapi()))

  app.route('/', pageRoutes({ sites, samples, access, now }))

  app.notFound((c) => {
    throw noRoute(c.req.path)
  })

  app.onError((error, c) => {
    const { method, path } = c.req
    const isProblem = error instanceof Problem
    if (!isProblem) log.error({ err: error }, `${method} ${path} failed`)
    const problem = isProblem ? error : faultOfBridge()
    if (problem.status === 401 && wantsPage(c.req)) {
      const page = tokenPage(c, access)
      return c.html(page.document, 401, { ...problem.headers, ...page.headers })
    }
    const { headers, body } = problem.render(path)
    return c.body(body, problem.status, headers)
  })

  function remember({ text, holds }: Remark): void {
    if (!holds) remarks.delete(text)
    else if (!remarks.has(text)) {
      remarks.add(text)
      log.warn(text)
    }
  }

  return app
}

/** What a client has to know anew: not the age of a number or when it was read, which `Age` tells. */
function ageless(readings: readonly AgedReading[]): string {
  return JSON.stringify(readings.map(({ age: _, asOf: __, ...fact }) => fact))
}

/**
 * The answer with what caches and clients want to know of it.
 *
 * @param tagged what the tag stands for: it changes when this does
 */
function respond(
  c: Context<HttpEnv>,
  { newest }: View,
  contentType: string,
  body: string,
  tagged = body,
): Response {
  return c.body(body, 200, {
    'Content-Type': contentType,
    ETag: `W/"${hash('sha1', tagged, 'base64url')}"`,
    'Cache-Control': 'max-age=1, stale-while-revalidate=60',
    ...(newest && { Age: String(newest.age), 'Counter-Stale': String(newest.stale) }),
  })
}
