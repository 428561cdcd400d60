/** From 0 to below 1; the same again from the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Whole numbers from 0 to below a bound; the same again from the same seed. */
export function seededDice(seed: number): (bound: number) => number {
  const random = seeded(seed)
  return (bound) => Math.floor(random() * bound)
}
