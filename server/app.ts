import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Logger } from '../common/log.ts'
import type { Remark } from './formats/format.ts'
import { formats } from './formats/index.ts'
import { type Answer, answering, ask, type HttpRequest, jsonAnswer } from './http/answer.ts'
import { type Events, streamHeaders } from './http/events.ts'
import { healthOf } from './http/health.ts'
import { noRoute, openapi } from './http/openapi.ts'
import { Problem } from './http/problem.ts'
import { daysEntries, parseQuery, View } from './http/query.ts'
import { type AgedReading, agedReading } from './readings/aged-reading.ts'
import type { SiteState } from './readings/poller.ts'
import { pageRoutes } from './web/routes.ts'

export interface AppOptions {
  /** What is known of the sites at this moment, the one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly events: Events
  /** What the publishers add to `/health`. */
  readonly health: () => Record<string, unknown>
  readonly now: () => number
  readonly log: Logger
}

export interface App {
  /** At once where the answer may be kept. */
  answer(request: HttpRequest): Answer | Promise<Answer>
  /** Paths, as Hono writes them. */
  readonly paths: readonly string[]
}

const json = 'application/json'

/** The routes. All answer from memory; none asks the database. */
export function createApp({ sites, events, health, now, log }: AppOptions): App {
  const app = new Hono()
  const remarks = new Set<string>()
  const get = (path: string, handle: (c: Context) => Answer) => app.get(path, answering(handle))
  const look = (c: Context) => new View(sites(), c.req.query(), now())

  get('/count', (c) => {
    const view = look(c)
    const { value, stale } = view.reading
    return answer(c, view, 'text/plain; charset=UTF-8', `${value}\n`, `${value} ${stale}`)
  })

  get('/v1/count', (c) => {
    const view = look(c)
    const { reading } = view
    return answer(c, view, json, JSON.stringify(reading), ageless([reading]))
  })

  get('/v1/counts', (c) => {
    const view = look(c)
    const { site, source, why, timezone } = view.site.last
    const { readings: counts } = view
    const body = JSON.stringify({ site, source, why, timezone, counts })
    return answer(c, view, json, body, ageless(counts))
  })

  get('/v1/series', (c) => {
    const view = look(c)
    const { days } = parseQuery(v.object(daysEntries), c.req.query())
    const points = view.series(days)
    const { source, ledger } = view.site.last
    if (ledger === undefined) {
      throw new Problem(404, 'Not Found', `${source} keeps no days, only a total`)
    }
    return answer(c, view, json, JSON.stringify(points))
  })

  for (const { path, contentType, render } of formats) {
    get(path, (c) => {
      const view = look(c)
      const { document, remark } = render(view, c.req.query())
      if (remark !== undefined) take(remark)
      const body = typeof document === 'string' ? document : JSON.stringify(document)
      return answer(c, view, contentType, body)
    })
  }

  get('/v1/events', (c) => {
    const { site, metric, period } = look(c).reading
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
    return {
      status: 200,
      headers: streamHeaders,
      stream: (response) => events.open(`${site} ${metric} ${period}`, read, response),
    }
  })

  get('/health', () => {
    const state = healthOf(sites(), [...remarks], now())
    const document = { ...state, ...health() }
    return jsonAnswer(document, state.status === 'down' ? 503 : 200, {
      'Cache-Control': 'no-store',
    })
  })

  get('/openapi.json', () => jsonAnswer(openapi()))

  app.route('/', pageRoutes({ sites, now }))

  app.notFound(answering(({ req: { path } }) => noRoute(path).answer(path)))

  app.onError((error, c) =>
    answering(({ req: { method, path } }) => {
      if (error instanceof Problem) return error.answer(path)
      log.error({ err: error }, `${method} ${path} failed`)
      const problem = new Problem(500, 'Internal Server Error', 'this is a fault of the bridge')
      return problem.answer(path)
    })(c),
  )

  function take({ text, holds }: Remark): void {
    if (!holds) remarks.delete(text)
    else if (!remarks.has(text)) {
      remarks.add(text)
      log.warn(text)
    }
  }

  return { answer: (request) => ask(app, request), paths: app.routes.map(({ path }) => path) }
}

/** What a client has to know anew: not the age of a number or when it was read, which `Age` tells. */
function ageless(readings: readonly AgedReading[]): string {
  return JSON.stringify(readings.map(({ age: _, asOf: __, ...fact }) => fact))
}

/**
 * The answer with its validators, or 304.
 *
 * @param tagged what the tag stands for: it changes when this does
 */
function answer(
  c: Context,
  { newest, untilMs }: View,
  contentType: string,
  body: string,
  tagged = body,
): Answer {
  const etag = `W/"${createHash('sha1').update(tagged).digest('base64url')}"`
  const validators = {
    ETag: etag,
    'Cache-Control': 'max-age=1, stale-while-revalidate=60',
    ...(newest && {
      Age: String(newest.age),
      'Last-Modified': new Date(newest.asOf).toUTCString(),
    }),
  }
  const wanted = c.req.header('If-None-Match')
  if (wanted === '*' || wanted?.split(/\s*,\s*/).includes(etag)) {
    return { status: 304, headers: validators }
  }
  const headers = { 'Content-Type': contentType, ...validators }
  return { status: 200, headers, body, keepUntilMs: untilMs }
}
