import type { Database } from '../wordpress/database/database.ts'
import type { Counting } from './counting.ts'
import type { Wanted } from './find-source.ts'
import { Reader } from './reader.ts'
import type { Round } from './round.ts'

export interface ReadOnce {
  readonly round: Round
  /** How far the count has come in that time; undefined when it is at its end. */
  readonly progress: Counting | undefined
  readonly tookMs: number
}

/**
 * Reads a site as the bridge would in its first round, and no further.
 *
 * @throws as `Reader.read` does
 */
export async function readOnce(
  database: Database,
  wanted: Wanted,
  name: string | undefined,
  now: () => number,
): Promise<ReadOnce> {
  let progress: Counting | undefined
  const reader = new Reader({
    database,
    wanted,
    name,
    now,
    pollMs: 1000,
    share: 1,
    remembered: undefined,
    onBackgroundError: () => undefined,
    onWarning: () => undefined,
    onCounting: (counting) => {
      progress = counting
    },
  })
  const begunMs = performance.now()
  const round = await reader.read()
  const tookMs = performance.now() - begunMs
  reader.stop()
  return { round, progress, tookMs }
}
