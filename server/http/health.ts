import * as v from 'valibot'
import { type AgedReading, agedReading } from '../readings/aged-reading.ts'
import { nameOf } from '../readings/choose-count.ts'
import { silentSince } from '../readings/newest-day.ts'
import type { SiteState } from '../readings/poller.ts'
import { conditions, siteStatus } from '../readings/site-status.ts'

const statuses = ['ok', 'counting', 'degraded', 'down'] as const
const Age = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))

/** One site, as whoever may see the numbers is told of it. */
const SiteHealth = v.strictObject({
  /** As that of all: `degraded` has a number, which is old or stands still, `down` has none. */
  status: v.picklist(statuses),
  state: v.picklist(conditions),
  age: Age,
  /** Of the last reading, where the site is away or refuses; the last day with a visit where its plugin has stopped. */
  since: v.exactOptional(v.string()),
  /** The class of a failure. */
  reason: v.exactOptional(v.string()),
  /** The failure itself, for who has shown the token, or asks on this machine where there is none. */
  cause: v.exactOptional(v.string()),
  /** How far the first count has come. */
  progress: v.exactOptional(v.string()),
})
type SiteHealth = v.InferOutput<typeof SiteHealth>

/** Flat, as monitors such as Uptime Kuma want it. */
export const Health = v.strictObject({
  /** `counting` while the first count of a site is under way, `down` while nothing at all can be served. */
  status: v.picklist(statuses),
  database: v.boolean(),
  /** Seconds; of the site that is furthest behind. */
  age: Age,
  remarks: v.exactOptional(v.string()),
  /** Key: site. Only for who has shown the token, where there is one. */
  sites: v.exactOptional(v.record(v.string(), SiteHealth)),
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

/**
 * Each site with its state. Key: its name, empty while that is not known.
 *
 * @param withCause whether the exact cause of a failure may be told
 */
export function siteHealths(
  states: readonly SiteState[],
  nowMs: number,
  withCause: boolean,
): Record<string, SiteHealth> {
  return Object.fromEntries(
    states.map((state): [string, SiteHealth] => {
      const { condition, reason, cause, sinceMs, lastDay } = siteStatus(state, nowMs)
      const newest = newestOf(state, nowMs)
      const since = lastDay ?? (sinceMs === undefined ? undefined : new Date(sinceMs).toISOString())
      const isOk = condition === 'ok' && newest?.stale === false
      return [
        nameOf(state) ?? '',
        {
          status:
            condition === 'counting'
              ? 'counting'
              : newest === undefined
                ? 'down'
                : isOk
                  ? 'ok'
                  : 'degraded',
          state: condition,
          age: newest?.age ?? null,
          ...(since !== undefined && { since }),
          ...(reason !== undefined && { reason }),
          ...(withCause && cause !== undefined && { cause }),
          ...(condition === 'counting' && state.counting && { progress: state.counting.text }),
        },
      ]
    }),
  )
}

/** The reading of a site that tells how fresh it is. */
function newestOf(state: SiteState, nowMs: number): AgedReading | undefined {
  const readings = state.last?.counts.map((count) => agedReading(count, state, nowMs)) ?? []
  return readings.sort((a, b) => a.age - b.age)[0]
}
