import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import * as v from 'valibot'
import type { Logger } from '../log.ts'
import { type Metric, metrics, type Period, periods } from '../reading.ts'
import { Problem } from './problem.ts'
import type { SiteState } from './readings/poller.ts'
import { type PresentReading, present } from './readings/present.ts'
import type { Remembered } from './readings/store.ts'

export interface AppOptions {
  /** What is known of the site at this moment. */
  readonly state: () => SiteState
  readonly now: () => number
  readonly log: Logger
}

const Query = v.object({
  metric: v.optional(v.picklist(metrics)),
  period: v.optional(v.picklist(periods)),
  site: v.optional(v.string()),
})

const routes = ['/count', '/v1/count', '/v1/counts', '/health']

/** The routes. All answer from memory; none asks the database. */
export function createApp({ state, now, log }: AppOptions): Hono {
  const app = new Hono()

  app.use(cors({ origin: '*', allowMethods: ['GET', 'HEAD'], exposeHeaders: ['Age', 'ETag'] }))

  app.get('/count', (c) => {
    const reading = chosen(c)
    return unlessKnown(c, [reading], () => c.text(`${reading.value}\n`))
  })

  app.get('/v1/count', (c) => {
    const reading = chosen(c)
    return unlessKnown(c, [reading], () => c.json(reading))
  })

  app.get('/v1/counts', (c) => {
    const { site, source, why, timezone, counts } = known(c)
    const readings = counts.map((count) => present(count, state(), now()))
    return unlessKnown(c, readings, () => c.json({ site, source, why, timezone, counts: readings }))
  })

  app.get('/health', (c) => {
    const { last, failure } = state()
    const [reading] = last?.counts ?? []
    const health = reading && present(reading, state(), now())
    const status = health === undefined ? 'down' : health.stale ? 'degraded' : 'ok'
    const database = failure === undefined && last !== undefined
    return c.json({ status, database, age: health?.age ?? null }, status === 'down' ? 503 : 200, {
      'Cache-Control': 'no-store',
    })
  })

  app.notFound((c) =>
    refuse(c, new Problem(404, 'Not Found', `there is no ${c.req.path}; see ${routes.join(', ')}`)),
  )

  app.onError((error, c) => {
    if (error instanceof Problem) return refuse(c, error)
    log.error({ err: error }, `${c.req.method} ${c.req.path} failed`)
    return refuse(c, new Problem(500, 'Internal Server Error', 'this is a fault of the bridge'))
  })

  /** What is known of the site that was asked for. */
  function known(c: Context): Remembered {
    const { site } = query(c)
    const { last } = state()
    if (last === undefined) {
      throw new Problem(503, 'Service Unavailable', 'nothing has been read yet', {
        'Retry-After': '5',
      })
    }
    if (site !== undefined && site !== last.site) {
      throw new Problem(404, 'Not Found', `site=${site}: the site here is ${last.site}`)
    }
    return last
  }

  /** The reading that was asked for; visitors where the plugin has them, and the total, by default. */
  function chosen(c: Context): PresentReading {
    const { metric, period = 'total' } = query(c)
    const { counts, source } = known(c)
    const find = (wanted: Metric) =>
      counts.find((count) => count.metric === wanted && count.period === period)
    const count = metric === undefined ? (find('visitors') ?? find('views')) : find(metric)
    if (count === undefined) {
      const offered = counts.map((each) => `${each.metric}.${each.period}`).join(', ')
      const wanted = `${metric === undefined ? '' : `metric=${metric} `}period=${period}`
      throw new Problem(404, 'Not Found', `${source} does not count ${wanted}; it has ${offered}`)
    }
    return present(count, state(), now())
  }

  return app
}

function query(c: Context): {
  metric?: Metric | undefined
  period?: Period | undefined
  site?: string | undefined
} {
  const parsed = v.safeParse(Query, c.req.query())
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const name = String(issue.path?.[0]?.key)
  const allowed = name === 'metric' ? metrics : periods
  throw new Problem(400, 'Bad Request', `${name}=${issue.input}: allowed are ${allowed.join(', ')}`)
}

/**
 * The answer with its validators, or 304. The tag stands for the values, not for the moment they were
 * read: a client that gets 304 takes the age of its number from `Age`.
 */
function unlessKnown(
  c: Context,
  readings: readonly PresentReading[],
  answer: () => Response,
): Response {
  const facts = readings.map(({ site, source, metric, period, value, stale }) =>
    [site, source, metric, period, value, stale].join(),
  )
  const etag = `W/"${createHash('sha1').update(facts.join(';')).digest('base64url')}"`
  const [first] = readings
  c.header('ETag', etag)
  c.header('Cache-Control', 'max-age=1, stale-while-revalidate=60')
  if (first !== undefined) {
    c.header('Age', String(first.age))
    c.header('Last-Modified', new Date(first.asOf).toUTCString())
  }
  const wanted = c.req.header('If-None-Match')
  if (wanted === '*' || wanted?.split(/\s*,\s*/).includes(etag)) return c.body(null, 304)
  return answer()
}

function refuse(c: Context, problem: Problem): Response {
  if (c.req.path === '/count') {
    return c.text(`${problem.message}\n`, problem.status, problem.headers)
  }
  return c.body(JSON.stringify(problem.document), problem.status, {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
  })
}
