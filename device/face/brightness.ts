/** A step of brightness, or dark altogether. */
export type Level = number | 'off'

/** A part of each day with a brightness of its own. */
export interface Window {
  /** Minutes since local midnight. One that ends at or before its start spans midnight. */
  readonly from: number
  readonly to: number
  readonly level: Level
}

export interface Schedule {
  /** Outside all windows. */
  readonly level: Level
  /** Of several that hold at one time the first counts. */
  readonly windows: readonly Window[]
  /** Minutes since local midnight at a time, in the zone that the windows are in. */
  readonly minuteOfDay: (epochMs: number) => number
}

/** The window that holds at a time; one that starts and ends at the same minute holds all day. */
export function windowAt({ windows, minuteOfDay }: Schedule, epochMs: number): Window | undefined {
  if (windows.length === 0) return undefined
  const minute = minuteOfDay(epochMs)
  return windows.find(({ from, to }) =>
    from < to ? minute >= from && minute < to : minute >= from || minute < to,
  )
}

/** A brightness that somebody has chosen, in place of the schedule's until its next step. */
export interface Override {
  readonly level: Level
  /** The window in which it was chosen; undefined outside all of them. */
  readonly chosenIn: Window | undefined
}

/** An override while the schedule has taken no step since; undefined from then on. */
export function standing(
  override: Override | undefined,
  schedule: Schedule,
  epochMs: number,
): Override | undefined {
  return override?.chosenIn === windowAt(schedule, epochMs) ? override : undefined
}

/** The level next to one; dark lies one step below the dimmest. */
export function neighbour(level: Level, direction: 'brighter' | 'darker', most: number): Level {
  const step = level === 'off' ? -1 : Math.min(level, most)
  const next = Math.max(-1, Math.min(most, step + (direction === 'brighter' ? 1 : -1)))
  return next < 0 ? 'off' : next
}

/** In the zone of the process. */
export function localMinuteOfDay(epochMs: number): number {
  const time = new Date(epochMs)
  return time.getHours() * 60 + time.getMinutes()
}

/** A change of brightness that the eye does not see as a jump. */
export interface Fade {
  readonly from: Level
  readonly to: Level
  readonly startedMs: number
}

const fadeMs = 3000

/** The brightness on the way; dark lies one step below the dimmest. */
export function fadedLevel({ from, to, startedMs }: Fade, nowMs: number): Level {
  const passed = Math.max(0, (nowMs - startedMs) / fadeMs)
  if (passed >= 1) return to
  const step = (level: Level) => (level === 'off' ? -1 : level)
  const level = Math.round(step(from) + (step(to) - step(from)) * passed)
  return level < 0 ? 'off' : level
}

/** When a fade takes its next step; undefined when it has ended. */
export function nextFadeMs({ startedMs }: Fade, nowMs: number): number | undefined {
  return nowMs >= startedMs + fadeMs ? undefined : nowMs + 100
}
