// Bits of a digit, from 0 on: A B C D E F G1 G2 H J K L M N DP.
const bit = (at: number) => 1 << at
const [A, B, C, D, E, F] = [bit(0), bit(1), bit(2), bit(3), bit(4), bit(5)]
const [G1, G2, H, J, K, L] = [bit(6), bit(7), bit(8), bit(9), bit(10), bit(11)]
const [M, N, DP] = [bit(12), bit(13), bit(14)]

/** Digits of 14 segments as five rows of text in which only lit segments are visible. */
export function drawSegments14(digits: readonly number[]): string[] {
  const row = (...parts: readonly (readonly [segment: number, drawn: string] | string)[]) =>
    digits
      .map((bits) =>
        parts
          .map((part) => {
            if (typeof part === 'string') return part
            const [segment, drawn] = part
            return bits & segment ? drawn : ' '.repeat(drawn.length)
          })
          .join(''),
      )
      .join('')
  return [
    row(' ', [A, '━━━━━'], '   '),
    row([F, '┃'], ' ', [H, '╲'], [J, '┃'], [K, '╱'], ' ', [B, '┃'], '  '),
    row(' ', [G1, '━━'], ' ', [G2, '━━'], '   '),
    row([E, '┃'], ' ', [L, '╱'], [M, '┃'], [N, '╲'], ' ', [C, '┃'], '  '),
    row(' ', [D, '━━━━━'], ' ', [DP, '●'], ' '),
  ]
}
