import type { Metric, Period } from '../../reading.ts'
import type { Moment } from '../wordpress/moment.ts'
import type { Plan, Tally } from '../wordpress/sources/source.ts'
import type { Found } from './find-source.ts'
import type { Paces } from './pace.ts'
import { type Count, keyOf } from './round.ts'

interface Options {
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly pollMs: number
}

/** The numbers of a site, each as of its own read and with the pace that it is read at. */
export class KeptCounts {
  readonly #options: Options
  /** Key: metric and period, `visitors.total`. */
  readonly #counts: Map<string, { count: Count; pace: string }>

  /** @param remembered of an earlier run */
  constructor(options: Options, remembered: readonly Count[]) {
    this.#options = options
    this.#counts = new Map(remembered.map((count) => [keyOf(count), { count, pace: '' }]))
  }

  has(offer: { readonly metric: Metric; readonly period: Period }): boolean {
    return this.#counts.has(keyOf(offer))
  }

  /** Keeps a number that the source offers; another is left out. */
  keep(
    { site, source, plan }: Found,
    { metric, period }: { readonly metric: Metric; readonly period: Period },
    counts: Tally,
    moment: Moment,
    pace: string,
  ): void {
    const offer = plan.offers.find((each) => each.metric === metric && each.period === period)
    if (offer === undefined) return
    const { name, pollMs } = this.#options
    const count: Count = {
      value: counts[metric],
      metric,
      period,
      unit: offer.unit,
      ...offer.words,
      bots: source.bots,
      site: name ?? site.name,
      source: source.id,
      asOf: new Date(moment.epochMs).toISOString(),
      everyMs: pollMs,
      tookMs: 0,
    }
    this.#counts.set(keyOf(count), { count, pace })
  }

  clear(): void {
    this.#counts.clear()
  }

  /** What is told of the offers: a period only when all of it is known, as views must not stand for people. */
  told({ offers }: Plan, paces: Paces): Count[] {
    const missing = new Set(offers.filter((offer) => !this.has(offer)).map(({ period }) => period))
    return offers.flatMap((offer) => {
      const kept = missing.has(offer.period) ? undefined : this.#counts.get(keyOf(offer))
      if (kept === undefined) return []
      const pace = paces.of(kept.pace)
      if (pace === undefined) return [kept.count]
      // A number is not old because somebody has begun to watch.
      const everyMs = Math.max(pace.everyMs, this.#options.pollMs)
      return [{ ...kept.count, everyMs, tookMs: pace.tookMs }]
    })
  }
}
