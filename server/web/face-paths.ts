import { DP, toSegments } from '../../device/face/font.ts'
import { numberText } from '../../device/face/number.ts'

/** A face as outlines: all lit segments are one path, all others another. */
export interface FacePaths {
  readonly width: number
  readonly height: number
  readonly lit: string
  readonly dark: string
}

type Corner = readonly [x: number, y: number]

/** A digit is about as wide as 0.56 inch displays have it; units are those of the drawing. */
const digit = { width: 54, height: 96, bar: 11, gap: 1.5, pitch: 84 }
const margin = 6
/** Digits of displays lean to the right, by about 8 degrees. */
const lean = 0.14
const pointRadius = 7
/** To the right of the last digit, with the gap before the point and what it leans. */
const pointRoom = 22

/** The outlines of segments A to G, from the top left corner of their digit. */
const bars = segmentBars()

/** Segments as outlines, to be drawn in a box from 0, 0 to `width`, `height`. */
export function facePaths(segments: readonly number[]): FacePaths {
  const height = digit.height + 2 * margin
  const width = (segments.length - 1) * digit.pitch + digit.width + pointRoom + 2 * margin
  const lit: string[] = []
  const dark: string[] = []
  for (const [place, byte] of segments.entries()) {
    const left = margin + place * digit.pitch
    for (const { segment, corners } of bars) {
      const drawn = corners.map(([x, y]) => leaning([left + x, margin + y]))
      const outline = `M${drawn.join('L')}Z`
      const drawing = byte & segment ? lit : dark
      drawing.push(outline)
    }
    const point = circle([left + digit.width + pointRadius + 3, margin + digit.height - 6])
    const drawing = byte & DP ? lit : dark
    drawing.push(point)
  }
  return { width, height, lit: lit.join(''), dark: dark.join('') }
}

/** A face has this many digits, or as many as its number. */
export const leastDigits = 6

/** The segments of a count, all of it; thousands are marked where points are wanted. */
export function countSegments(value: number, points = false): number[] {
  const digits = Math.max(leastDigits, String(value).length)
  return toSegments(numberText(value, digits, points))
}

/** Segments with the status sign, the rightmost point. */
export function marked(segments: readonly number[], sign: boolean): readonly number[] {
  const last = segments.at(-1)
  return sign && last !== undefined ? segments.with(-1, last | DP) : segments
}

function segmentBars(): { segment: number; corners: Corner[] }[] {
  const { width: right, bar, gap, height } = digit
  const half = bar / 2
  const middle = height / 2
  const level = (y: number): Corner[] => [
    [half + gap, y],
    [bar + gap, y - half],
    [right - bar - gap, y - half],
    [right - half - gap, y],
    [right - bar - gap, y + half],
    [bar + gap, y + half],
  ]
  const upright = (x: number, top: number, bottom: number): Corner[] => [
    [x, top + gap],
    [x + half, top + half + gap],
    [x + half, bottom - half - gap],
    [x, bottom - gap],
    [x - half, bottom - half - gap],
    [x - half, top + half + gap],
  ]
  return [
    { segment: 0b100_0000, corners: level(half) },
    { segment: 0b010_0000, corners: upright(right - half, half, middle) },
    { segment: 0b001_0000, corners: upright(right - half, middle, height - half) },
    { segment: 0b000_1000, corners: level(height - half) },
    { segment: 0b000_0100, corners: upright(half, middle, height - half) },
    { segment: 0b000_0010, corners: upright(half, half, middle) },
    { segment: 0b000_0001, corners: level(middle) },
  ]
}

/** A corner moved to the right the more, the higher it is. */
function leaning([x, y]: Corner): string {
  const bottom = digit.height + 2 * margin
  return `${round(x + (bottom - y) * lean)} ${round(y)}`
}

function circle(center: Corner): string {
  const r = pointRadius
  return `M${leaning([center[0] - r, center[1]])}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
