import { html } from 'hono/html'
import * as v from 'valibot'
import { toSegments } from '../../device/face/font.ts'
import { dashes } from '../../device/face/number.ts'
import type { AgedReading } from '../readings/aged-reading.ts'
import { countSegments, leastDigits, marked } from '../web/face-paths.ts'
import { faceSvg } from '../web/face-svg.ts'
import { badgeColor, badgeMessage } from './badge.ts'
import { format } from './format.ts'

const faceHeightPx = 40

/** Those that shields.io has for these names. */
const colors = { blue: '#007ec6', lightgrey: '#7f7f7f', red: '#c92c2c' }
const flat = { heightPx: 20, paddingPx: 6, label: '#555' }
/** Of Verdana at 11 px, about; `textLength` makes a text fit what has been counted. */
const characterPx = { narrow: 4, wide: 10, digit: 7, other: 6.7 }

/**
 * Our own badge: the digits of the desk, or flat as other badges are. Dashes, not a refusal, stand for
 * a number that is not known: where an image is refused a page shows a broken one.
 */
export const badgeSvg = format({
  path: '/badge.svg',
  summary: 'A picture of the number, as 7-segment digits or flat',
  contentType: 'image/svg+xml',
  query: v.object({ style: v.optional(v.picklist(['led', 'flat'], 'led, flat'), 'led') }),
  document: v.pipe(v.string(), v.regex(/^<svg [\s\S]*<\/svg>$/)),
  render(view, { style }) {
    const reading = view.readingIfKnown
    return { document: style === 'flat' ? flatBadge(reading) : ledBadge(reading) }
  },
})

function titleOf(reading: AgedReading | undefined): string {
  if (reading === undefined) return 'Visitors: not known yet'
  const old = reading.stale ? ' (old)' : ''
  return `${reading.label}: ${badgeMessage(reading)}${old}`
}

/** As the desk shows it: with its rightmost point lit when the number is old. */
function ledBadge(reading: AgedReading | undefined): string {
  const title = titleOf(reading)
  const picture = { heightPx: faceHeightPx, title }
  if (reading === undefined) return faceSvg(toSegments(dashes(leastDigits)), picture)
  const { value, stale } = reading
  return faceSvg(marked(countSegments(value), stale), picture)
}

function flatBadge(reading: AgedReading | undefined): string {
  const { heightPx, paddingPx } = flat
  const label = (reading?.label ?? 'Visitors').toLowerCase()
  const message = badgeMessage(reading)
  const boxPx = (text: string) => textPx(text) + 2 * paddingPx
  const [labelPx, messagePx] = [boxPx(label), boxPx(message)]
  const widthPx = labelPx + messagePx
  const text = (words: string, leftPx: number, ownPx: number) =>
    html`<text x="${leftPx + paddingPx}" y="14" textLength="${ownPx - 2 * paddingPx}">${words}</text>`
  const title = titleOf(reading)
  return String(
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${title}"><title>${title}</title><rect width="${labelPx}" height="${heightPx}" fill="${flat.label}"/><rect x="${labelPx}" width="${messagePx}" height="${heightPx}" fill="${colors[badgeColor(reading)]}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(label, 0, labelPx)}${text(message, labelPx, messagePx)}</g></svg>`,
  )
}

function textPx(text: string): number {
  const widths = [...text].map((character) => {
    if (/[ ,ilt]/.test(character)) return characterPx.narrow
    if (/[mw]/.test(character)) return characterPx.wide
    return /\d/.test(character) ? characterPx.digit : characterPx.other
  })
  return Math.round(widths.reduce((sum, width) => sum + width, 0))
}
