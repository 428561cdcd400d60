import { backoffMs } from '../../common/backoff.ts'
import { DatabaseError, FatalError, UsageError } from '../../common/errors.ts'

/**
 * Whether waiting is of no use, so that a site that has never been read is given up: a slip of the pen
 * in a setting is to be seen at once.
 */
export function isFinal(error: unknown): boolean {
  return isRefusal(error) || (error instanceof DatabaseError && error.kind === 'host')
}

function isRefusal(error: unknown): boolean {
  const isSaid = error instanceof FatalError || error instanceof UsageError
  return isSaid || (error instanceof DatabaseError && error.kind === 'refused')
}

/**
 * What is away is back soon after it is back. Who was refused insists less and less: there are guards that
 * lock out who knocks too often.
 */
const longestWaitMs = { away: 5000, refused: 300_000 }

/** An account that has used up its hour may be WordPress's own: what we send is missing there. */
const exhaustedWaitMs = 300_000

/** The waits between attempts that fail in a row. */
export class Retry {
  readonly #firstMs: number
  readonly #random: () => number
  /**
   * Each counted for itself since the last success. How often a server was not there says nothing of one
   * that refuses, as it may while it starts; and who is refused is so after an absence, too.
   */
  readonly #failures = { away: 0, refused: 0 }

  /** @param random from 0 to 1 */
  constructor(firstMs: number, random: () => number) {
    this.#firstMs = firstMs
    this.#random = random
  }

  get isUnderWay(): boolean {
    return this.#failures.away + this.#failures.refused > 0
  }

  /** How long to wait after an attempt that has failed, in milliseconds. */
  waitMs(error: unknown): number {
    if (error instanceof DatabaseError && error.kind === 'exhausted') return exhaustedWaitMs
    const kind = isRefusal(error) ? 'refused' : 'away'
    this.#failures[kind] += 1
    const mostMs = Math.max(this.#firstMs, longestWaitMs[kind])
    return backoffMs(this.#failures[kind], { firstMs: this.#firstMs, mostMs }, this.#random)
  }

  succeeded(): void {
    Object.assign(this.#failures, { away: 0, refused: 0 })
  }
}
