import { type Cell, chaseSteps, toCells } from './frame.ts'

/**
 * The segments of a digit by their bits, from 0 on. A to F go round as in seven segments; G is two halves;
 * H, J and K lead from the middle up to the left, up, and up to the right, L, M and N down in the same order.
 */
const names = [
  'A',
  'B',
  'C',
  'D',
  'E',
  'F',
  'G1',
  'G2',
  'H',
  'J',
  'K',
  'L',
  'M',
  'N',
  'DP',
] as const
type Segment = (typeof names)[number]
const middle = ['G1', 'G2'] as const

/** The characters that seven segments have, as those of 14 are read best. */
const glyphs: Readonly<Record<string, readonly Segment[]>> = {
  ' ': [],
  '0': ['A', 'B', 'C', 'D', 'E', 'F'],
  '1': ['B', 'C', 'K'],
  '2': ['A', 'B', ...middle, 'E', 'D'],
  '3': ['A', 'B', 'G2', 'C', 'D'],
  '4': ['F', ...middle, 'B', 'C'],
  '5': ['A', 'F', ...middle, 'C', 'D'],
  '6': ['A', 'F', ...middle, 'E', 'C', 'D'],
  '7': ['A', 'K', 'M'],
  '8': ['A', 'B', 'C', 'D', 'E', 'F', ...middle],
  '9': ['A', 'B', 'C', 'D', 'F', ...middle],
  '-': [...middle],
  _: ['D'],
  '°': ['A', 'B', 'F', ...middle],
  A: ['E', 'F', 'A', 'B', 'C', ...middle],
  b: ['F', 'E', 'D', 'C', ...middle],
  C: ['A', 'F', 'E', 'D'],
  c: [...middle, 'E', 'D'],
  d: ['B', 'C', 'D', 'E', ...middle],
  E: ['A', 'F', 'G1', 'E', 'D'],
  F: ['A', 'F', 'G1', 'E'],
  H: ['F', 'E', ...middle, 'B', 'C'],
  h: ['F', 'E', ...middle, 'C'],
  J: ['B', 'C', 'D', 'E'],
  L: ['F', 'E', 'D'],
  n: ['E', ...middle, 'C'],
  o: ['E', 'D', 'C', ...middle],
  P: ['E', 'F', 'A', 'B', ...middle],
  r: ['E', ...middle],
  t: ['F', 'G1', 'E', 'D'],
  U: ['F', 'E', 'D', 'C', 'B'],
  u: ['E', 'D', 'C'],
  y: ['F', ...middle, 'B', 'C', 'D'],
}

/** The bars around a digit, clockwise from the top. */
const chaseBars = ['A', 'B', 'C', 'D', 'E', 'F'] as const
const point = bitsOf(['DP'])

/**
 * The segments of a cell, bits 14 to 0 = DP N M L K J H G2 G1 F E D C B A.
 *
 * @throws RangeError for a character that the font does not have
 */
export function segments14Of(cell: Cell, points = true): number {
  if ('chase' in cell) return bitsOf([chaseBars[cell.chase % chaseSteps] ?? 'A'])
  const glyph = glyphs[cell.character]
  if (glyph === undefined) throw new RangeError(`no glyph for "${cell.character}"`)
  return bitsOf(glyph) | (cell.point && points ? point : 0)
}

/** The characters of digits, and a '.' after one whose point is lit. '?' is a pattern that is no character. */
export function segments14Text(digits: readonly number[]): string {
  return digits
    .map((bits) => {
      const found = Object.keys(glyphs).find((character) => {
        return toCells(character).every((cell) => segments14Of(cell) === (bits & ~point))
      })
      return (found ?? '?') + (bits & point ? '.' : '')
    })
    .join('')
}

function bitsOf(segments: readonly Segment[]): number {
  return segments.reduce((bits, segment) => bits | (1 << names.indexOf(segment)), 0)
}
