import { html } from 'hono/html'
import { facePaths } from './face-paths.ts'
import type { Rgb } from './png.ts'

/** Of red digits behind a dark filter. */
const colors = { bezel: '#140d0d', dark: '#2b1413', lit: '#ff4a3d' }

/** The same for a picture of pixels. */
export const pictureColors = {
  bezel: rgb(colors.bezel),
  dark: rgb(colors.dark),
  lit: rgb(colors.lit),
}

export interface FacePicture {
  /** Height of the picture in pixels. */
  readonly heightPx: number
  /** What a screen reader says. */
  readonly title: string
}

/** Segments as a picture that stands alone: red on black, as the display on the desk. */
export function faceSvg(segments: readonly number[], { heightPx, title }: FacePicture): string {
  const { width, height, lit, dark } = facePaths(segments)
  const bezel = 12
  const box = [-bezel, -bezel, width + 2 * bezel, height + 2 * bezel] as const
  const widthPx = Math.round((heightPx * box[2]) / box[3])
  return String(
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(' ')}" width="${widthPx}" height="${heightPx}" role="img" aria-label="${title}"><title>${title}</title><rect x="${-bezel}" y="${-bezel}" width="${box[2]}" height="${box[3]}" rx="14" fill="${colors.bezel}"/><path fill="${colors.dark}" d="${dark}"/><path fill="${colors.lit}" d="${lit}"/></svg>`,
  )
}

function rgb(color: string): Rgb {
  const part = (at: number) => Number.parseInt(color.slice(at, at + 2), 16)
  return [part(1), part(3), part(5)]
}
