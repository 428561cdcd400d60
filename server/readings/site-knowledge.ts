import { DatabaseError, FatalError } from '../../common/errors.ts'
import type { Metric, Period } from '../../reading.ts'
import type { Database, Query } from '../wordpress/database/database.ts'
import { type Moment, momentAt } from '../wordpress/moment.ts'
import type { SharedSchema } from '../wordpress/shared-schema.ts'
import type { Tally } from '../wordpress/sources/source.ts'
import { type Found, findSource, type Wanted } from './find-source.ts'
import { KeptCounts } from './kept-counts.ts'
import { type DayTally, isDayOrNow, type Ledger } from './ledger.ts'
import type { Paces } from './pace.ts'
import type { Round } from './round.ts'

export interface SiteOptions {
  readonly database: Database
  /** Where several sites of the database are looked at. */
  readonly schema?: SharedSchema
  readonly wanted: Wanted
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly pollMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Of an earlier run; saves the full count. */
  readonly remembered: Round | undefined
  /** Told which plugin is read, before anything is counted. */
  readonly onFound?: ((found: Found) => void) | undefined
  /** Told what the owner should know about the plugin that was found. */
  readonly onWarning: (warning: string) => void
}

/** What is known of a site: its plugin, and what has been counted as that plugin counts. */
export class SiteKnowledge {
  readonly #options: SiteOptions
  readonly #paces: Paces
  readonly #counts: KeptCounts
  /** Id of the source that all of the following belongs to. */
  #source: string | undefined
  #found: Found | undefined
  /** Of the last full count. */
  #ledger: Ledger | undefined
  /** As of the last poll, with the ledger that it went on from: only together do they make sums. */
  #days: { ledger: Ledger; open: readonly DayTally[] } | undefined
  /** What there is to tell; undefined when something has been read since. */
  #round: Round | undefined
  /** The source that `onFound` has been told of. */
  #announced: string | undefined
  #warning: string | undefined
  /** What has been told of bad rows. */
  readonly #badRows: Set<string> = new Set()

  /** @param paces of all that is read; those of another plugin begin anew */
  constructor(options: SiteOptions, paces: Paces) {
    const { remembered } = options
    this.#options = options
    this.#paces = paces
    this.#source = remembered?.source
    this.#ledger = remembered?.ledger
    this.#counts = new KeptCounts(options, remembered?.counts ?? [])
  }

  /** The plugin that was found; looked for, and gone on with, where it is not known. */
  async found(query: Query): Promise<Found> {
    return this.#found ?? this.take(await this.find(query))
  }

  /** Looks for the plugin; nothing changes by that. */
  find(query: Query): Promise<Found> {
    const { database, schema, wanted, now } = this.#options
    const known = this.#source
    return findSource(query, database.engine, { ...wanted, known }, now(), schema)
  }

  /** Goes on with what was found; with another source than before, from nothing. */
  take(found: Found): Found {
    const { source, warning } = found
    if (!this.isOf(found)) {
      this.#source = source.id
      this.#paces.clear()
      this.#counts.clear()
      this.#ledger = undefined
      this.#days = undefined
    }
    if (source.id !== this.#announced) this.#options.onFound?.(found)
    this.#announced = source.id
    if (warning !== undefined && warning !== this.#warning) this.#options.onWarning(warning)
    this.#warning = warning
    this.#found = found
    this.#round = undefined
    return found
  }

  /** The plugin is looked for again; until then the last reading stays. */
  lookAgain(): void {
    this.#found = undefined
  }

  /** After an error that says that the plugin is not what it was, it is looked for again. */
  doubt(error: unknown): void {
    const changed = error instanceof DatabaseError && error.kind === 'schema'
    if (!changed && !(error instanceof FatalError)) return
    this.lookAgain()
    this.#options.schema?.forget()
  }

  /** Whether what is known belongs to a source. */
  isOf({ source }: Found): boolean {
    return source.id === this.#source
  }

  /** Whether there is a number for all that the source offers. */
  get isComplete(): boolean {
    const found = this.#found
    if (found === undefined || !this.isCounted(found)) return false
    const { offers, distinct } = found.plan
    return offers
      .filter(({ metric, period }) => distinct?.includes(metric) && !isDayOrNow(period))
      .every((offer) => this.#counts.has(offer))
  }

  /** Whether there is a full count that polls can go on from. */
  isCounted(found: Found): boolean {
    const { days, layout } = found.plan
    if (days === undefined) return true
    const ledger = this.#ledger
    return ledger?.zone === zoneOf(found, this.#options.now()) && ledger.layout === layout
  }

  /** The full count that polls can go on from. */
  ledgerOf(found: Found): Ledger | undefined {
    return this.isCounted(found) ? this.#ledger : undefined
  }

  moment(found: Found): Moment {
    const epochMs = this.#options.now()
    return momentAt(epochMs, zoneOf(found, epochMs))
  }

  /** Goes on from a full count, in the way of counting that it was made in. */
  close(found: Found, ledger: Ledger): void {
    // Both at once: no poll may add the rows of one layout to the days of another.
    this.take(found)
    this.#ledger = ledger
  }

  /** @param ledger that the open days go on from; undefined during the first count */
  keepDays(ledger: Ledger | undefined, open: readonly DayTally[]): void {
    if (ledger !== undefined) this.#days = { ledger, open }
    this.#round = undefined
  }

  /** @param pace the kind of work that has brought it */
  keep(
    found: Found,
    metric: Metric,
    period: Period,
    counts: Tally,
    moment: Moment,
    pace: string,
  ): void {
    // Another source may have been taken up while its query ran.
    if (!this.isOf(found)) return
    this.#counts.keep(found, { metric, period }, counts, moment, pace)
    this.#round = undefined
  }

  /** Tells what is wrong with a row, once. */
  readonly onBadRow = (problem: string): void => {
    if (this.#badRows.has(problem)) return
    this.#badRows.add(problem)
    this.#options.onWarning(problem)
  }

  /** All that is known; the same as the last time where nothing has been read since. */
  round({ site, source, plan, why }: Found): Round {
    this.#round ??= {
      site: this.#options.name ?? site.name,
      address: site.address,
      prefix: site.prefix,
      source: source.id,
      why,
      timezone: site.timezone,
      counts: this.#counts.told(plan, this.#paces),
      ledger: this.#days?.ledger,
      open: this.#days?.open ?? [],
      emptyDays: plan.emptyDays ?? 'none',
    }
    return this.#round
  }
}

/** The zone that the days of the plugin are cut in. */
function zoneOf({ site, plan }: Found, epochMs: number): string {
  return plan.zone?.(epochMs) ?? site.timezone
}
