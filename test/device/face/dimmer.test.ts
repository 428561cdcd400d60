import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schedule } from '../../../device/face/brightness.ts'
import { Dimmer } from '../../../device/face/dimmer.ts'

const hourMs = 3_600_000
const schedule: Schedule = {
  level: 7,
  windows: [
    { from: 19 * 60, to: 22 * 60, level: 1 },
    { from: 22 * 60, to: 7 * 60, level: 'off' },
  ],
  minuteOfDay: (epochMs) => Math.floor(epochMs / 60_000) % 1440,
}
/** Hours since the first midnight, on both clocks. */
const at = (hours: number) => ({ monotonicMs: hours * hourMs, epochMs: hours * hourMs })

test('a brightness that somebody has set holds until the next step of the schedule', () => {
  const dimmer = new Dimmer(schedule)
  assert.equal(dimmer.fadedLevel(at(12)), 7)
  dimmer.set(15, at(12))
  assert.equal(dimmer.fadedLevel(at(12)), 15)
  assert.equal(dimmer.fadedLevel(at(18.99)), 15)
  dimmer.fadedLevel(at(19))
  assert.equal(dimmer.fadedLevel(at(19.01)), 1)
})

test('it holds no longer where the next step has the same brightness, nor on the next day', () => {
  const dimmer = new Dimmer(schedule)
  dimmer.set('off', at(20))
  assert.equal(dimmer.fadedLevel(at(21.9)), 'off')
  assert.deepEqual(dimmer.light(at(23)), { isOn: false, step: 1 })
  assert.deepEqual(dimmer.light(at(31)), { isOn: true, step: 7 })
  assert.deepEqual(dimmer.light(at(44)), { isOn: true, step: 1 })
})

test('without a schedule it holds until somebody sets another', () => {
  const dimmer = new Dimmer({ ...schedule, windows: [] })
  dimmer.set('off', at(1))
  assert.equal(dimmer.fadedLevel(at(1000)), 'off')
  dimmer.set('on', at(1000))
  assert.equal(dimmer.fadedLevel(at(1000)), 7)
})

test('a command counts at once, the schedule fades', () => {
  const dimmer = new Dimmer(schedule)
  dimmer.fadedLevel(at(21))
  dimmer.set(14, at(21))
  assert.equal(dimmer.fadedLevel(at(21)), 14)
  assert.equal(dimmer.nextMs(at(21)), undefined)
  assert.equal(dimmer.fadedLevel(at(22)), 14)
  assert.ok(dimmer.nextMs(at(22)) !== undefined)
})

test('on is as bright as it was last, within a time that is dark by schedule too', () => {
  const dimmer = new Dimmer(schedule)
  dimmer.set(2, at(12))
  dimmer.set('off', at(12.1))
  assert.deepEqual(dimmer.light(at(12.2)), { isOn: false, step: 2 })
  dimmer.set('on', at(12.3))
  assert.deepEqual(dimmer.light(at(12.4)), { isOn: true, step: 2 })
  dimmer.fadedLevel(at(23))
  dimmer.set('on', at(23))
  assert.deepEqual(dimmer.light(at(24)), { isOn: true, step: 2 })
  assert.equal(dimmer.light(at(31)).isOn, true)
})

test('a display that is dark by its settings has a step to be lit with', () => {
  const dimmer = new Dimmer({ ...schedule, level: 'off', windows: [] })
  assert.equal(dimmer.fadedLevel(at(1)), 'off')
  dimmer.set('on', at(1))
  assert.equal(dimmer.fadedLevel(at(1)), 3)
})
