/** From this part of the budget on calls become rarer, so that the rest lasts for the month. */
const widenFrom = 0.7
/** At this part nothing is sent any more: at 100 % the cloud would pause the devices. */
const stopAt = 0.95

export interface Spending {
  /** Data operations a month. */
  readonly budget: number
  /** Those of this month so far. */
  readonly used: number
  /** Those of sending once to every receiver. */
  readonly costOfAll: number
}

/** A month of the budget, as `2026-11`: the calendar month in UTC. */
export function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7)
}

/**
 * The time from one sending to the next that the budget allows; Infinity when nothing may be sent.
 *
 * @param leastMs what it is while there is enough
 */
export function pauseMs(
  { budget, used, costOfAll }: Spending,
  leastMs: number,
  nowMs: number,
): number {
  const times = Math.floor((stopAt * budget - used) / costOfAll)
  if (times < 1) return Number.POSITIVE_INFINITY
  if (used < widenFrom * budget) return leastMs
  return Math.max(leastMs, Math.ceil((nextMonthMs(nowMs) - nowMs) / times))
}

function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
}
