import { condensed, dotsOf } from '../../../device/face/dot-font.ts'
import { toCells } from '../../../device/face/frame.ts'
import type { DisplayModule } from '../displays.ts'
import { colours, INK, moduleSides, PAD_GAP, sheet } from './sheet.ts'
import { element, outline, text } from './svg.ts'

// Segments as in the data sheets: A is the top bar, then clockwise, G the middle.
const lit = ['bc', 'abdeg', 'abcdg', 'bcfg', 'acdfg', 'acdefg', 'abc', 'abcdefg'] as const
const ON = '#ff5252'
const OFF = '#4e2222'

/** Height of each pad of the module, from the top down. */
export function padHeights(display: DisplayModule, shift: number): number[] {
  const first = sheet.middle + shift - ((display.pads.length - 1) * PAD_GAP) / 2
  return display.pads.map((_, index) => first + index * PAD_GAP)
}

/** The module with its pads at the left and its digits lit. */
export function drawModule(display: DisplayModule, heights: readonly number[]): string[] {
  const { left, right } = moduleSides
  const top = Math.min(...heights) - 24
  const bottom = Math.max(...heights) + 24
  const middle = (top + bottom) / 2
  const glass = { x: left + 52, y: middle - 36, width: right - left - 62, height: 62 }
  return [
    outline({ left, right, top, bottom }, { rx: 8, fill: '#e8eaf6', stroke: '#3949ab' }),
    element('rect', { ...glass, rx: 4, fill: '#2b1212' }),
    ...(display.lamps === 'dots' ? dots(glass) : digits(display, glass)),
    text({ x: glass.x + glass.width / 2, y: glass.y + glass.height + 20 }, display.name, {
      'text-anchor': 'middle',
      'font-size': 12,
      'font-weight': 'bold',
      fill: '#283593',
    }),
    ...display.pads.map(({ label, purpose, optional }, index) => {
      const y = heights[index] ?? 0
      return (
        element('circle', {
          cx: left,
          cy: y,
          r: 3.4,
          fill: optional ? '#ffffff' : colours[purpose],
          stroke: colours[purpose],
        }) +
        text({ x: left + 10, y: y + 4 }, label, {
          'font-size': 11.5,
          'font-weight': 'bold',
          fill: INK,
        })
      )
    }),
  ]
}

interface Glass {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function digits({ digits: count, lamps }: DisplayModule, glass: Glass): string[] {
  const pitch = glass.width / count
  const width = Math.min(pitch * 0.56, 22)
  return lit
    .slice(0, count)
    .map((segments, place) =>
      digit(segments, glass.x + (place + 0.5) * pitch - width / 2, glass.y + 12, width, 38, lamps),
    )
}

/** Modules of 8x8 dots, side by side. */
function dots(glass: Glass): string[] {
  const columns = toCells('12345678').flatMap((cell) => dotsOf(cell, condensed))
  const side = 8
  const pitch = Math.min((glass.width - 8) / columns.length, glass.height / side)
  const left = glass.x + (glass.width - pitch * columns.length) / 2
  const top = glass.y + (glass.height - pitch * side) / 2
  const modules = Array.from({ length: columns.length / side }, (_, module) =>
    element('rect', {
      x: round(left + module * side * pitch),
      y: round(top),
      width: round(side * pitch),
      height: round(side * pitch),
      fill: 'none',
      stroke: OFF,
    }),
  )
  const lamps = columns.flatMap((column, x) =>
    Array.from({ length: side }, (_, y) => y)
      .filter((y) => (column >> y) & 1)
      .map((y) =>
        element('circle', {
          cx: round(left + (x + 0.5) * pitch),
          cy: round(top + (y + 0.5) * pitch),
          r: round(pitch * 0.42),
          fill: ON,
        }),
      ),
  )
  return [...modules, ...lamps]
}

function round(length: number): number {
  return Math.round(length * 100) / 100
}

function digit(
  segments: string,
  x: number,
  y: number,
  width: number,
  height: number,
  lamps: DisplayModule['lamps'],
): string {
  const half = height / 2
  const bars: readonly (readonly [name: string, x1: number, y1: number, x2: number, y2: number])[] =
    [
      ['a', 0, 0, width, 0],
      ['b', width, 0, width, half],
      ['c', width, half, width, height],
      ['d', 0, height, width, height],
      ['e', 0, half, 0, height],
      ['f', 0, 0, 0, half],
      ['g', 0, half, width, half],
    ]
  const inset = 2.4
  const lines = bars.map(([name, x1, y1, x2, y2]) => {
    const [dx, dy] = y1 === y2 ? [inset, 0] : [0, inset]
    return element('line', {
      x1: x + x1 + dx,
      y1: y + y1 + dy,
      x2: x + x2 - dx,
      y2: y + y2 - dy,
      stroke: segments.includes(name) ? ON : OFF,
    })
  })
  return element(
    'g',
    { 'stroke-width': 2.8, 'stroke-linecap': 'round' },
    ...lines,
    ...(lamps === 'segments14' ? spokes(x, y, width, height) : []),
  )
}

/** The segments that 14 have in the middle, which figures leave dark. */
function spokes(x: number, y: number, width: number, height: number): string[] {
  const [centre, half] = [x + width / 2, y + height / 2]
  const [near, far] = [3, 4]
  const reach = width / 2 - far
  const ends = [-1, 0, 1].flatMap((side) => [-1, 1].map((up) => [side, up] as const))
  return ends.map(([side, up]) =>
    element('line', {
      x1: centre + side * near,
      y1: half + up * (near + 1),
      x2: centre + side * reach,
      y2: half + up * (height / 2 - far),
      stroke: OFF,
      'stroke-width': 1.6,
    }),
  )
}
