import assert from 'node:assert/strict'
import { Reader, type ReaderOptions } from '../../server/readings/reader.ts'
import type { Round } from '../../server/readings/round.ts'
import type { Database } from '../../server/wordpress/database/database.ts'

/** A reader of whatever plugin a database has, which puts up with no failure in the background. */
export function testReader(
  database: Database,
  options: Pick<ReaderOptions, 'now'> & Partial<ReaderOptions>,
): Reader {
  return new Reader({
    database,
    name: undefined,
    pollMs: 5000,
    share: 1,
    remembered: undefined,
    wanted: { prefix: undefined, source: 'auto', sql: undefined },
    onBackgroundError(error) {
      // The end of the test may come in the middle of a recount.
      if (!error.message.endsWith('the connection has been closed')) assert.ifError(error)
    },
    onWarning: assert.fail,
    // What rests between parts of a count goes on at once.
    sleep: async () => undefined,
    ...options,
  })
}

/** The values of a round, by `visitors.total`. */
export function valuesOf({ counts }: Pick<Round, 'counts'>): Record<string, number> {
  return Object.fromEntries(
    counts.map(({ metric, period, value }) => [`${metric}.${period}`, value]),
  )
}

/**
 * A reader whose work in the background is waited for, so that each step is whole. Its queries cost nothing:
 * on a busy machine the next one would not be due when the clock of the test says so.
 */
export interface SteppedReader {
  /** One round; resolves when what it set going is at its end too. */
  read(): Promise<Round>
  /** A round, and one more at the same moment that brings what the background has found. */
  step(): Promise<Round>
}

export function steppedReader(
  database: Database,
  options: Pick<ReaderOptions, 'now'> & Partial<ReaderOptions>,
): SteppedReader {
  const running = new Set<Promise<unknown>>()
  const snapshot: Database['snapshot'] = (work) => {
    const result = database.snapshot(work)
    running.add(result)
    const end = () => void running.delete(result)
    result.then(end, end)
    return result
  }
  const reader = testReader({ ...database, snapshot, stopwatch: () => 0 }, options)
  const read = async () => {
    const round = await reader.read()
    do {
      await Promise.allSettled(running)
      await new Promise((resolve) => setImmediate(resolve))
    } while (running.size > 0)
    return round
  }
  return {
    read,
    async step() {
      await read()
      return read()
    },
  }
}
