/**
 * Segments as our frames have them (bits 7..0 = DP A B C D E F G) for chips that count from the other
 * end (bit 0 = A … bit 6 = G, bit 7 = DP).
 */
export function lowBitFirst(segments: number): number {
  let mirrored = segments & 0x80
  for (let bit = 0; bit < 7; bit += 1) if ((segments >> bit) & 1) mirrored |= 1 << (6 - bit)
  return mirrored
}
