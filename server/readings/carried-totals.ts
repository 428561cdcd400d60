import type { Count, Round } from './round.ts'

/** What has been carried forward of one metric of a plugin. */
interface Carry {
  /** The plugin's own total, as last read. */
  readonly raw: number
  /** What is added to it, so that the shown total does not fall. */
  readonly offset: number
  /** The last fall, 0 once it has been made good. */
  readonly fall: number
}

/** Key: source and metric, `statify.views`. */
export type Carries = Readonly<Record<string, Carry>>

/**
 * Carries a fall of a total forward: by how much the plugin's own figure fell, as by a purge, is from
 * then on added to it. A fall of more than half that is made good in one step was no purge but a table
 * that was away for a moment, so its offset goes again.
 */
export function carryTotals(round: Round, before: Carries): { round: Round; carries: Carries } {
  const carries: Record<string, Carry> = { ...before }
  const counts = round.counts.map((count): Count => {
    if (count.period !== 'total') return count
    const key = `${count.source}.${count.metric}`
    const carry = carried(before[key], count.value)
    carries[key] = carry
    return { ...count, value: count.value + carry.offset, carried: carry.offset }
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

function carried(before: Carry | undefined, raw: number): Carry {
  if (before === undefined) return { raw, offset: 0, fall: 0 }
  const { offset, fall } = before
  if (raw < before.raw) {
    return { raw, offset: offset + before.raw - raw, fall: before.raw - raw }
  }
  const restored = fall > before.raw && raw - before.raw >= fall
  return restored ? { raw, offset: offset - fall, fall: 0 } : { raw, offset, fall }
}
