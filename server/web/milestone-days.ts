import { milestoneCrossed } from '../../device/face/milestones.ts'

const rules = { round: true, repdigits: false, list: [] }

/**
 * On which days a total passed a round number, and which. Only where the total is the sum of its days.
 *
 * @param values of the days, oldest first, the last one today's
 * @param total at this moment
 * @returns key: index of the day
 */
export function milestoneDays(values: readonly number[], total: number): Map<number, number> {
  const found = new Map<number, number>()
  let after = total
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const before = after - (values[index] ?? 0)
    if (before < 0) break
    const passed = milestoneCrossed(rules, before, after)
    if (passed !== undefined) found.set(index, passed)
    after = before
  }
  return found
}
