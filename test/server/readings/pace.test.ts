import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseError } from '../../../common/errors.ts'
import { Pace } from '../../../server/readings/pace.ts'

test('the pace of a query', async (t) => {
  const setUpPace = () => {
    const clock = { now: 1_000_000, stopwatch: 0 }
    const pace = new Pace(
      () => 5000,
      1,
      () => clock.stopwatch,
    )
    const run = (costMs: number, error?: Error) =>
      pace.run(clock.now, async () => {
        clock.now += costMs
        clock.stopwatch += costMs
        if (error !== undefined) throw error
      })
    return { clock, pace, run }
  }
  const limit = new DatabaseError('limit', 'too long')

  await t.test('is a hundred times what it cost', async () => {
    const { clock, pace, run } = setUpPace()
    const begun = clock.now
    await run(200)
    assert.equal(pace.everyMs, 20_000)
    assert.ok(!pace.isDue(begun + 19_900))
    assert.ok(pace.isDue(begun + 20_000))
  })

  await t.test(
    'is as long after one that went over its limit when nothing better is known',
    async () => {
      const { pace, run } = setUpPace()
      await assert.rejects(run(900_000, limit), limit)
      assert.equal(pace.everyMs, 90_000_000)
      assert.equal(pace.failure, limit)
    },
  )

  await t.test(
    'stays when a server has stood still once, not when the query goes over its limit again',
    async () => {
      const { pace, run } = setUpPace()
      for (const cost of [1, 1, 1]) await run(cost)
      for (const everyMs of [5000, 2_000_000]) {
        await assert.rejects(run(20_000, limit), limit)
        assert.equal(pace.everyMs, everyMs)
      }
      await run(1)
      assert.equal(pace.everyMs, 5000)
      await assert.rejects(run(20_000, limit), limit)
      assert.equal(pace.everyMs, 5000)
    },
  )

  await t.test('is not slowed by waiting for a server that is away', async () => {
    const { pace, run } = setUpPace()
    await run(1)
    await assert.rejects(run(35_000, new DatabaseError('away', 'gone')))
    assert.equal(pace.everyMs, 5000)
  })

  await t.test('takes no clock that is put right for a query of days', async () => {
    const { clock, pace } = setUpPace()
    await pace.run(clock.now, async () => {
      clock.now += 3 * 86_400_000
      clock.stopwatch += 2
    })
    assert.equal(pace.everyMs, 5000)
    // And back again: what was due is due.
    assert.ok(pace.isDue(clock.now - 40 * 86_400_000))
  })
})
