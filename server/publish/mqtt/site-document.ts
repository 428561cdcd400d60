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
/** The days of a year have up to 19 KB: they go out at most so often, and when they have changed. */
const documentEveryMs = 60_000

type Last = Omit<Remembered, 'prefix'>

/** Decides when the document of a site goes out again. */
export class DocumentDraft {
  #payload: string | undefined
  #shape = ''
  #days = ''
  #ledger: Last['ledger']
  #asOfMs = Number.NEGATIVE_INFINITY

  /**
   * What the broker is to have retained.
   *
   * @param before what it has
   */
  next({ prefix: _, ...last }: Remembered, place: number, before: string | undefined): string {
    const shape = shapeOf(last, place)
    const asOfMs = newestMs(last.counts)
    if (before !== undefined && before === this.#payload && shape === this.#shape) {
      const passedMs = asOfMs - this.#asOfMs
      // A clock that was set back must not leave a number of the future behind.
      const isRecent = passedMs >= 0 && passedMs < documentEveryMs
      if (isRecent || (passedMs >= 0 && this.#hasSameDays(last))) return before
    }
    this.#payload = JSON.stringify({ ...last, place })
    this.#shape = shape
    this.#days = daysOf(last)
    this.#ledger = last.ledger
    this.#asOfMs = asOfMs
    return this.#payload
  }

  #hasSameDays(last: Last): boolean {
    // A ledger is made anew by each recount, and most often the same.
    const isKnown = last.ledger === this.#ledger
    const sent = isKnown ? last.ledger : this.#ledger
    if (!isKnown && JSON.stringify(last.ledger) !== JSON.stringify(sent)) return false
    this.#ledger = last.ledger
    return daysOf(last) === this.#days
  }
}

/** All but the days and what the attributes of each number have too. */
function shapeOf({ ledger: _, open: __, carry: ___, counts, ...facts }: Last, place: number) {
  const offered = counts.map(({ metric, period, source }) => `${source} ${metric} ${period}`)
  return JSON.stringify({ ...facts, offered, place })
}

function daysOf({ open, carry }: Last): string {
  return JSON.stringify([open, carry])
}

function newestMs(counts: readonly { readonly asOf: string }[]): number {
  return Math.max(...counts.map(({ asOf }) => Date.parse(asOf)))
}

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
