import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

// In a thread of its own: there the timers are the simulation's, and node:test follows no promise.
test('in a week with random faults no number is shown that was not just true, unless marked old', async () => {
  const week = new Worker(new URL('../support/week.js', import.meta.url))
  const [seen] = await once(week, 'message')
  assert.ok(seen.fresh > 100_000 && seen.marked > 10_000, JSON.stringify(seen))
})
