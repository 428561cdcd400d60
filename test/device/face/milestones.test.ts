import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { blank, type Cell, chaseSteps, sameCell, toCells } from '../../../device/face/frame.ts'
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
  [443, 444, { repdigits: true }, 444],
  [99, 110, { round: false, repdigits: true }, undefined],
  [998, 999, { round: false, repdigits: true }, 999],
  [4000, 4500, { round: false, repdigits: true }, 4444],
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

/** 10, 20, 50, 100 ..., each with one significant digit that is 1, 2 or 5. */
function isRound(number: number): boolean {
  return number >= 10 && /^[125]0+$/.test(String(number))
}

test('whatever the steps, the greatest milestone of each step is found, and none twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 60 }), (steps) => {
      let count = 0
      for (const step of steps) {
        const passed = Array.from({ length: step }, (_, index) => count + 1 + index)
        const wanted = passed.filter(isRound).at(-1)
        assert.equal(milestoneCrossed(rules, count, count + step), wanted)
        count += step
      }
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

test('the light runs through the places from the left, and the number blinks from dark', () => {
  const number = toCells('  10')
  const lit = (ms: number) =>
    celebration(number, ms).flatMap((cell, place) => ('chase' in cell ? [[place, cell.chase]] : []))
  assert.deepEqual(lit(0), [[0, 0]])
  assert.deepEqual(lit(99), [[0, 0]])
  assert.deepEqual(lit(100), [[1, 0]])
  assert.deepEqual(lit(399), [[3, 0]])
  assert.deepEqual(lit(400), [[0, 1]])
  assert.deepEqual(lit(4999), [[1, Math.floor(49 / 4) % chaseSteps]])
  const isDark = (ms: number) => celebration(number, ms).every((cell) => sameCell(cell, blank))
  const edges = [5000, 5399, 5400, 5799, 5800, 6200, 6600, 6999, 7000, 7399, 7400]
  assert.deepEqual(edges.map(isDark), [
    ...[true, true, false, false, true, false, true, true, false, false, false],
  ])
  assert.equal(celebrationMs, 7400)
})

test('the next look at a celebration is at its next step', () => {
  const from = [0, 50, 4950, 5000, 5399, 7399]
  assert.deepEqual(
    from.map((ms) => nextCelebrationMs(ms, 10_000 + ms)),
    [10_100, 10_100, 15_000, 15_400, 15_400, 17_400],
  )
  assert.equal(nextCelebrationMs(7400, 17_400), undefined)
})
