// Bits of a digit's byte: DP A B C D E F G.
const DP = 0x80
const A = 0x40
const B = 0x20
const C = 0x10
const D = 0x08
const E = 0x04
const F = 0x02
const G = 0x01

/** The digits as five rows of text in which only lit segments are visible. */
export function drawSegments(segments: readonly number[]): string[] {
  const row = (draw: (lit: (segment: number, drawn: string) => string) => string) =>
    segments
      .map((byte) => draw((segment, drawn) => (byte & segment ? drawn : ' '.repeat(drawn.length))))
      .join('')
  return [
    row((lit) => ` ${lit(A, '━━')}   `),
    row((lit) => `${lit(F, '┃')}  ${lit(B, '┃')}  `),
    row((lit) => ` ${lit(G, '━━')}   `),
    row((lit) => `${lit(E, '┃')}  ${lit(C, '┃')}  `),
    row((lit) => ` ${lit(D, '━━')} ${lit(DP, '●')} `),
  ]
}
