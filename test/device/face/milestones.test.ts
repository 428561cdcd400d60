import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { blank, type Cell, sameCell, toCells } from '../../../device/face/frame.ts'
import {
  celebration,
  celebrationMs,
  milestoneCrossed,
  nextCelebrationMs,
} from '../../../device/face/milestones.ts'

const rules = { round: true, repdigits: false, list: [] }

const cases: [before: number, after: number, rules: object, milestone: number | undefined][] = [
  [0, 9, {}, undefined],
  [9, 10, {}, 10],
  [10, 11, {}, undefined],
  [999, 1000, {}, 1000],
  [999, 1001, {}, 1000],
  [1000, 1000, {}, undefined],
  [1990, 5100, {}, 5000],
  [110, 111, {}, undefined],
  [110, 111, { repdigits: true }, 111],
  [76_000, 78_000, { round: false, repdigits: true }, 77_777],
  [12_340, 12_350, { list: [12_345] }, 12_345],
  [50, 40, {}, undefined],
  [0, 1e12, { round: false }, undefined],
]
for (const [before, after, change, milestone] of cases) {
  test(`from ${before} to ${after} with ${JSON.stringify(change)} passes ${milestone}`, () => {
    assert.equal(milestoneCrossed({ ...rules, ...change }, before, after), milestone)
  })
}

test('whatever the steps, each milestone is found exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 100 }), (steps) => {
      let count = 0
      const found: number[] = []
      for (const step of steps) {
        const milestone = milestoneCrossed(rules, count, count + step)
        if (milestone !== undefined) found.push(milestone)
        count += step
      }
      assert.equal(new Set(found).size, found.length)
      assert.deepEqual(
        found,
        [...found].sort((a, b) => a - b),
      )
    }),
  )
})

test('a celebration is a light that runs for 5 s, three blinks, and the number', () => {
  const number = toCells('  10')
  const frames: (readonly Cell[])[] = []
  let nowMs: number | undefined = 0
  let last = 0
  while (nowMs !== undefined) {
    frames.push(celebration(number, nowMs))
    last = nowMs
    nowMs = nextCelebrationMs(nowMs, nowMs)
  }
  assert.ok(last <= celebrationMs)
  assert.deepEqual(frames.at(-1), number)
  const blinks = frames.filter((frame) => frame.every((cell) => sameCell(cell, blank))).length
  assert.equal(blinks, 3)
  for (const [index, frame] of frames.entries()) {
    const before = frames[index - 1]
    if (before === undefined || frame === number || before === number) continue
    const changed = frame.filter((cell, place) => !sameCell(cell, before[place])).length
    assert.ok(changed <= 2, 'a step is more than the wire takes')
  }
})
