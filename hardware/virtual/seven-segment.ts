import type { Appearance } from './appearance.ts'

const DP = 0x80
const A = 0x40
const B = 0x20
const C = 0x10
const D = 0x08
const E = 0x04
const F = 0x02
const G = 0x01

/** Segments as most chips store them, A in bit 0 to G in bit 6 and DP in bit 7, in our order. */
export function segmentsFromLowA(byte: number): number {
  const order = [A, B, C, D, E, F, G, DP]
  return order.reduce((bits, segment, bit) => ((byte >> bit) & 1 ? bits | segment : bits), 0)
}

/** By segments, without the point. Of look-alikes (0 and O, 5 and S) the digit is meant. */
const characters = new Map([
  [0, ' '],
  [A | B | C | D | E | F, '0'],
  [B | C, '1'],
  [A | B | D | E | G, '2'],
  [A | B | C | D | G, '3'],
  [B | C | F | G, '4'],
  [A | C | D | F | G, '5'],
  [A | C | D | E | F | G, '6'],
  [A | B | C, '7'],
  [A | B | C | D | E | F | G, '8'],
  [A | B | C | D | F | G, '9'],
  [G, '-'],
  [D, '_'],
  [D | G, '='],
  [A | B | F | G, '°'],
  [A | B | C | E | F | G, 'A'],
  [C | D | E | F | G, 'b'],
  [A | D | E | F, 'C'],
  [D | E | G, 'c'],
  [B | C | D | E | G, 'd'],
  [A | D | E | F | G, 'E'],
  [A | E | F | G, 'F'],
  [A | C | D | E | F, 'G'],
  [B | C | E | F | G, 'H'],
  [C | E | F | G, 'h'],
  [C, 'i'],
  [B | C | D | E, 'J'],
  [D | E | F, 'L'],
  [C | E | G, 'n'],
  [C | D | E | G, 'o'],
  [A | B | E | F | G, 'P'],
  [A | B | C | F | G, 'q'],
  [E | G, 'r'],
  [D | E | F | G, 't'],
  [B | C | D | E | F, 'U'],
  [C | D | E, 'u'],
  [B | C | D | F | G, 'y'],
])

/** What a display of segments shows, as characters. */
export function segmentsText(display: Appearance): string {
  return 'segments' in display ? segmentsToText(display.segments) : ''
}

/**
 * The digits as characters: one each, and a '.' after a digit whose point is lit. '?' is a pattern
 * that is no character.
 */
export function segmentsToText(segments: readonly number[]): string {
  return segments
    .map((byte) => (characters.get(byte & ~DP) ?? '?') + (byte & DP ? '.' : ''))
    .join('')
}
