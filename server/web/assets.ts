import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { toSegments } from '../../device/face/font.ts'
import { faceSvg } from './face-svg.ts'

/** A file of the page. */
interface Asset {
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
}

/**
 * Reads what `npm run build` has made of `client/`.
 *
 * @throws Error when it has not been built
 */
export async function loadAssets(): Promise<Assets> {
  const built = (file: string) => readFile(new URL(import.meta.resolve(`#web/${file}`)))
  const icon = faceSvg(toSegments('8'), { heightPx: 64, title: 'Visitor counter' })
  return {
    script: await asset('page.js', 'text/javascript; charset=utf-8', await built('page.js')),
    style: await asset('page.css', 'text/css; charset=utf-8', await built('page.css')),
    icon: await asset('icon.svg', 'image/svg+xml', Buffer.from(icon)),
  }
}

async function asset(file: string, type: string, content: Buffer): Promise<Asset> {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  return {
    name: file.replace('.', `-${hash}.`),
    type,
    plain: Uint8Array.from(content),
    gzipped: Uint8Array.from(await promisify(gzip)(content)),
  }
}
