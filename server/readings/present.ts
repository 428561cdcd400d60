import { label, type Reading } from '../../reading.ts'
import type { SiteState } from './poller.ts'
import type { Count } from './reader.ts'

/** A reading with what depends on the moment it is asked for. */
export interface PresentReading extends Reading {
  readonly label: string
  /** Seconds since the database was read. */
  readonly age: number
}

/**
 * A kept count as it is to be served now. It is stale when the newest round failed, or when it is
 * older than twice the time from one read of it to the next.
 */
export function present(
  { everyMs, tookMs: _, ...count }: Count,
  { failure }: SiteState,
  nowMs: number,
): PresentReading {
  const ageMs = Math.max(0, nowMs - Date.parse(count.asOf))
  return {
    ...count,
    stale: failure !== undefined || ageMs > 2 * everyMs,
    label: label(count),
    age: Math.floor(ageMs / 1000),
  }
}
