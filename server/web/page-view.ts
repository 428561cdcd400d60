import { parseQuery, View } from '../http/query.ts'
import { type AgedReading, agedReading } from '../readings/aged-reading.ts'
import { type CountQuery, chooseCount, chooseSite, nameOf } from '../readings/choose-count.ts'
import type { DaySamples, Earlier } from '../readings/day-samples.ts'
import type { SiteState } from '../readings/poller.ts'
import { siteStatus } from '../readings/site-status.ts'
import { sources } from '../wordpress/sources/index.ts'
import { PageQuery } from './options.ts'
import type { Text } from './text.ts'
import { troubleWords } from './trouble.ts'
import type { PageSite, PageView } from './view.ts'

export interface PageViewOptions {
  readonly states: readonly SiteState[]
  readonly query: Readonly<Record<string, string>>
  readonly samples: Pick<DaySamples, 'earlier'>
  readonly text: Text
  /** Whether the exact cause of a failure may be told. */
  readonly withCause: boolean
  readonly nowMs: number
}

const noEarlier: Earlier = { yesterday: undefined, weekAgo: undefined }

/**
 * What is known, as the page shows it.
 *
 * @throws Problem 400, or 404 that names what there is
 */
export function pageView(options: PageViewOptions): PageView {
  const { states, query, samples, text, withCause, nowMs } = options
  const { show, days, kiosk, all, color, dwell, dim, points } = parseQuery(PageQuery, query)
  const large = queryOf(query, show[0])
  const view = new View(states, large, nowMs)
  const reading = view.readingIfKnown
  const state = chooseSite(states, large) ?? states[0]
  const status = state === undefined ? { condition: 'waiting' as const } : siteStatus(state, nowMs)
  const source = nameOfSource(reading?.source ?? state?.last?.source ?? '')
  const turns = show.flatMap(
    (each) => new View(states, queryOf(query, each), nowMs).readingIfKnown ?? [],
  )
  const count = { metric: reading?.metric, period: reading?.period }
  return {
    text,
    options: { color, days, dwellMs: dwell, dim, points },
    layout: kiosk ? 'kiosk' : all && states.length > 1 ? 'all' : 'full',
    sites: states.flatMap((each) => pageSite(each, count, nowMs)),
    site: reading?.site ?? (state === undefined ? '' : (nameOf(state) ?? '')),
    source,
    status,
    trouble: troubleWords(text, {
      status,
      counting: state?.counting,
      timezone: state?.last?.timezone ?? 'UTC',
      source,
      // Who passes by a screen on a wall has shown nothing.
      withCause: withCause && !kiosk,
    }),
    reading,
    turns: turns.length > 0 ? turns : reading === undefined ? [] : [reading],
    counts: reading === undefined ? [] : view.readings,
    days: reading && view.site.ledger && view.series(2 * days),
    earlier: state && reading ? samples.earlier(state, reading.metric) : noEarlier,
    link: (changes) => linkTo({ ...query, ...changes }),
  }
}

/** The query of a request, or of one of several that it shows. */
function queryOf(
  query: Readonly<Record<string, string>>,
  shown: CountQuery | undefined,
): Record<string, string> {
  const {
    metric,
    period,
    site = query['site'],
  } = shown ?? {
    metric: query['metric'],
    period: query['period'],
  }
  return definedOf({ metric, period, site })
}

function pageSite(
  state: SiteState,
  count: { metric: AgedReading['metric'] | undefined; period: AgedReading['period'] | undefined },
  nowMs: number,
): PageSite[] {
  const name = nameOf(state)
  if (name === undefined) return []
  const counts = state.last?.counts ?? []
  const found = chooseCount(counts, count) ?? chooseCount(counts, { period: count.period })
  const reading = found && agedReading(found, state, nowMs)
  return [{ name, reading, status: siteStatus(state, nowMs) }]
}

function nameOfSource(id: string): string {
  return sources.find((source) => source.id === id)?.name ?? id
}

function linkTo(query: Readonly<Record<string, string | undefined>>): string {
  return `?${new URLSearchParams(definedOf(query))}`
}

function definedOf(query: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return Object.fromEntries(pairs)
}
