import type { Metric } from '../../reading.ts'
import type { Count, Round } from './reader.ts'

/** What has been carried forward of one metric. */
export interface Carry {
  /** The plugin's own total, as last read. */
  readonly raw: number
  /** What is added to it, so that the shown total does not fall. */
  readonly offset: number
  /** The last fall, 0 once it has been made good. */
  readonly fall: number
}

/** Key: metric. */
export type Carries = Readonly<Partial<Record<Metric, Carry>>>

/**
 * Carries a fall of a total forward: by how much the plugin's own figure fell, as by a purge, is from
 * then on added to it. A fall of more than half that is made good in one step was no purge but a table
 * that was away for a moment, so its offset goes again.
 */
export function carryTotals(round: Round, before: Carries): { round: Round; carries: Carries } {
  const carries: Partial<Record<Metric, Carry>> = { ...before }
  const counts = round.counts.map((count): Count => {
    if (count.period !== 'total') return count
    const carry = carried(before[count.metric], count.value)
    carries[count.metric] = carry
    return { ...count, value: count.value + carry.offset, carried: carry.offset }
  })
  return { round: { ...round, counts }, carries }
}

function carried(before: Carry | undefined, raw: number): Carry {
  if (before === undefined) return { raw, offset: 0, fall: 0 }
  const { offset, fall } = before
  if (raw < before.raw) {
    return { raw, offset: offset + before.raw - raw, fall: before.raw - raw }
  }
  const restored = fall > before.raw && raw - before.raw >= fall
  return restored ? { raw, offset: offset - fall, fall: 0 } : { raw, offset, fall }
}
