/**
 * How long to wait before the next attempt: doubles with each failure, up to a bound, and varies by
 * up to a quarter either way so that many devices do not come back at the same moment.
 *
 * @param failures how many attempts have failed in a row, from 1
 * @param random from 0 to 1
 */
export function backoffMs(
  failures: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
  random: () => number,
): number {
  const wait = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), mostMs)
  return Math.round(wait * (0.75 + random() / 2))
}
