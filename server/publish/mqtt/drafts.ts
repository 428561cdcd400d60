import * as v from 'valibot'
import type { Remembered } from '../../readings/store.ts'
import { confirmEveryMs } from './site-document.ts'

/** The days of a year have up to 19 KB: they go out at most so often, and when they have changed. */
const documentEveryMs = 60_000

const Timed = v.looseObject({ asOf: v.string(), everyMs: v.number() })

type Last = Omit<Remembered, 'prefix'>

interface SentAttributes {
  readonly payload: string
  /** All but when it was read. */
  readonly facts: string
  readonly asOfMs: number
}

/** Decides when the document of a site and the attributes of its readings go out again. */
export class Drafts {
  /** Key: topic. */
  readonly #attributes: Map<string, SentAttributes> = new Map()
  #payload: string | undefined
  #shape = ''
  #days = ''
  #ledger: Last['ledger']
  #asOfMs = Number.NEGATIVE_INFINITY

  /**
   * What the broker is to have retained of a reading: what it has, while that says the same and is not old.
   *
   * @param before what it has
   */
  attributes(topic: string, now: v.InferOutput<typeof Timed>, before: string | undefined): string {
    const sent = this.#attributes.get(topic)
    const old = before === undefined || sent?.payload === before ? sent : parsed(before)
    const { asOf, everyMs: _, ...rest } = now
    const [facts, asOfMs] = [JSON.stringify(rest), Date.parse(asOf)]
    const passedMs = asOfMs - (old?.asOfMs ?? 0)
    // A clock that was set back must not leave a number of the future behind.
    const isRecent = passedMs >= 0 && passedMs < confirmEveryMs
    if (before !== undefined && old?.facts === facts && isRecent) {
      this.#attributes.set(topic, { ...old, payload: before })
      return before
    }
    const payload = JSON.stringify(now)
    this.#attributes.set(topic, { payload, facts, asOfMs })
    return payload
  }

  /**
   * What the broker is to have retained of the site.
   *
   * @param before what it has
   */
  document({ prefix: _, ...last }: Remembered, place: number, before: string | undefined): string {
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

/** What another process has sent. */
function parsed(payload: string): SentAttributes | undefined {
  const attributes = v.safeParse(v.pipe(v.string(), v.parseJson(), Timed), payload)
  if (!attributes.success) return undefined
  const { asOf, everyMs: _, ...rest } = attributes.output
  return { payload, facts: JSON.stringify(rest), asOfMs: Date.parse(asOf) }
}
