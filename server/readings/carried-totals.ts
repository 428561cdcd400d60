import type { Metric } from '../../reading.ts'
import { allDays, type Ledger } from './ledger.ts'
import type { Count, Round } from './round.ts'

/** What has been carried forward of one metric of a plugin. */
interface Carry {
  /** The plugin's own total, as it was last read without a fall that is not yet sure. */
  readonly raw: number
  /** What is added to it, so that the shown total does not fall. */
  readonly offset: number
  /** What of `raw` was counted on the days before `closedTo`; undefined where there are no days. */
  readonly closed?: number | undefined
  readonly closedTo?: string | undefined
  /** Whether the total has fallen and no full count has confirmed that yet. */
  readonly isUnsure?: boolean | undefined
}

/** Key: source and metric, `statify.views`. */
export type Carries = Readonly<Record<string, Carry>>

/**
 * Carries a fall of a total forward: by how much the plugin's own figure fell, as by a purge, is from
 * then on added to it, once the next full count finds the same.
 *
 * A table that was away may come back in several steps, and must not be counted twice. Nobody visits on a
 * day that is over, so what the closed days grow by has come back and is taken from what is added. Where
 * there are no days a visit looks the same as a row that has come back: each rise is taken for that first.
 *
 * @param before as returned for the last round
 * @param counted the ledger of the last round: another one is that of a later full count
 */
export function carryTotals(
  round: Round,
  before: Carries,
  counted: Ledger | undefined,
): { round: Round; carries: Carries } {
  const carries: Record<string, Carry> = { ...before }
  const counts = round.counts.map((count): Count => {
    if (count.period !== 'total') return count
    const key = `${count.source}.${count.metric}`
    const last = before[key]
    const carry = last === undefined ? sure(round, count, 0) : carried(last, round, count, counted)
    carries[key] = carry
    const lost = Math.max(0, carry.raw + carry.offset - count.value)
    return { ...count, value: count.value + lost, carried: lost }
  })
  return { round: { ...round, counts }, carries }
}

/** The counts as the plugin has them, for a reader to go on with. */
export function uncarried<T extends Pick<Round, 'counts'>>(round: T): T {
  const counts = round.counts.map(({ carried = 0, ...count }) => ({
    ...count,
    value: count.value - carried,
  }))
  return { ...round, counts }
}

function carried(last: Carry, round: Round, count: Count, counted: Ledger | undefined): Carry {
  const { offset, closedTo } = last
  const change = count.value - last.raw
  const closed = closedTo === undefined ? undefined : closedBefore(closedTo, round, count)
  const hasDays = last.closed !== undefined && closed !== undefined
  if (change >= 0) {
    const isBack = hasDays ? Math.min(change, Math.max(0, closed - last.closed)) : change
    return sure(round, count, Math.max(0, offset - isBack))
  }
  if (!hasDays) return sure(round, count, offset - change)
  const isConfirmed = last.isUnsure === true && round.ledger !== counted
  if (!isConfirmed) return { ...last, isUnsure: true }
  // What came meanwhile is in the open days. Distinct visitors of several days are no sum of them.
  const lost = count.unit === 'visitors' ? 0 : last.closed - closed
  return sure(round, count, offset + Math.max(-change, lost))
}

function sure(round: Round, count: Count, offset: number): Carry {
  const closedTo = round.ledger?.openFrom
  const closed = closedTo === undefined ? undefined : closedBefore(closedTo, round, count)
  return { raw: count.value, offset, ...(closed === undefined ? {} : { closed, closedTo }) }
}

/** What was counted before a day; undefined where the total has nothing to do with the days. */
function closedBefore(
  day: string,
  { ledger, open }: Round,
  { metric, unit, value }: Count,
): number | undefined {
  if (ledger === undefined) return undefined
  const older = ledger.older[metric] + ledger.base[metric]
  const days = allDays(ledger, open)
  const sum = (some: readonly Record<Metric, number>[]) =>
    some.reduce((total, each) => total + each[metric], older)
  if (unit !== 'visitors' && sum(days) !== value) return undefined
  return sum(days.filter((each) => each.day < day))
}
