import { type Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { toSegments } from '../../device/face/font.ts'
import { dashes } from '../../device/face/number.ts'
import type { AccessSettings, HttpEnv } from '../http/access.ts'
import { mayKnowCause } from '../http/confidence.ts'
import { parseTarget } from '../http/middleware/base-path.ts'
import { noRoute } from '../http/openapi.ts'
import { View } from '../http/query.ts'
import type { DaySamples } from '../readings/day-samples.ts'
import type { SiteState } from '../readings/poller.ts'
import { type Asset, type Assets, loadAssets } from './assets.ts'
import { countSegments, facePaths, leastDigits, marked } from './face-paths.ts'
import { pictureColors } from './face-svg.ts'
import { textFor } from './locale.ts'
import { pageDocument } from './page.ts'
import { pageView } from './page-view.ts'
import { facePng } from './png.ts'

export interface PageRoutesOptions {
  /** The one that is meant by default first. */
  readonly sites: () => readonly SiteState[]
  readonly samples: Pick<DaySamples, 'earlier'>
  readonly access: AccessSettings
  readonly now: () => number
}

/** Nothing from other hosts, and nothing that stands in the page itself, is run or loaded. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

/** As Open Graph wants a picture for a large preview. */
const previewSize = { width: 1200, height: 630 }

/** The page, and what it loads. All addresses in it are relative: a proxy may move them. */
export function pageRoutes({ sites, samples, access, now }: PageRoutesOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  let loading: Promise<Assets> | undefined
  const load = () => {
    loading ??= loadAssets()
    return loading
  }
  let preview: { readonly key: string; readonly picture: Uint8Array<ArrayBuffer> } | undefined

  app.get('/', async (c) => {
    const assets = await load()
    const query = c.req.query()
    const withCause = mayKnowCause(c, access)
    const text = textFor(c.req.header('Accept-Language'), query['lang'])
    const view = pageView({ states: sites(), query, samples, text, withCause, nowMs: now() })
    const address = ({ name }: Asset) => `assets/${name}`
    const document = await pageDocument(view, {
      script: address(assets.script),
      style: address(assets.style),
      icon: address(assets.icon),
      touchIcon: address(assets.touchIcon),
      manifest: address(assets.manifest),
      preview: previewAddress(c, access),
    })
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('Cache-Control', 'no-cache')
    c.header('Vary', 'Accept-Language', { append: true })
    return c.html(document)
  })

  app.get('/preview.png', (c) => {
    const reading = new View(sites(), c.req.query(), now()).readingIfKnown
    const key = `${reading?.value} ${reading?.stale}`
    if (preview?.key !== key) {
      const segments =
        reading === undefined
          ? toSegments(dashes(leastDigits))
          : marked(countSegments(reading.value), reading.stale)
      const picture = facePng(facePaths(segments), { ...previewSize, colors: pictureColors })
      preview = { key, picture }
    }
    c.header('Content-Type', 'image/png')
    c.header('Cache-Control', 'max-age=60')
    return c.body(preview.picture)
  })

  app.get('/embed.js', async (c) => {
    c.header('Cache-Control', 'public, max-age=3600')
    return sendAsset(c, (await load()).embed)
  })

  app.get('/assets/:name', async (c) => {
    const assets: Asset[] = Object.values(await load())
    const found = assets.find(({ name }) => name === c.req.param('name'))
    if (found === undefined) throw noRoute(c.req.path)
    c.header('Cache-Control', 'public, max-age=31536000, immutable')
    return sendAsset(c, found)
  })

  return app
}

function sendAsset(c: Context<HttpEnv>, { type, plain, gzipped }: Asset): Response {
  const supports = ['gzip', 'identity']
  const encoding = accepts(c, { header: 'Accept-Encoding', supports, default: 'identity' })
  c.header('Content-Type', type)
  c.header('Vary', 'Accept-Encoding', { append: true })
  if (encoding === 'identity' || type === 'image/png') return c.body(plain)
  c.header('Content-Encoding', encoding)
  return c.body(gzipped)
}

/**
 * Where the picture for previews is, seen from outside: those who fetch it want the whole address. It has
 * the token in it where the address of the page has.
 */
function previewAddress(c: Context<HttpEnv>, access: AccessSettings): string {
  const { shown } = parseTarget(c.req.raw, access)
  const url = new URL(c.req.url)
  const isSecure = c.req.header('X-Forwarded-Proto') === 'https' || url.protocol === 'https:'
  const token = shown === undefined ? '' : `/t/${shown}`
  return `${isSecure ? 'https' : 'http'}://${url.host}${access.basePath}${token}/preview.png`
}
