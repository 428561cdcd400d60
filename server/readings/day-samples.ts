import { join } from 'node:path'
import * as v from 'valibot'
import { isDue } from '../../common/clock.ts'
import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import { readState, writeState } from '../../common/state-file.ts'
import type { Metric } from '../../reading.ts'
import { addDays, type Moment, momentAt } from '../wordpress/moment.ts'
import type { SiteState } from './poller.ts'

/** How many there had been of a day by a time of it. */
const Sample = v.object({
  /** Site-local, `2026-10-15`. */
  day: v.string(),
  /** Minutes of the wall clock since midnight. */
  minute: v.number(),
  visitors: v.optional(v.number()),
  views: v.optional(v.number()),
})
type Sample = v.InferOutput<typeof Sample>

/** Key: site. */
const File = v.record(v.string(), v.object({ source: v.string(), samples: v.array(Sample) }))
type Kept = v.InferOutput<typeof File>

/** As many as there were at this time of an earlier day; undefined where that is not known. */
export interface Earlier {
  readonly yesterday: number | undefined
  readonly weekAgo: number | undefined
}

const everyMinutes = 15
/** For a week ago, and the sample before and after that time. */
const keptDays = 8
/** The sites of a network all have their quarter of an hour at once, and are in one file. */
const saveEveryMs = 60_000

interface DaySamplesOptions {
  readonly stateDir: string
  readonly now: () => number
  readonly log: Logger
}

/**
 * What "today" was at each quarter of an hour of the last days. Most plugins keep days only, so that they
 * cannot say how many had come by this time yesterday.
 */
export class DaySamples {
  readonly #options: DaySamplesOptions
  readonly #file: string
  #kept: Kept = {}
  /** What was looked at last. Key: site. */
  readonly #quarters: Map<string, string> = new Map()
  #isUnsaved = false
  #savedMs = Number.NEGATIVE_INFINITY
  #saving: Promise<void> = Promise.resolve()
  #failure: string | undefined

  constructor(options: DaySamplesOptions) {
    this.#options = options
    this.#file = join(options.stateDir, 'day-samples.json')
  }

  /** Makes known what an earlier run has kept. */
  async load(): Promise<void> {
    const { log } = this.#options
    const kept = await readState(this.#file, File, (file) =>
      log.warn(`${file} was damaged and has been set aside`),
    )
    this.#kept = kept ?? {}
  }

  /**
   * Keeps what is fresh, once a quarter of an hour.
   *
   * @param states of the sites that have just been read
   */
  take(states: readonly SiteState[]): void {
    for (const state of states) if (this.#takeOf(state)) this.#isUnsaved = true
    if (this.#isUnsaved && isDue(this.#options.now(), this.#savedMs, saveEveryMs)) {
      void this.#save()
    }
  }

  /** What there was at this time of earlier days, by the wall clock of the site. */
  earlier({ last }: Pick<SiteState, 'last'>, metric: Metric): Earlier {
    const kept = last && this.#kept[last.site]
    if (kept === undefined || kept.source !== last?.source) {
      return { yesterday: undefined, weekAgo: undefined }
    }
    const moment = momentAt(this.#options.now(), last.ledger?.zone ?? last.timezone)
    const at = (days: number) =>
      valueAt(kept.samples, metric, addDays(moment.today, -days), minuteOf(moment))
    return { yesterday: at(1), weekAgo: at(7) }
  }

  /** Resolves when what has been taken is in the file. */
  stop(): Promise<void> {
    return this.#isUnsaved ? this.#save() : this.#saving
  }

  #takeOf({ last, failure }: SiteState): boolean {
    if (last === undefined || failure !== undefined) return false
    const { site, source } = last
    const today = last.counts.filter(({ period }) => period === 'today')
    const asOfMs = Math.max(...today.map(({ asOf }) => Date.parse(asOf)))
    if (today.length === 0 || this.#options.now() - asOfMs > everyMinutes * 60_000) return false
    // Each quarter of an hour of a site begins with one of UTC: its own clock is asked once in each.
    const quarter = `${source} ${Math.floor(asOfMs / 60_000 / everyMinutes)}`
    if (this.#quarters.get(site) === quarter) return false
    this.#quarters.set(site, quarter)
    const moment = momentAt(asOfMs, last.ledger?.zone ?? last.timezone)
    const before = this.#kept[site]?.source === source ? this.#kept[site].samples : []
    const newest = before.at(-1)
    const minute = minuteOf(moment)
    const isDue =
      newest?.day !== moment.today ||
      Math.floor(minute / everyMinutes) !== Math.floor(newest.minute / everyMinutes)
    if (!isDue) return false
    const values = today.map(({ metric, value }): [Metric, number] => [metric, value])
    const sample: Sample = { day: moment.today, minute, ...Object.fromEntries(values) }
    const oldest = addDays(moment.today, -keptDays)
    const samples = [...before.filter(({ day }) => day >= oldest), sample]
    this.#kept = { ...this.#kept, [site]: { source, samples } }
    return true
  }

  #save(): Promise<void> {
    const { log, now } = this.#options
    this.#isUnsaved = false
    this.#savedMs = now()
    this.#saving = this.#saving.then(async () => {
      try {
        await writeState(this.#file, this.#kept)
        this.#failure = undefined
      } catch (error) {
        const failure = messageOf(error)
        if (failure !== this.#failure) log.warn(`what today was cannot be kept: ${failure}`)
        this.#failure = failure
      }
    })
    return this.#saving
  }
}

/**
 * How many there had been by a minute of a day: what lies between two samples that are near, or of one at
 * that very time. A day begins with none. Undefined in a gap.
 */
function valueAt(
  samples: readonly Sample[],
  metric: Metric,
  day: string,
  minute: number,
): number | undefined {
  const known = [
    { minute: 0, value: 0 },
    ...samples.flatMap((sample) => {
      const value = sample[metric]
      return sample.day === day && value !== undefined ? [{ minute: sample.minute, value }] : []
    }),
  ]
  const before = known.findLast((sample) => sample.minute <= minute)
  const after = known.find((sample) => sample.minute >= minute)
  if (before === undefined || known.length === 1) return undefined
  if (after === undefined) return minute - before.minute <= 1 ? before.value : undefined
  const gap = after.minute - before.minute
  if (gap > 2 * everyMinutes) return undefined
  if (gap === 0) return before.value
  const part = (minute - before.minute) / gap
  return Math.round(before.value + part * (after.value - before.value))
}

function minuteOf({ wallTime }: Moment): number {
  const [, hours, minutes] = / (\d\d):(\d\d):/.exec(wallTime) ?? []
  return Number(hours) * 60 + Number(minutes)
}
