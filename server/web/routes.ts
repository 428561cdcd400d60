import { Hono } from 'hono'
import { Problem } from '../problem.ts'
import type { SiteState } from '../readings/poller.ts'
import { type PresentReading, present } from '../readings/present.ts'
import { series } from '../readings/series.ts'
import { sources } from '../wordpress/sources/index.ts'
import { type Assets, loadAssets } from './assets.ts'
import { type PageView, pageDocument } from './page.ts'

export interface PageOptions {
  /** The one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly now: () => number
}

/** What the address may choose. */
interface Choice {
  readonly site: string | undefined
  readonly metric: string | undefined
  readonly period: string | undefined
}

const chartDays = 30

/** Nothing from other hosts, and nothing that stands in the page itself, is run or loaded. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

/** The page, and what it loads. All addresses are relative: a proxy may move them. */
export function pageRoutes({ sites, now }: PageOptions): Hono {
  const app = new Hono()
  let loading: Promise<Assets> | undefined
  const load = () => {
    loading ??= loadAssets()
    return loading
  }

  app.get('/', async (c) => {
    const { script, style, icon } = await load()
    const { site, metric, period, kiosk } = c.req.query()
    const view = pageView(sites(), { site, metric, period }, now())
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('Cache-Control', 'no-cache')
    const address = ({ name }: { name: string }) => `assets/${name}`
    const addresses = { script: address(script), style: address(style), icon: address(icon) }
    return c.html(pageDocument({ ...view, kiosk: kiosk !== undefined }, addresses))
  })

  app.get('/assets/:name', async (c) => {
    const assets = Object.values(await load())
    const asset = assets.find(({ name }) => name === c.req.param('name'))
    if (asset === undefined) return c.notFound()
    const { type, plain, gzipped } = asset
    const zipped = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')
    return c.body(zipped ? gzipped : plain, 200, {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept-Encoding',
      ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    })
  })

  return app
}

/**
 * What is known, as the page shows it; the first site, and its visitors in total, by default.
 *
 * @throws Problem 404 that names what there is
 */
function pageView(
  states: readonly SiteState[],
  choice: Choice,
  nowMs: number,
): Omit<PageView, 'kiosk'> {
  const nameOf = ({ last, name }: SiteState) => last?.site ?? name ?? ''
  const names = states.map(nameOf).filter((name) => name !== '')
  const isMeant = (state: SiteState) => choice.site === undefined || nameOf(state) === choice.site
  const state = states.find(isMeant)
  if (state === undefined && names.length > 0) {
    throw new Problem(
      404,
      'Not Found',
      `there is no site=${choice.site}; there are ${names.join(', ')}`,
    )
  }
  const site = state === undefined ? '' : nameOf(state)
  const { last } = state ?? {}
  if (state === undefined || last === undefined) {
    return { sites: names, site, source: '', reading: undefined, counts: [], days: undefined }
  }
  const counts = last.counts.map((count) => present(count, state, nowMs))
  const reading = chosen(counts, choice)
  return {
    sites: names,
    site,
    source: sources.find(({ id }) => id === last.source)?.name ?? last.source,
    reading,
    counts,
    days: last.ledger && series(last, reading.metric, chartDays, nowMs),
  }
}

function chosen(counts: readonly PresentReading[], choice: Choice): PresentReading {
  const { metric, period = 'total' } = choice
  const find = (wanted: string) =>
    counts.find((count) => count.metric === wanted && count.period === period)
  const reading = metric === undefined ? (find('visitors') ?? find('views')) : find(metric)
  if (reading !== undefined) return reading
  const offered = counts.map((each) => `${each.metric}.${each.period}`).join(', ')
  throw new Problem(
    404,
    'Not Found',
    `there is no ${metric ?? 'count'}.${period}; there are ${offered}`,
  )
}
