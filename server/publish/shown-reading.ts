import { type AgedReading, agedReading } from '../readings/aged-reading.ts'
import { type CountQuery, chooseCount, chooseSite } from '../readings/choose-count.ts'
import type { SiteState } from '../readings/poller.ts'

/**
 * What a display of somebody else is to show at this moment; undefined while nothing is known.
 *
 * @returns `theirs` where another bridge reads the site, which sends it
 */
export function shownReading(
  sites: readonly SiteState[],
  query: CountQuery,
  nowMs: number,
): AgedReading | 'theirs' | undefined {
  const state = chooseSite(sites, query)
  if (state?.isTheirs) return 'theirs'
  const count = chooseCount(state?.last?.counts ?? [], query)
  return state && count && agedReading(count, state, nowMs)
}
