/**
 * The round numbers (1, 2 and 5 times a power of ten, from 10) around a count, as goals to show its
 * progress between.
 *
 * @param value integer from 0
 */
export function milestonesAround(value: number): { readonly start: number; readonly end: number } {
  let start = 0
  for (let power = 10; ; power *= 10) {
    for (const end of [power, 2 * power, 5 * power]) {
      if (end > value) return { start, end }
      start = end
    }
  }
}

/** How far it is from the last milestone to the next, in whole percent: 0 to 99. */
export function milestonePercent(value: number): number {
  const { start, end } = milestonesAround(value)
  return Math.floor((100 * (value - start)) / (end - start))
}
