import { createHash } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import * as v from 'valibot'
import type { Logger } from '../log.ts'
import { type Metric, metrics, periods } from '../reading.ts'
import type { Events } from './events.ts'
import { Problem } from './problem.ts'
import type { SiteState } from './readings/poller.ts'
import { type PresentReading, present } from './readings/present.ts'
import type { Count } from './readings/reader.ts'
import { series } from './readings/series.ts'
import type { Remembered } from './readings/store.ts'

export interface AppOptions {
  /** What is known of the sites at this moment, the one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly events: Events
  /** What the publishers add to `/health`. */
  readonly health: () => Record<string, unknown>
  readonly now: () => number
  readonly log: Logger
}

/** A site with its readings. */
interface KnownSite {
  readonly state: SiteState
  readonly last: Remembered
}

interface Env {
  Bindings: Partial<HttpBindings>
}

const daysMessage = 'a number of days from 1 to 366'
const Query = v.object({
  metric: v.optional(v.picklist(metrics, metrics.join(', '))),
  period: v.optional(v.picklist(periods, periods.join(', '))),
  site: v.optional(v.string()),
  days: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, daysMessage),
      v.transform(Number),
      v.minValue(1, daysMessage),
      v.maxValue(366, daysMessage),
    ),
    '30',
  ),
})

const routes = ['/count', '/v1/count', '/v1/counts', '/v1/series', '/v1/events', '/health']

/** The routes. All answer from memory; none asks the database. */
export function createApp({ sites, events, health, now, log }: AppOptions): Hono<Env> {
  const app = new Hono<Env>()

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
    const { last, state } = known(c)
    const { site, source, why, timezone } = last
    const counts = last.counts.map((count) => present(count, state, now()))
    return unlessKnown(c, counts, () => c.json({ site, source, why, timezone, counts }))
  })

  app.get('/v1/series', (c) => {
    const { days } = query(c)
    const { last, state } = known(c)
    const { metric } = choose(c, last)
    const points = series(last, metric, days, now())
    if (last.ledger === undefined) {
      throw new Problem(404, 'Not Found', `${last.source} keeps no days, only a total`)
    }
    const today = last.counts.filter((count) => count.metric === metric)
    const readings = today.map((count) => present(count, state, now()))
    return unlessKnown(c, readings, () => c.json(points))
  })

  app.get('/v1/events', (c) => {
    const { site, metric, period } = chosen(c)
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
    const headers = Object.fromEntries(c.res.headers)
    events.open(`${site} ${metric} ${period}`, read, outgoing, headers)
    return RESPONSE_ALREADY_SENT
  })

  app.get('/health', (c) => {
    const all = sites().map((state) => ({ state, health: healthOf(state) }))
    const down = all.every(({ health }) => health === undefined)
    const ok = all.every(({ health, state }) => health?.stale === false && !state.failure)
    const ages = all.flatMap(({ health }) => health?.age ?? [])
    return c.json(
      {
        status: down ? 'down' : ok ? 'ok' : 'degraded',
        database: all.every(({ state }) => state.failure === undefined && state.last !== undefined),
        age: ages.length === 0 ? null : Math.max(...ages),
        ...health(),
      },
      down ? 503 : 200,
      { 'Cache-Control': 'no-store' },
    )
  })

  app.notFound((c) =>
    refuse(c, new Problem(404, 'Not Found', `there is no ${c.req.path}; see ${routes.join(', ')}`)),
  )

  app.onError((error, c) => {
    if (error instanceof Problem) return refuse(c, error)
    log.error({ err: error }, `${c.req.method} ${c.req.path} failed`)
    return refuse(c, new Problem(500, 'Internal Server Error', 'this is a fault of the bridge'))
  })

  /** The reading of a site that tells how fresh it is: the newest of its numbers. */
  function healthOf(state: SiteState): PresentReading | undefined {
    const readings = state.last?.counts.map((count) => present(count, state, now())) ?? []
    return readings.sort((a, b) => a.age - b.age)[0]
  }

  /** The site that was asked for, or the first. */
  function known(c: Context): KnownSite {
    const { site } = query(c)
    const all = sites()
    const nameOf = ({ last, name }: SiteState) => last?.site ?? name
    const state = site === undefined ? all[0] : all.find((each) => nameOf(each) === site)
    if (state === undefined && all.some((each) => nameOf(each) !== undefined)) {
      const names = all.flatMap((each) => nameOf(each) ?? []).join(', ')
      throw new Problem(404, 'Not Found', `there is no site=${site}; there are ${names}`)
    }
    if (state?.last !== undefined) return { state, last: state.last }
    throw new Problem(503, 'Service Unavailable', 'nothing has been read yet', {
      'Retry-After': '5',
    })
  }

  /** The count that was asked for; visitors where the plugin has them, and the total, by default. */
  function choose(c: Context, { counts, source }: Remembered): Count {
    const { metric, period = 'total' } = query(c)
    const find = (wanted: Metric) =>
      counts.find((count) => count.metric === wanted && count.period === period)
    const count = metric === undefined ? (find('visitors') ?? find('views')) : find(metric)
    if (count !== undefined) return count
    const offered = counts.map((each) => `${each.metric}.${each.period}`).join(', ')
    const wanted = `${metric === undefined ? '' : `metric=${metric} `}period=${period}`
    throw new Problem(404, 'Not Found', `${source} does not count ${wanted}; it has ${offered}`)
  }

  function chosen(c: Context): PresentReading {
    const { last, state } = known(c)
    return present(choose(c, last), state, now())
  }

  return app
}

function query(c: Context): v.InferOutput<typeof Query> {
  const parsed = v.safeParse(Query, c.req.query())
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const name = String(issue.path?.[0]?.key)
  const value = c.req.query(name) ?? ''
  throw new Problem(400, 'Bad Request', `${name}=${value}: allowed are ${issue.message}`)
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
