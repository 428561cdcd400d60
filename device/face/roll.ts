/** A number on its way from one reading to the next, as an odometer shows it. */
export interface Roll {
  readonly from: number
  readonly to: number
  readonly startedMs: number
  readonly durationMs: number
}

/** The eye follows no more, and the wire takes no more: 50 ms for one or two digits at 57600 baud. */
const stepMs = 50

/**
 * What the odometer shows: quick at first, slower towards the end, each value at or below the target,
 * and the target itself at the end. A rise by one is shown at once.
 */
export function rolledValue({ from, to, startedMs, durationMs }: Roll, nowMs: number): number {
  const steps = Math.max(0, Math.floor((nowMs - startedMs) / stepMs))
  const passed = durationMs <= 0 ? 1 : (steps * stepMs) / durationMs
  if (passed >= 1) return to
  const eased = 1 - (1 - passed) ** 3
  return Math.min(to, from + Math.max(1, Math.ceil((to - from) * eased)))
}

/** When the odometer is to be looked at again; undefined when it has arrived. */
export function nextStepMs(roll: Roll, nowMs: number): number | undefined {
  if (rolledValue(roll, nowMs) === roll.to) return undefined
  return nowMs + stepMs - ((nowMs - roll.startedMs) % stepMs)
}
