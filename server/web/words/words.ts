import type { Metric, Period, Reading, Unit } from '../../../reading.ts'
import type { FailureKind } from '../../readings/failure.ts'

/** One text for each plural form that a language has (CLDR, Unicode TR 35). */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** All that the page says, in one language. What stands in braces is put in. */
export interface Words {
  readonly counter: string
  /** Captions of the large number. */
  readonly labels: Record<Metric, Record<Period, string>>
  readonly metrics: Record<Metric, string>
  readonly periods: Record<Exclude<Period, 'online'>, string>
  /** What one unit of a number is. */
  readonly units: Record<Unit, string>
  /** Whether crawlers are in it. */
  readonly bots: Record<Reading['bots'], string>
  /** `{unit}`, `{bots}` and `{source}`, a plugin. */
  readonly about: string
  readonly carried: string
  /** `{ago}` is a time such as "3 minutes ago". */
  readonly read: string
  readonly old: string
  readonly upToDate: string
  readonly noNumber: string
  readonly states: {
    readonly waiting: string
    readonly counting: string
    readonly countingPart: string
    readonly away: string
    readonly awayAtFirst: string
    readonly refused: string
    readonly stopped: string
    readonly bridge: string
  }
  /** Where there is room for a word or two. */
  readonly short: Record<'waiting' | 'counting' | 'away' | 'refused' | 'stopped', string>
  readonly reasons: Record<FailureKind, string>
  readonly cause: string
  readonly today: Record<Metric, Plural>
  readonly sameAsYesterday: string
  readonly thanYesterday: string
  readonly sameAsLastWeek: string
  readonly thanLastWeek: string
  readonly online: Plural
  readonly choose: string
  readonly chart: {
    readonly heading: Record<Metric, string>
    readonly days: Plural
    readonly explained: string
    readonly unfinished: string
    readonly before: string
    readonly milestone: string
    readonly table: string
    readonly day: string
  }
  readonly site: string
  readonly allSites: string
  readonly show: string
  readonly token: {
    readonly title: string
    readonly wanted: string
    readonly wrong: string
    readonly label: string
    readonly open: string
  }
}
