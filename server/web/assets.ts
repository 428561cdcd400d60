import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { toSegments } from '../../device/face/font.ts'
import { facePaths } from './face-paths.ts'
import { faceSvg, pictureColors } from './face-svg.ts'
import { facePng } from './png.ts'

/** A file of the page. */
export interface Asset {
  /** With a hash of the content, so that it can be kept for ever. */
  readonly name: string
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
}

export interface Assets {
  readonly script: Asset
  readonly style: Asset
  readonly icon: Asset
  /** For systems that take no SVG. */
  readonly touchIcon: Asset
  readonly largeIcon: Asset
  readonly manifest: Asset
  /** For a page of another site; its name has no hash, because it stands in documents. */
  readonly embed: Asset
}

const png = 'image/png'

/**
 * Reads what `npm run build` has made of `client/`.
 *
 * @throws Error when it has not been built
 */
export async function loadAssets(): Promise<Assets> {
  const built = (file: string) => readFile(new URL(import.meta.resolve(`#web/${file}`)))
  const javascript = 'text/javascript; charset=utf-8'
  const icon = await asset(
    'icon.svg',
    'image/svg+xml',
    Buffer.from(faceSvg(toSegments('8'), { heightPx: 64, title: 'Visitor counter' })),
  )
  const square = (sidePx: number) =>
    facePng(facePaths(toSegments('8')), { width: sidePx, height: sidePx, colors: pictureColors })
  const touchIcon = await asset('icon-192.png', png, square(192))
  const largeIcon = await asset('icon-512.png', png, square(512))
  return {
    script: await asset('page.js', javascript, await built('page.js')),
    style: await asset('page.css', 'text/css; charset=utf-8', await built('page.css')),
    icon,
    touchIcon,
    largeIcon,
    manifest: await asset(
      'counter.webmanifest',
      'application/manifest+json',
      Buffer.from(JSON.stringify(manifest({ icon, touchIcon, largeIcon }))),
    ),
    embed: await asset('embed.js', javascript, await built('embed.js')),
  }
}

/** Addresses in it are relative to it, in `assets/`. */
function manifest({
  icon,
  touchIcon,
  largeIcon,
}: Pick<Assets, 'icon' | 'touchIcon' | 'largeIcon'>) {
  return {
    name: 'Visitor counter',
    short_name: 'Visitors',
    start_url: '../',
    scope: '../',
    display: 'standalone',
    background_color: '#140d0d',
    theme_color: '#140d0d',
    icons: [
      { src: icon.name, sizes: 'any', type: icon.type },
      { src: touchIcon.name, sizes: '192x192', type: png },
      { src: largeIcon.name, sizes: '512x512', type: png },
    ],
  }
}

async function asset(file: string, type: string, content: Uint8Array): Promise<Asset> {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  return {
    name: file.replace('.', `-${hash}.`),
    type,
    plain: Uint8Array.from(content),
    gzipped: Uint8Array.from(await promisify(gzip)(content)),
  }
}
