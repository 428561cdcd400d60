import * as v from 'valibot'
import type { Message } from '../../../common/mqtt/broker.ts'
import { topics } from '../../../common/mqtt/topics.ts'
import { agedReading } from '../../readings/aged-reading.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Count } from '../../readings/round.ts'
import { confirmEveryMs, type DocumentDraft } from './site-document.ts'

/**
 * What the broker is to have retained of a site, in the order to send it: a subscriber that sees
 * `online` finds everything else as it is. Of what is not known there is no message.
 *
 * @param retained what it has already. Key: topic
 * @param draft of the document, the same for each call
 */
export function siteMessages(
  state: SiteState,
  place: number,
  retained: ReadonlyMap<string, string>,
  draft: DocumentDraft,
  nowMs: number,
): Message[] {
  const { last } = state
  if (last === undefined) return []
  const { site } = last
  const document = draft.next(last, place, retained.get(topics.site(site)))
  const readings = last.counts.flatMap((count): Message[] => {
    const { metric, period, everyMs } = count
    // An age would be that of when it was sent: what is retained is read later.
    const { age: _, ...reading } = agedReading(count, state, nowMs)
    const attributes = topics.attributes(site, metric, period)
    const payload = JSON.stringify({ ...reading, everyMs })
    return [
      { topic: topics.reading(site, metric, period), payload: String(count.value) },
      { topic: attributes, payload: fresh(retained.get(attributes), payload) },
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

const Moment = v.looseObject({
  asOf: v.optional(v.string()),
  everyMs: v.optional(v.number()),
})

/** The former attributes while they say the same and are not old. */
function fresh(before: string | undefined, now: string): string {
  const [old, current] = [before, now].map((text) => {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Moment), text)
    if (!parsed.success) return undefined
    const { asOf, everyMs: _, ...facts } = parsed.output
    return { asOfMs: Date.parse(asOf ?? ''), facts: JSON.stringify(facts) }
  })
  if (before === undefined || old === undefined || current === undefined) return now
  const isSame = old.facts === current.facts && current.asOfMs - old.asOfMs < confirmEveryMs
  return isSame && current.asOfMs >= old.asOfMs ? before : now
}
