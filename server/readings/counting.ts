import type { Progress } from './full-count.ts'

/** A first count that is under way, so that not all numbers are known yet. */
export interface Counting {
  /** Undefined for a count that cannot be cut, as that of different people over all time. */
  readonly progress: Progress | undefined
  /** A sentence without its full stop: `counting 3.1 of 12 million rows, 26 %`. */
  readonly text: string
}

/** What there is to say about a first count. */
export function counting(progress: Progress | undefined): Counting {
  if (progress === undefined || progress.of === 0) return { progress, text: 'counting' }
  const { done, of, what } = progress
  const percent = Math.floor((100 * done) / of)
  return { progress, text: `counting ${amounts(done, of)} ${what}, ${percent} %` }
}

/**
 * How long a count will go on at the speed that it has had, to stand behind what there is to say of it.
 *
 * @param elapsedMs since it began
 */
export function remaining(progress: Progress | undefined, elapsedMs: number): string {
  if (progress === undefined || progress.done === 0 || progress.of === 0) return ''
  const leftMs = (elapsedMs / progress.done) * Math.max(0, progress.of - progress.done)
  return `, which at this speed takes about ${tookText(leftMs)} more`
}

/** A duration for people: `0.4 s`, `12 s`, `3 minutes`, `2.5 hours`. */
export function tookText(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  const minutes = seconds / 60
  return minutes < 100 ? `${Math.round(minutes)} minutes` : `${(minutes / 60).toFixed(1)} hours`
}

function amounts(done: number, of: number): string {
  if (of < 1_000_000) return `${done.toLocaleString('en')} of ${of.toLocaleString('en')}`
  const millions = (count: number) => (count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)
  return `${millions(done)} of ${millions(of)} million`
}
