import * as v from 'valibot'
import { label, Reading } from '../../reading.ts'
import type { SiteState } from './poller.ts'
import type { Count } from './round.ts'

/** A reading with what depends on the moment it is asked for. */
export const AgedReading = v.strictObject({
  ...Reading.entries,
  label: v.string(),
  /** Seconds since the database was read. */
  age: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
export type AgedReading = v.InferOutput<typeof AgedReading>

/**
 * A kept count as it is to be served now. It is stale when the newest round failed, or when it is
 * older than twice the time from one read of it to the next.
 */
export function agedReading(
  { everyMs, tookMs: _, ...count }: Count,
  { failure }: SiteState,
  nowMs: number,
): AgedReading {
  const ageMs = Math.max(0, nowMs - Date.parse(count.asOf))
  return {
    ...count,
    stale: failure !== undefined || ageMs > 2 * everyMs,
    label: label(count),
    age: Math.floor(ageMs / 1000),
  }
}
