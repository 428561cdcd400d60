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

function amounts(done: number, of: number): string {
  if (of < 1_000_000) return `${done.toLocaleString('en')} of ${of.toLocaleString('en')}`
  const millions = (count: number) => (count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)
  return `${millions(done)} of ${millions(of)} million`
}
