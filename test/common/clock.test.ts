import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDue } from '../../common/clock.ts'

const cases: [what: string, nowMs: number, lastMs: number, due: boolean][] = [
  ['what has never been done', 0, Number.NEGATIVE_INFINITY, true],
  ['what was done a moment ago', 1_000_001, 1_000_000, false],
  ['what was done so long ago', 1_060_000, 1_000_000, true],
  ['what was done a millisecond less ago', 1_059_999, 1_000_000, false],
  ['what was done before the clock was set back', 999_999, 1_000_000, true],
]
for (const [what, nowMs, lastMs, due] of cases) {
  test(`${what} is ${due ? 'due' : 'not due'}`, () => {
    assert.equal(isDue(nowMs, lastMs, 60_000), due)
  })
}
