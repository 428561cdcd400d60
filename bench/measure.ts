/** Of an even number of values the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}

/** `--quick`: enough to see that all runs and nothing is far off. */
export const isQuick = process.argv.includes('--quick')

/** Whole numbers given on the command line, in this order; those left out are as usual, or quick. */
export function counts<T extends [number, ...number[]]>(usual: T, quick: T): T {
  const given = process.argv.slice(2).filter((arg) => arg !== '--quick')
  const own = isQuick ? quick : usual
  return own.map((count, at) => Number(given[at] ?? count)) as T
}
