import { type Cell, chaseSteps, toCells } from './frame.ts'

/** The decimal point, in segments whose bits 7..0 are DP A B C D E F G. */
export const DP = 0b1000_0000

/**
 * A is the top bar, then clockwise, G the middle. Of the letters only those that look like no digit and
 * like no other letter.
 */
export const glyphs: Readonly<Record<string, number>> = {
  ' ': 0b000_0000,
  '0': 0b111_1110,
  '1': 0b011_0000,
  '2': 0b110_1101,
  '3': 0b111_1001,
  '4': 0b011_0011,
  '5': 0b101_1011,
  '6': 0b101_1111,
  '7': 0b111_0000,
  '8': 0b111_1111,
  '9': 0b111_1011,
  '-': 0b000_0001,
  _: 0b000_1000,
  '°': 0b110_0011,
  A: 0b111_0111,
  b: 0b001_1111,
  C: 0b100_1110,
  c: 0b000_1101,
  d: 0b011_1101,
  E: 0b100_1111,
  F: 0b100_0111,
  H: 0b011_0111,
  h: 0b001_0111,
  J: 0b011_1000,
  L: 0b000_1110,
  n: 0b001_0101,
  o: 0b001_1101,
  P: 0b110_0111,
  r: 0b000_0101,
  t: 0b000_1111,
  U: 0b011_1110,
  u: 0b001_1100,
  y: 0b011_1011,
}

/** The bars around a digit, clockwise from the top. */
const chaseBars = [0b100_0000, 0b010_0000, 0b001_0000, 0b000_1000, 0b000_0100, 0b000_0010] as const

/**
 * The segments of a cell; without its point where the display has none.
 *
 * @throws RangeError for a character that the font does not have
 */
export function segmentsOf(cell: Cell, points = true): number {
  if ('chase' in cell) return chaseBars[cell.chase % chaseSteps] ?? 0
  const glyph = glyphs[cell.character]
  if (glyph === undefined) throw new RangeError(`no glyph for "${cell.character}"`)
  return cell.point && points ? glyph | DP : glyph
}

/**
 * A text as segment bytes; a point shares the place of the character before it.
 *
 * @throws RangeError for a character that the font does not have, or a point with nothing before it
 */
export function toSegments(text: string): number[] {
  return toCells(text).map((cell) => segmentsOf(cell))
}
