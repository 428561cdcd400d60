/**
 * Whether it is time to do something again. A clock that has been set back does not wait for the old time
 * to come again.
 *
 * @param lastMs when it was done last, `-Infinity` for never
 */
export function isDue(nowMs: number, lastMs: number, everyMs: number): boolean {
  return nowMs < lastMs || nowMs >= lastMs + everyMs
}
