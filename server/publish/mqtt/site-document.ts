import * as v from 'valibot'
import { Reading } from '../../../reading.ts'
import { Remembered } from '../../readings/store.ts'

/** What a bridge knows of a site beside its numbers of the moment, for replicas and for one that takes over. */
export const SiteDocument = v.object({
  ...v.omit(Remembered, ['prefix']).entries,
  /** The site that is meant where none is named is the one with the lowest. */
  place: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
export type SiteDocument = v.InferOutput<typeof SiteDocument>

/** A number of the moment, as its attributes have it. */
export const Attributes = v.object({ ...Reading.entries, everyMs: v.number() })
export type Attributes = v.InferOutput<typeof Attributes>

/** While a number is the same its attributes say at most so often that it has been read again. */
export const confirmEveryMs = 60_000
type Last = Omit<Remembered, 'prefix'>

/** Key: metric and period, as in the topic. */
export type AttributesOf = (key: string) => Attributes | undefined

/**
 * A site as others know it: the document with the numbers of the moment. They are confirmed only once a
 * minute, so a number counts as stale by its age alone after two.
 */
export function siteOf({ place: _, ...document }: SiteDocument, attributesOf: AttributesOf): Last {
  const counts = document.counts.map((count) => {
    const now = attributesOf(`${count.metric}/${count.period}`)
    const isNewer =
      now !== undefined &&
      now.site === count.site &&
      now.source === count.source &&
      Date.parse(now.asOf) >= Date.parse(count.asOf)
    const { stale: __, ...newest } = isNewer ? { ...count, ...now } : { ...count, stale: false }
    return { ...newest, everyMs: Math.max(newest.everyMs, confirmEveryMs) }
  })
  return { ...document, counts }
}
