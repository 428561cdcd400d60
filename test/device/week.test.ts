import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

const cases = [
  [0, 'no number is shown that was not just true, unless marked old'],
  [5000, 'no number rolls beyond what was just true, unless marked old'],
] as const

for (const [rollMs, says] of cases) {
  // In a thread of its own: there the timers are the simulation's, and node:test follows no promise.
  test(`in a week with random faults ${says}`, async () => {
    const week = new Worker(new URL('../support/week.js', import.meta.url), { workerData: rollMs })
    const [seen] = await once(week, 'message')
    assert.ok(seen.fresh > 10_000 && seen.marked > 1000, JSON.stringify(seen))
  })
}
