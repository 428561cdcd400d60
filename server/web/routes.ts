import { Hono } from 'hono'
import { nameOf } from '../readings/choose.ts'
import type { SiteState } from '../readings/poller.ts'
import { View } from '../view.ts'
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

  app.get('/', async (c) => {
    const { script, style, icon } = await load()
    const states = sites()
    const query = c.req.query()
    const view = pageView(states, new View(states, query, now()))
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('Cache-Control', 'no-cache')
    const address = ({ name }: { name: string }) => `assets/${name}`
    const addresses = { script: address(script), style: address(style), icon: address(icon) }
    return c.html(pageDocument({ ...view, kiosk: 'kiosk' in query }, addresses))
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
      Vary: 'Accept-Encoding',
      ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    })
  })

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
