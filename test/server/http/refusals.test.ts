import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusals } from '../../../server/http/refusals.ts'
import { recordingLog } from '../../support/log.ts'

test('a flood of refusals leaves a few lines a minute, and how many there were', () => {
  const log = recordingLog()
  let nowMs = 0
  const refusals = new Refusals(log, () => nowMs)
  for (let index = 0; index < 1000; index++) refusals.add(`no ${index}`)
  assert.equal(log.lines.length, 11)
  assert.equal(log.lines[0], 'info: refused: no 0')
  assert.match(log.lines[10] ?? '', /there are many/)
  nowMs += 60_000
  refusals.add('later')
  assert.deepEqual(log.lines.slice(11), [
    'info: refused 990 more before this',
    'info: refused: later',
  ])
})
