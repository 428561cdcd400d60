import { levelShifter } from '../level-shifter.ts'
import type { Wire } from '../wiring.ts'
import { colours, INK, shifterSides } from './sheet.ts'
import { element, outline, type Point, polyline, text } from './svg.ts'

/** A wire and the height at which it reaches the display. */
export interface Arrival {
  readonly wire: Wire
  readonly y: number
}

/** Legs that are tied down at the chip itself. */
const ties = levelShifter.toGround
  .map(({ name }) => name)
  .filter((name) => name !== 'GND')
  .join(', ')

const small = { 'font-size': 10, fill: INK } as const

/** The level shifter, in the way of the lines that go through it and fed from those that feed the display. */
export function drawShifter(arrivals: readonly Arrival[]): string[] {
  const { left, right } = shifterSides
  const through = arrivals.flatMap(({ wire: { via }, y }) =>
    via === undefined ? [] : [{ ...via, y }],
  )
  const heights = through.map(({ y }) => y)
  const top = Math.min(...heights) - 21
  const bottom = Math.max(...heights) + 12
  const middle = (left + right) / 2
  const centred = { ...small, 'text-anchor': 'middle' }
  return [
    outline({ left, right, top, bottom }, { rx: 5, fill: '#fff8e1', stroke: '#8d6e63' }),
    ...through.flatMap(({ input, output, y }) => [
      text({ x: left + 6, y: y + 3.5 }, input, small),
      text({ x: right - 6, y: y + 3.5 }, output, { ...small, 'text-anchor': 'end' }),
      text({ x: middle, y: y + 3.5 }, '▶', { ...centred, fill: '#bcaaa4' }),
    ]),
    ...feed(arrivals, 'supply', { x: left + 22, y: top }),
    ...feed(arrivals, 'ground', { x: right - 22, y: top }),
    text({ x: left + 22, y: top + 11 }, 'VCC', centred),
    text({ x: right - 22, y: top + 11 }, 'GND', centred),
    text({ x: middle, y: bottom + 15 }, levelShifter.name, { ...centred, 'font-weight': 'bold' }),
    text({ x: middle, y: bottom + 28 }, 'level shifter', centred),
    text({ x: middle, y: bottom + 41 }, `${ties} to GND`, centred),
  ]
}

/** The capacitors between the two supply wires, close to the display. */
export function drawCapacitor(arrivals: readonly Arrival[], x: number): string[] {
  const above = heightOf(arrivals, 'supply')
  const below = heightOf(arrivals, 'ground')
  const middle = (above + below) / 2
  const lead = { stroke: INK, 'stroke-width': 1.6, fill: 'none' }
  const plate = { ...lead, 'stroke-width': 2.4 }
  const line = (y1: number, y2: number) =>
    polyline(
      [
        { x, y: y1 },
        { x, y: y2 },
      ],
      lead,
    )
  const bar = (y: number) =>
    polyline(
      [
        { x: x - 7, y },
        { x: x + 7, y },
      ],
      plate,
    )
  return [
    line(above, middle - 3),
    line(middle + 3, below),
    bar(middle - 3),
    bar(middle + 3),
    dot({ x, y: above }, colours.supply),
    dot({ x, y: below }, colours.ground),
    text({ x: x - 11, y: middle + 3.5 }, '10 µF + 100 nF', { ...small, 'text-anchor': 'end' }),
  ]
}

/** Where wires meet and are joined. */
export function dot({ x, y }: Point, fill: string): string {
  return element('circle', { cx: x, cy: y, r: 3, fill })
}

function feed(arrivals: readonly Arrival[], purpose: 'supply' | 'ground', to: Point): string[] {
  const from = { x: to.x, y: heightOf(arrivals, purpose) }
  const line = { fill: 'none', stroke: colours[purpose], 'stroke-width': 2 }
  const bridge = { ...line, stroke: '#ffffff', 'stroke-width': 6 }
  return [
    ...(purpose === 'supply' ? [polyline([{ x: from.x, y: from.y + 6 }, to], bridge)] : []),
    polyline([from, to], line),
    dot(from, colours[purpose]),
  ]
}

function heightOf(arrivals: readonly Arrival[], purpose: 'supply' | 'ground'): number {
  return arrivals.find(({ wire }) => wire.pad.purpose === purpose)?.y ?? 0
}
