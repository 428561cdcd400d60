import { crc32, deflateSync } from 'node:zlib'
import type { FacePaths } from './face-paths.ts'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** What fills a shape. */
interface Shape {
  readonly outline: readonly (readonly [x: number, y: number])[]
  readonly color: Rgb
}

interface Canvas {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, row by row. */
  readonly pixels: Uint8Array
}

/** How many lines a pixel is cut into, and parts of a line: edges are smooth by that. */
const parts = 3

export interface FacePngOptions {
  readonly width: number
  readonly height: number
  readonly colors: { readonly bezel: Rgb; readonly dark: Rgb; readonly lit: Rgb }
}

/** A face in the middle of a picture, as PNG: what takes no SVG is shown this. */
export function facePng(
  paths: FacePaths,
  { width, height, colors }: FacePngOptions,
): Uint8Array<ArrayBuffer> {
  const scale = Math.min((width * 0.86) / paths.width, (height * 0.8) / paths.height)
  const left = (width - paths.width * scale) / 2
  const top = (height - paths.height * scale) / 2
  const place = (outline: [number, number][]) =>
    outline.map(([x, y]): [number, number] => [left + x * scale, top + y * scale])
  const shapes = (d: string, color: Rgb): Shape[] =>
    outlines(d).map((outline) => ({ outline: place(outline), color }))
  const canvas = { width, height, pixels: new Uint8Array(3 * width * height) }
  for (let index = 0; index < canvas.pixels.length; index += 3) {
    canvas.pixels.set(colors.bezel, index)
  }
  for (const shape of [...shapes(paths.dark, colors.dark), ...shapes(paths.lit, colors.lit)]) {
    paint(canvas, shape)
  }
  return encode(canvas)
}

/** The outlines of a path as `facePaths` makes it: straight lines, or a circle from its leftmost point. */
function outlines(d: string): [number, number][][] {
  return d
    .split('Z')
    .filter((part) => part !== '')
    .map((part) => {
      const corners = [...part.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(
        ([, x, y]): [number, number] => [Number(x), Number(y)],
      )
      const radius = Number(/a([\d.]+) /.exec(part)?.[1] ?? 0)
      const [start] = corners
      if (radius === 0 || start === undefined) return corners
      return Array.from({ length: 24 }, (_, step) => {
        const angle = (step * Math.PI) / 12
        return [start[0] + radius - radius * Math.cos(angle), start[1] + radius * Math.sin(angle)]
      })
    })
}

/** Fills a convex shape. */
function paint({ width, height, pixels }: Canvas, { outline, color }: Shape): void {
  const ys = outline.map(([, y]) => y)
  const firstRow = Math.max(0, Math.floor(Math.min(...ys)))
  const lastRow = Math.min(height - 1, Math.ceil(Math.max(...ys)))
  for (let row = firstRow; row <= lastRow; row += 1) {
    const covered = new Float64Array(width)
    for (let part = 0; part < parts; part += 1) {
      const [from, to] = crossings(outline, row + (part + 0.5) / parts)
      if (from === undefined || to === undefined) continue
      for (let x = Math.max(0, Math.floor(from)); x < Math.min(width, to); x += 1) {
        covered[x] = (covered[x] ?? 0) + (Math.min(to, x + 1) - Math.max(from, x)) / parts
      }
    }
    for (const [x, share] of covered.entries()) {
      if (share > 0) blend(pixels, 3 * (row * width + x), color, Math.min(1, share))
    }
  }
}

/** Where a line at a height enters and leaves a convex outline. */
function crossings(outline: Shape['outline'], y: number): number[] {
  const found = outline.flatMap(([x1, y1], index) => {
    const [x2, y2] = outline[(index + 1) % outline.length] ?? [x1, y1]
    if (y1 <= y === y2 <= y) return []
    return [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)]
  })
  return found.sort((a, b) => a - b)
}

function blend(pixels: Uint8Array, at: number, color: Rgb, share: number): void {
  for (const [index, part] of color.entries()) {
    const before = pixels[at + index] ?? 0
    pixels[at + index] = Math.round(before + share * (part - before))
  }
}

/** PNG (RFC 2083) of 8 bits a colour, without filters: flat areas are small as they are. */
function encode({ width, height, pixels }: Canvas): Uint8Array<ArrayBuffer> {
  const rows = Buffer.alloc(height * (1 + 3 * width))
  for (let row = 0; row < height; row += 1) {
    rows.set(pixels.subarray(3 * row * width, 3 * (row + 1) * width), row * (1 + 3 * width) + 1)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Uint8Array.from(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
