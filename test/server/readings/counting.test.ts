import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remaining, tookText } from '../../../server/readings/counting.ts'

test('how long a count takes is told by the speed that it has had', () => {
  const of = (done: number, all: number) => ({ done, of: all, what: 'rows' }) as const
  const cases: [progress: Parameters<typeof remaining>[0], elapsedMs: number, text: string][] = [
    [of(1_000_000, 3_000_000), 3000, ', which at this speed takes about 6.0 s more'],
    [of(3_000_000, 60_000_000), 3000, ', which at this speed takes about 57 s more'],
    [of(1_000_000, 200_000_000), 3000, ', which at this speed takes about 10 minutes more'],
    [of(1000, 12_000_000), 3000, ', which at this speed takes about 10.0 hours more'],
    // An estimate of the server's may be too low.
    [of(12, 10), 3000, ', which at this speed takes about 0.0 s more'],
    // Nothing is known of the speed yet.
    [of(0, 12_000_000), 3000, ''],
    [of(0, 0), 3000, ''],
    [undefined, 3000, ''],
  ]
  for (const [progress, elapsedMs, text] of cases) {
    assert.equal(remaining(progress, elapsedMs), text)
  }
  assert.deepEqual([40, 9949, 9950, 99_400, 100_000, 5_940_000, 6_000_000].map(tookText), [
    '0.0 s',
    '9.9 s',
    '10 s',
    '99 s',
    '2 minutes',
    '99 minutes',
    '1.7 hours',
  ])
})
