/** What is known of a number's freshness. */
export interface Freshness {
  /** How old the number is. */
  readonly ageMs: number
  /** It has been confirmed within twice the interval, and its sender vouches for it. */
  readonly fresh: boolean
  /** How long it stays fresh when nothing more is heard. */
  readonly freshForMs: number
}

const longAgoMs = 3_600_000
const blinkMs = 1000

/**
 * Whether the rightmost point is lit: not while the number is fresh, always once it is not, and
 * blinking slowly when it is older than an hour.
 */
export function statusSign({ ageMs, fresh }: Freshness, nowMs: number): boolean {
  if (fresh) return false
  return ageMs < longAgoMs || Math.floor(nowMs / blinkMs) % 2 === 0
}

/** When the sign may look different next. */
export function nextBlinkMs({ ageMs, fresh, freshForMs }: Freshness, nowMs: number): number {
  if (fresh) return nowMs + freshForMs + 1
  if (ageMs < longAgoMs) return nowMs + longAgoMs - ageMs
  return (Math.floor(nowMs / blinkMs) + 1) * blinkMs
}

/** Of a display without points: the digits go out for so long, so often. */
const pause = { ms: 500, everyMs: 4000 }

/**
 * Whether the digits are dark, on a display that has no point to light: now and then while the number
 * is old, and every other second when it is older than an hour.
 */
export function isPaused({ ageMs, fresh }: Freshness, nowMs: number): boolean {
  if (fresh) return false
  return ageMs < longAgoMs
    ? nowMs % pause.everyMs < pause.ms
    : Math.floor(nowMs / blinkMs) % 2 === 1
}

/** When that may be different next. */
export function nextPauseMs(freshness: Freshness, nowMs: number): number {
  const { ageMs, fresh } = freshness
  if (fresh || ageMs >= longAgoMs) return nextBlinkMs(freshness, nowMs)
  const phase = nowMs % pause.everyMs
  return nowMs - phase + (phase < pause.ms ? pause.ms : pause.everyMs)
}
