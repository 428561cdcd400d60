import { createHash } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Logger } from '../log.ts'
import type { Events } from './events.ts'
import type { Remark } from './formats/format.ts'
import { formats } from './formats/index.ts'
import { healthOf } from './health.ts'
import type { Answer } from './kept-answers.ts'
import { openapi, routes } from './openapi.ts'
import { Problem } from './problem.ts'
import type { SiteState } from './readings/poller.ts'
import { type PresentReading, present } from './readings/present.ts'
import { daysEntries, parseQuery, View } from './view.ts'
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

interface Env {
  Bindings: Partial<HttpBindings> & {
    /** Told of an answer that everyone gets who asks the same, and until when it is right. */
    readonly keep?: (answer: Answer, untilMs: number) => void
  }
}

const json = 'application/json'

/** The routes. All answer from memory; none asks the database. */
export function createApp({ sites, events, health, now, log }: AppOptions): Hono<Env> {
  const app = new Hono<Env>()
  const remarks = new Set<string>()
  const look = (c: Context) => new View(sites(), c.req.query(), now())

  app.get('/count', (c) => {
    const view = look(c)
    const { value, stale } = view.reading
    return answer(c, view, 'text/plain; charset=UTF-8', `${value}\n`, `${value} ${stale}`)
  })

  app.get('/v1/count', (c) => {
    const view = look(c)
    const { reading } = view
    return answer(c, view, json, JSON.stringify(reading), ageless([reading]))
  })

  app.get('/v1/counts', (c) => {
    const view = look(c)
    const { site, source, why, timezone } = view.site.last
    const { readings: counts } = view
    const body = JSON.stringify({ site, source, why, timezone, counts })
    return answer(c, view, json, body, ageless(counts))
  })

  app.get('/v1/series', (c) => {
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
    app.get(path, (c) => {
      const view = look(c)
      const { document, remark } = render(view, c.req.query())
      if (remark !== undefined) take(remark)
      const body = typeof document === 'string' ? document : JSON.stringify(document)
      return answer(c, view, contentType, body)
    })
  }

  app.get('/v1/events', (c) => {
    const { site, metric, period } = look(c).reading
    const { outgoing } = c.env
    if (c.req.method === 'HEAD' || outgoing === undefined) {
      return c.body(null, 200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    }
    if (events.isFull) {
      throw new Problem(503, 'Service Unavailable', 'there are as many streams as may be open', {
        'Retry-After': '30',
      })
    }
    const read = () => {
      const state = sites().find((each) => each.last?.site === site)
      const count = state?.last?.counts.find((c) => c.metric === metric && c.period === period)
      return state && count && present(count, state, now())
    }
    // `c.res` must stay as it is: Hono makes a new response of what is returned beside one, and sends it.
    events.open(`${site} ${metric} ${period}`, read, outgoing)
    return RESPONSE_ALREADY_SENT
  })

  app.get('/health', (c) => {
    const state = healthOf(sites(), [...remarks], now())
    return c.json({ ...state, ...health() }, state.status === 'down' ? 503 : 200, {
      'Cache-Control': 'no-store',
    })
  })

  app.get('/openapi.json', (c) => c.json(openapi()))

  app.route('/', pageRoutes({ sites, now }))

  app.notFound((c) =>
    refuse(
      c,
      new Problem(
        404,
        'Not Found',
        `there is no ${c.req.path}; see ${routes.join(', ')}`,
        {},
        routes,
      ),
    ),
  )

  app.onError((error, c) => {
    if (error instanceof Problem) return refuse(c, error)
    log.error({ err: error }, `${c.req.method} ${c.req.path} failed`)
    return refuse(c, new Problem(500, 'Internal Server Error', 'this is a fault of the bridge'))
  })

  function take({ text, holds }: Remark): void {
    if (!holds) remarks.delete(text)
    else if (!remarks.has(text)) {
      remarks.add(text)
      log.warn(text)
    }
  }

  return app
}

/** What a client has to know anew: not the age of a number or when it was read, which `Age` tells. */
function ageless(readings: readonly PresentReading[]): string {
  return JSON.stringify(readings.map(({ age: _, asOf: __, ...fact }) => fact))
}

/**
 * The answer with its validators, or 304.
 *
 * @param tagged what the tag stands for: it changes when this does
 */
function answer(
  c: Context<Env>,
  { newest, untilMs }: View,
  contentType: string,
  body: string,
  tagged = body,
): Response {
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
    return c.body(null, 304, validators)
  }
  const headers = { 'Content-Type': contentType, ...validators }
  // Hono's `request()` brings no bindings.
  c.env?.keep?.({ body, etag, headers }, untilMs)
  return c.body(body, 200, headers)
}

function refuse(c: Context, problem: Problem): Response {
  const { body, contentType } = problem.answer(c.req.path)
  return c.body(body, problem.status, { ...problem.headers, 'Content-Type': contentType })
}
