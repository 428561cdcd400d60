import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import type { HttpEnv } from '../http/access.ts'
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
export function pageRoutes({ sites, now }: PageOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  let loading: Promise<Assets> | undefined
  const load = () => {
    loading ??= loadAssets()
    return loading
  }

  app.get('/', async (c) => {
    const { script, style, icon } = await load()
    const query = c.req.query()
    const states = sites()
    const view = pageView(states, new View(states, query, now()))
    const address = ({ name }: { name: string }) => `assets/${name}`
    const addresses = { script: address(script), style: address(style), icon: address(icon) }
    const document = await pageDocument({ ...view, kiosk: 'kiosk' in query }, addresses)
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('Cache-Control', 'no-cache')
    return c.html(document)
  })

  app.get('/assets/:name', async (c) => {
    const assets = Object.values(await load())
    const found = assets.find(({ name }) => name === c.req.param('name'))
    if (found === undefined) throw noRoute(c.req.path)
    const { type, plain, gzipped } = found
    const supports = ['gzip', 'identity']
    const encoding = accepts(c, { header: 'Accept-Encoding', supports, default: 'identity' })
    c.header('Content-Type', type)
    c.header('Cache-Control', 'public, max-age=31536000, immutable')
    c.header('Vary', 'Accept-Encoding', { append: true })
    if (encoding === 'identity') return c.body(plain)
    c.header('Content-Encoding', encoding)
    return c.body(gzipped)
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
  const { ledger } = view.site
  return {
    sites,
    site: reading.site,
    source: sources.find(({ id }) => id === reading.source)?.name ?? reading.source,
    reading,
    counts: view.readings,
    days: ledger && view.series(chartDays),
  }
}
