import type { Message } from '../../../common/mqtt/broker.ts'
import { topics } from '../../../common/mqtt/topics.ts'
import { agedReading } from '../../readings/aged-reading.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Count } from '../../readings/round.ts'
import type { Drafts } from './drafts.ts'

/**
 * What the broker is to have retained of a site, in the order to send it: a subscriber that sees
 * `online` finds everything else as it is. Of what is not known there is no message.
 *
 * @param retained what it has already. Key: topic
 * @param drafts of the site, the same for each call
 */
export function siteMessages(
  state: SiteState,
  place: number,
  retained: ReadonlyMap<string, string>,
  drafts: Drafts,
  nowMs: number,
): Message[] {
  const { last } = state
  if (last === undefined) return []
  const { site } = last
  const document = drafts.document(last, place, retained.get(topics.site(site)))
  const readings = last.counts.flatMap((count): Message[] => {
    const { metric, period, everyMs } = count
    // An age would be that of when it was sent: what is retained is read later.
    const { age: _, ...reading } = agedReading(count, state, nowMs)
    const topic = topics.attributes(site, metric, period)
    return [
      { topic: topics.reading(site, metric, period), payload: String(count.value) },
      { topic, payload: drafts.attributes(topic, { ...reading, everyMs }, retained.get(topic)) },
    ]
  })
  return [
    { topic: topics.database(site), payload: isAway(state, nowMs) ? 'offline' : 'online' },
    { topic: topics.site(site), payload: document },
    ...readings,
    { topic: topics.status(site), payload: 'online' },
  ]
}

/** Which readings are stale, and whether the database is away: what time alone changes. */
export function staleness(state: SiteState, nowMs: number): string {
  const counts = state.last?.counts ?? []
  const marks = counts.map(({ asOf, everyMs }) => nowMs - Date.parse(asOf) > 2 * everyMs)
  return [isAway(state, nowMs), state.failure !== undefined, ...marks].join()
}

/** Whether the database is away. One round that failed says little; the attributes say `stale` at once. */
function isAway({ last, failure }: SiteState, nowMs: number): boolean {
  if (failure === undefined) return false
  const isRecent = ({ asOf, everyMs }: Count) => nowMs - Date.parse(asOf) <= 2 * everyMs
  return !(last?.counts ?? []).some(isRecent)
}

/** The retained topics of readings that the source of the site does not offer any more. */
export function obsolete(
  { last }: SiteState,
  retained: ReadonlyMap<string, string>,
): readonly string[] {
  if (last === undefined) return []
  const offered = new Set(
    last.counts.flatMap(({ metric, period }) => [
      topics.reading(last.site, metric, period),
      topics.attributes(last.site, metric, period),
    ]),
  )
  return [...retained.keys()].filter(
    (topic) => /\/(visitors|views)\/\w+(\/attributes)?$/.test(topic) && !offered.has(topic),
  )
}
