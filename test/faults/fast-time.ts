import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'

/** How time goes for the processes of a run. */
export interface Pace {
  /** How much faster than real time. */
  readonly speed: number
  /** When both times were the same, milliseconds since 1970. */
  readonly sinceMs: number
}

/** What a clock of this pace shows at an instant of the real one. */
export function paced({ speed, sinceMs }: Pace, realMs: number): number {
  return sinceMs + (realMs - sinceMs) * speed
}

/**
 * Lets the time of this process go faster: `Date.now`, `performance.now`, `setTimeout` and `setInterval`,
 * which is all that the programs under test go by. What Node itself waits for, as the timeouts of
 * sockets, stays as it is.
 */
export function hurry(pace: Pace): void {
  const { speed } = pace
  const { now } = Date
  Date.now = () => paced(pace, now())
  const monotonic = performance.now.bind(performance)
  performance.now = () => monotonic() * speed

  const { setTimeout, setInterval } = globalThis
  const hurried =
    (real: (callback: () => void, ms: number, ...args: unknown[]) => unknown) =>
    (callback: () => void, ms = 0, ...args: unknown[]) =>
      real(callback, ms / speed, ...args)
  const fast = { setTimeout: hurried(setTimeout), setInterval: hurried(setInterval) }
  Object.assign(globalThis, fast)
  Object.assign(timers, fast)
  syncBuiltinESMExports()
}
