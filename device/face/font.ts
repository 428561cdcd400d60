/** Segments of a digit, bits 7..0 as DP A B C D E F G; A is the top bar, then clockwise, G the middle. */
const DP = 0b1000_0000

const glyphs: Readonly<Record<string, number>> = {
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
  E: 0b100_1111,
}

/**
 * A text as segment bytes; a point shares the place of the character before it.
 *
 * @throws RangeError for a character that the font does not have, or a point with nothing before it
 */
export function toSegments(text: string): number[] {
  const segments: number[] = []
  for (const character of text) {
    const last = segments.length - 1
    const before = segments[last]
    const glyph = glyphs[character]
    if (character === '.' && before !== undefined) segments[last] = before | DP
    else if (glyph !== undefined) segments.push(glyph)
    else throw new RangeError(`no glyph for "${character}" in "${text}"`)
  }
  return segments
}
