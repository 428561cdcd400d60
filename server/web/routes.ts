import { type Context, Hono } from 'hono'
import { type Answer, answering } from '../http/answer.ts'
import { noRoute } from '../http/openapi.ts'
import { View } from '../http/query.ts'
import { nameOf } from '../readings/choose-count.ts'
import type { SiteState } from '../readings/poller.ts'
import { sources } from '../wordpress/sources/index.ts'
import { type Assets, loadAssets } from './assets.ts'
import { type PageView, pageDocument } from './page.ts'

export interface PageOptions {
  /** The one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly now: () => number
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

  const page = async (c: Context): Promise<Answer> => {
    const { script, style, icon } = await load()
    const query = c.req.query()
    const states = sites()
    const view = pageView(states, new View(states, query, now()))
    const address = ({ name }: { name: string }) => `assets/${name}`
    const addresses = { script: address(script), style: address(style), icon: address(icon) }
    const document = await pageDocument({ ...view, kiosk: 'kiosk' in query }, addresses)
    const headers = {
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Security-Policy': contentSecurityPolicy,
      'Cache-Control': 'no-cache',
    }
    return { status: 200, headers, body: document.toString() }
  }

  const asset = async (c: Context<object, '/assets/:name'>): Promise<Answer> => {
    const assets = Object.values(await load())
    const found = assets.find(({ name }) => name === c.req.param('name'))
    if (found === undefined) throw noRoute(c.req.path)
    const { type, plain, gzipped } = found
    const zipped = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')
    const headers = {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    }
    return { status: 200, headers, body: zipped ? gzipped : plain }
  }

  app.get('/', answering(page))
  app.get('/assets/:name', answering(asset))
  return app
}

/**
 * What is known, as the page shows it.
 *
 * @throws Problem 404 that names what there is
 */
function pageView(states: readonly SiteState[], view: View): Omit<PageView, 'kiosk'> {
  const sites = states.flatMap((state) => nameOf(state) ?? [])
  const reading = view.readingIfKnown
  if (reading === undefined) {
    return { sites, site: '', source: '', reading, counts: [], days: undefined }
  }
  const { last } = view.site
  return {
    sites,
    site: reading.site,
    source: sources.find(({ id }) => id === reading.source)?.name ?? reading.source,
    reading,
    counts: view.readings,
    days: last.ledger && view.series(chartDays),
  }
}
