import { type Metric, metrics, type Period, periods } from '../../reading.ts'
import type { SiteState } from './poller.ts'
import type { Count } from './round.ts'

/** What is asked for; what is left open is chosen. */
export interface CountQuery {
  /** Visitors where the plugin counts them, else views, when undefined. */
  readonly metric?: Metric | undefined
  /** The total when undefined. */
  readonly period?: Period | undefined
  /** The first when undefined. */
  readonly site?: string | undefined
}

/** What a site goes by; undefined while that is not known. */
export function nameOf({ last, name }: SiteState): string | undefined {
  return last?.site ?? name
}

/** The site that is meant; undefined when there is none, or none of this name yet. */
export function chooseSite(
  states: readonly SiteState[],
  { site }: CountQuery,
): SiteState | undefined {
  return site === undefined ? states[0] : states.find((state) => nameOf(state) === site)
}

/** The count that is meant; undefined when the plugin has none such. */
export function chooseCount(
  counts: readonly Count[],
  { metric, period = 'total' }: CountQuery,
): Count | undefined {
  const find = (wanted: Metric) =>
    counts.find((count) => count.metric === wanted && count.period === period)
  return metric === undefined ? (find('visitors') ?? find('views')) : find(metric)
}

/** As `visitors.today` or `visitors.today@shop.example.com`; undefined for anything else. */
export function parseCountQuery(text: string): CountQuery | undefined {
  const [, reading = '', site] = /^([^@]*)(?:@(.+))?$/.exec(text) ?? []
  const metric = metrics.find((each) => reading.startsWith(`${each}.`))
  const period = periods.find((each) => reading === `${metric}.${each}`)
  return metric && period && { metric, period, site }
}
