/** A point of the drawing, in pixels from its top left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

type Attributes = Readonly<Record<string, string | number>>

/** An SVG element; numbers are rounded to what the eye can see. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const start = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(value)}"`)
    .join('')
  return content.length === 0
    ? `<${name}${start}/>`
    : `<${name}${start}>${content.join('')}</${name}>`
}

/** The edges of something, in pixels. */
export interface Edges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A part seen from above: a box with round corners and a thin edge. */
export function outline(
  { left, right, top, bottom }: Edges,
  attributes: { readonly rx: number; readonly fill: string; readonly stroke: string },
): string {
  return element('rect', {
    x: left,
    y: top,
    width: right - left,
    height: bottom - top,
    ...attributes,
    'stroke-width': 1.5,
  })
}

/** Words at a point, which is the left end of their base line unless `text-anchor` says otherwise. */
export function text({ x, y }: Point, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(words))
}

/** A line through points. */
export function polyline(points: readonly Point[], attributes: Attributes): string {
  const corners = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ')
  return element('polyline', { points: corners, ...attributes })
}

/** Text made fit for the content of an element or an attribute. */
export function escaped(plain: string): string {
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
