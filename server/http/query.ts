import * as v from 'valibot'
import { metrics, periods } from '../../reading.ts'
import { type AgedReading, agedReading } from '../readings/aged-reading.ts'
import { chooseCount, chooseSite, nameOf } from '../readings/choose-count.ts'
import { newestDay } from '../readings/newest-day.ts'
import type { SiteState } from '../readings/poller.ts'
import { type Count, keyOf } from '../readings/round.ts'
import { type SeriesPoint, series } from '../readings/series.ts'
import { type SiteStatus, siteStatus } from '../readings/site-status.ts'
import type { Remembered } from '../readings/store.ts'
import { Problem } from './problem.ts'

/** The query parameters of every route; a message lists what is allowed. */
export const parameterEntries = {
  metric: v.optional(v.picklist(metrics, metrics.join(', '))),
  period: v.optional(v.picklist(periods, periods.join(', '))),
  site: v.optional(v.string()),
}
const Parameters = v.object(parameterEntries)
type Parameters = v.InferOutput<typeof Parameters>

const daysMessage = 'a number of days from 1 to 732'
/** The query parameter of a route that tells of several days. */
export const daysEntries = {
  days: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, daysMessage),
      v.transform(Number),
      v.minValue(1, daysMessage),
      v.maxValue(732, daysMessage),
    ),
    '30',
  ),
}

/** What a site has to say at this moment; without readings before the first. */
export interface SiteView {
  /** Empty while it is not known. */
  readonly name: string
  readonly isReached: boolean
  readonly status: SiteStatus
  /** The last day on which the plugin has counted anybody, `2026-10-15`; undefined where it is not known. */
  readonly newestDay: string | undefined
  readonly readings: readonly (AgedReading & { readonly tookMs: number })[]
}

/**
 * Parses the query of a request.
 *
 * @throws Problem 400 that names what is allowed
 */
export function parseQuery<Schema extends v.GenericSchema>(
  schema: Schema,
  query: Readonly<Record<string, string>>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, query)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const name = String(issue.path?.[0]?.key)
  const detail = `${name}=${query[name] ?? ''}: allowed are ${issue.message}`
  throw new Problem(400, 'Bad Request', detail, {}, issue.message.split(', '))
}

/** The readings at the moment of one request, and which of them its query chooses. */
export class View {
  readonly #states: readonly SiteState[]
  readonly #query: Parameters
  readonly #nowMs: number
  #newest: AgedReading | undefined

  /** @throws Problem 400 */
  constructor(
    states: readonly SiteState[],
    query: Readonly<Record<string, string>>,
    nowMs: number,
  ) {
    this.#states = states
    this.#query = parseQuery(Parameters, query)
    this.#nowMs = nowMs
  }

  /** The newest of the readings that this view has given. */
  get newest(): AgedReading | undefined {
    return this.#newest
  }

  /**
   * What is known of the site of the query, or of the first.
   *
   * @throws Problem 404, or 503 before its first reading
   */
  get site(): Remembered {
    return this.#known.last
  }

  get #known(): { state: SiteState; last: Remembered } {
    const { site } = this.#query
    const all = this.#states
    const state = chooseSite(all, this.#query)
    if (state === undefined && all.some((each) => nameOf(each) !== undefined)) {
      const allowed = all.flatMap((each) => nameOf(each) ?? [])
      const detail = `there is no site=${site}; there are ${allowed.join(', ')}`
      throw new Problem(404, 'Not Found', detail, {}, allowed)
    }
    if (state?.last !== undefined) return { state, last: state.last }
    throw notYet(state)
  }

  /**
   * The reading of the query; visitors where the plugin has them, and the total, by default.
   *
   * @throws Problem 404 that names what there is, or 503 before the first reading
   */
  get reading(): AgedReading {
    return this.#agedReading(this.#count, this.#known.state)
  }

  /**
   * As `reading`, for a consumer that shows a refusal as a broken picture.
   *
   * @throws Problem 404
   */
  get readingIfKnown(): AgedReading | undefined {
    try {
      return this.reading
    } catch (error) {
      if (error instanceof Problem && error.status === 503) return undefined
      throw error
    }
  }

  /** All readings of the site. */
  get readings(): AgedReading[] {
    const { state, last } = this.#known
    return last.counts.map((count) => this.#agedReading(count, state))
  }

  /** All sites, or the one of the query. */
  get sites(): SiteView[] {
    const { site } = this.#query
    const states = site === undefined ? this.#states : [this.#known.state]
    return states.map((state) => ({
      name: nameOf(state) ?? '',
      isReached: state.last !== undefined && state.failure === undefined,
      status: siteStatus(state, this.#nowMs),
      newestDay: state.last && newestDay(state.last),
      readings: (state.last?.counts ?? []).map((count) => ({
        ...this.#agedReading(count, state),
        tookMs: count.tookMs,
      })),
    }))
  }

  /**
   * The last days of the query's metric, oldest first; none where the plugin keeps no days.
   *
   * @param days from 1
   */
  series(days: number): SeriesPoint[] {
    const { state, last } = this.#known
    if (last.ledger === undefined && state.counting !== undefined) throw notYet(state)
    return series(last, this.reading.metric, days, this.#nowMs)
  }

  get #count(): Count {
    const { state, last } = this.#known
    const { counts, source } = last
    const { metric, period = 'total' } = this.#query
    const count = chooseCount(counts, this.#query)
    if (count !== undefined) return count
    if (state.counting !== undefined) throw notYet(state)
    const allowed = counts.map(keyOf)
    const wanted = `${metric === undefined ? '' : `metric=${metric} `}period=${period}`
    const detail = `${source} does not count ${wanted}; it has ${allowed.join(', ')}`
    throw new Problem(404, 'Not Found', detail, {}, allowed)
  }

  #agedReading(count: Count, state: SiteState): AgedReading {
    const reading = agedReading(count, state, this.#nowMs)
    if (this.#newest === undefined || reading.age < this.#newest.age) this.#newest = reading
    return reading
  }
}

/** @param state of the site that is meant; undefined where none is known */
function notYet(state: SiteState | undefined): Problem {
  const detail = state?.counting?.text ?? 'nothing has been read yet'
  return new Problem(503, 'Service Unavailable', detail, { 'Retry-After': '5' })
}
