import * as v from 'valibot'
import { type AgedReading, agedReading } from '../readings/aged-reading.ts'
import { silentSince } from '../readings/newest-day.ts'
import type { SiteState } from '../readings/poller.ts'

/** Flat, as monitors such as Uptime Kuma want it. */
export const Health = v.strictObject({
  /** `counting` while the first count of a site is under way, `down` while nothing at all can be served. */
  status: v.picklist(['ok', 'counting', 'degraded', 'down']),
  database: v.boolean(),
  /** Seconds; of the site that is furthest behind. */
  age: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  remarks: v.exactOptional(v.string()),
})
export type Health = v.InferOutput<typeof Health>

/** @param remarks what the owner should know beside that */
export function healthOf(
  states: readonly SiteState[],
  remarks: readonly string[],
  nowMs: number,
): Health {
  const all = states.map((state) => ({ state, newest: newestOf(state, nowMs) }))
  const isCounting = ({ counting, failure }: SiteState) =>
    counting !== undefined && failure === undefined
  const counting = states.some(isCounting)
  const down = all.every(({ newest }) => newest === undefined) && !counting
  const ok = all.every(
    ({ newest, state }) => (newest?.stale === false && !state.failure) || isCounting(state),
  )
  const said = [
    ...remarks,
    ...states.flatMap(({ refusal }) => refusal ?? []),
    ...states.flatMap(({ last }) => {
      const since = last && silentSince(last, nowMs)
      return since === undefined ? [] : [`${last?.source} has counted nobody since ${since}`]
    }),
    ...states.filter(isCounting).flatMap(({ counting }) => counting?.text ?? []),
  ]
  const ages = all.flatMap(({ newest }) => newest?.age ?? [])
  return {
    status: down ? 'down' : !ok ? 'degraded' : counting ? 'counting' : 'ok',
    database: states.every(
      (state) => state.failure === undefined && (state.last !== undefined || isCounting(state)),
    ),
    age: ages.length === 0 ? null : Math.max(...ages),
    ...(said.length > 0 && { remarks: said.join('; ') }),
  }
}

/** The reading of a site that tells how fresh it is. */
function newestOf(state: SiteState, nowMs: number): AgedReading | undefined {
  const readings = state.last?.counts.map((count) => agedReading(count, state, nowMs)) ?? []
  return readings.sort((a, b) => a.age - b.age)[0]
}
