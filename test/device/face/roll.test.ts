import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextStepMs, type Roll, rolledValue } from '../../../device/face/roll.ts'

const rolls: fc.Arbitrary<Roll> = fc
  .record({
    from: fc.nat({ max: 10 ** 9 }),
    rise: fc.integer({ min: 1, max: 10 ** 6 }),
    startedMs: fc.nat({ max: 10 ** 9 }),
    durationMs: fc.integer({ min: 0, max: 60_000 }),
  })
  .map(({ from, rise, startedMs, durationMs }) => ({
    from,
    to: from + rise,
    startedMs,
    durationMs,
  }))

test('a roll never falls, is never ahead of the target, and ends exactly there', () => {
  fc.assert(
    fc.property(rolls, fc.array(fc.nat({ max: 70_000 }), { minLength: 2 }), (roll, times) => {
      const shown = times
        .sort((a, b) => a - b)
        .map((passed) => rolledValue(roll, roll.startedMs + passed))
      for (const [index, value] of shown.entries()) {
        assert.ok(value > roll.from && value <= roll.to)
        assert.ok(value >= (shown[index - 1] ?? 0))
      }
      assert.equal(rolledValue(roll, roll.startedMs + roll.durationMs + 50), roll.to)
    }),
  )
})

test('without time for it there is no roll', () => {
  const roll = { from: 41, to: 99, startedMs: 7, durationMs: 0 }
  assert.equal(rolledValue(roll, 7), 99)
  assert.equal(nextStepMs(roll, 7), undefined)
})

test('a rise by one is shown at once', () => {
  const roll = { from: 41, to: 42, startedMs: 0, durationMs: 5000 }
  assert.equal(rolledValue(roll, 0), 42)
  assert.equal(nextStepMs(roll, 0), undefined)
})

test('a roll takes at most 20 steps a second, by more than one where it must', () => {
  const roll = { from: 0, to: 10_000, startedMs: 0, durationMs: 1000 }
  const shown: number[] = []
  for (let nowMs: number | undefined = 0; nowMs !== undefined; nowMs = nextStepMs(roll, nowMs)) {
    shown.push(rolledValue(roll, nowMs))
  }
  assert.ok(shown.length <= 21, `${shown.length} steps`)
  assert.equal(shown.at(-1), 10_000)
})

test('a roll is quick at first: after half its time seven eighths of the way are behind it', () => {
  const roll = { from: 1000, to: 2000, startedMs: 500, durationMs: 2000 }
  const shown = [0, 49, 50, 500, 1000, 1500, 1999, 2000]
  assert.deepEqual(
    shown.map((passed) => rolledValue(roll, 500 + passed)),
    [1001, 1001, 1074, 1579, 1875, 1985, 2000, 2000],
  )
})
