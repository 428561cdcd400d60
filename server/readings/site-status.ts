import type { FailureKind } from './failure.ts'
import { silentSince } from './newest-day.ts'
import type { SiteState } from './poller.ts'

/**
 * What a site is doing: it is read (`ok`), is counted for the first time, cannot be reached, refuses, or is
 * read but its plugin counts no more. `waiting` is before anything is known.
 */
export const conditions = ['ok', 'waiting', 'counting', 'away', 'refused', 'stopped'] as const
type Condition = (typeof conditions)[number]

/** How a site is at a moment. */
export interface SiteStatus {
  readonly condition: Condition
  /** Why, where it is away or refuses. */
  readonly reason?: FailureKind
  /** The exact cause, which is not for everybody: it can name hosts and accounts. */
  readonly cause?: string
  /** Milliseconds since 1970 of the last reading, where it is away or refuses and there is one. */
  readonly sinceMs?: number
  /** The last day with a visit, `2026-10-15`, where the plugin has stopped. */
  readonly lastDay?: string
}

/** What is known of a site, in a word. */
export function siteStatus(state: SiteState, nowMs: number): SiteStatus {
  const { failure, failureKind = 'away', counting, last } = state
  const readMs = last?.counts.map(({ asOf }) => Date.parse(asOf)) ?? []
  if (failure !== undefined) {
    return {
      condition: failureKind === 'away' || failureKind === 'host' ? 'away' : 'refused',
      reason: failureKind,
      cause: failure,
      ...(readMs.length > 0 && { sinceMs: Math.max(...readMs) }),
    }
  }
  if (counting !== undefined) return { condition: 'counting' }
  if (last === undefined) return { condition: 'waiting' }
  const lastDay = silentSince(last, nowMs)
  return lastDay === undefined ? { condition: 'ok' } : { condition: 'stopped', lastDay }
}
