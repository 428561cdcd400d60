import type { Reading } from '../../reading.ts'
import type { DayTally, Ledger } from './ledger.ts'

/** A reading as it is kept; whether it is stale is judged when it is asked for. */
export interface Count extends Omit<Reading, 'stale'> {
  /** From one read of this number to the next, as the database's load allows. */
  readonly everyMs: number
  /** How long its query took. */
  readonly tookMs: number
}

/** What is known of a site after a round of queries. */
export interface Round {
  readonly site: string
  /** As WordPress has it; undefined where there is none. */
  readonly address?: string | undefined
  readonly prefix: string
  readonly source: string
  readonly why: string
  readonly timezone: string
  readonly counts: readonly Count[]
  /** Undefined where the plugin keeps no days. */
  readonly ledger?: Ledger | undefined
  /** The days since the ledger was closed. */
  readonly open: readonly DayTally[]
  /** Whether a day without rows had no visitors. */
  readonly emptyDays: 'none' | 'unknown'
}

/** What is counted, as the setting `--show` names it: `visitors.total`. */
export function keyOf({ metric, period }: Pick<Reading, 'metric' | 'period'>): string {
  return `${metric}.${period}`
}
