import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fadedLevel,
  type Level,
  localMinuteOfDay,
  neighbour,
  nextFadeMs,
  type Window,
  windowAt,
} from '../../../device/face/brightness.ts'

const minutes = (time: string) => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}
const window = (from: string, to: string, level: Level): Window => ({
  from: minutes(from),
  to: minutes(to),
  level,
})
const night = window('22:00', '07:00', 'off')
const evening = window('19:00', '22:00', 1)

const cases: [windows: Window[], timezone: string, instant: string, level: Level | undefined][] = [
  [[night], 'UTC', '2026-10-15T21:59:59Z', undefined],
  [[night], 'UTC', '2026-10-15T22:00:00Z', 'off'],
  [[night], 'UTC', '2026-10-15T23:59:59Z', 'off'],
  [[night], 'UTC', '2026-10-16T00:00:00Z', 'off'],
  [[night], 'UTC', '2026-10-16T06:59:59Z', 'off'],
  [[night], 'UTC', '2026-10-16T07:00:00Z', undefined],
  [[evening, night], 'UTC', '2026-10-15T20:00:00Z', 1],
  [[evening, night], 'UTC', '2026-10-15T22:00:00Z', 'off'],
  // The first that holds counts.
  [[window('00:00', '23:59', 2), night], 'UTC', '2026-10-15T23:00:00Z', 2],
  // From and to the same minute: all day.
  [[window('08:00', '08:00', 0)], 'UTC', '2026-10-15T07:59:00Z', 0],
  [[window('08:00', '08:00', 0)], 'UTC', '2026-10-15T08:00:00Z', 0],
  // By the wall clock, in summer and in winter.
  [[night], 'Europe/Berlin', '2026-07-15T20:00:00Z', 'off'],
  [[night], 'Europe/Berlin', '2026-07-15T19:59:00Z', undefined],
  [[night], 'Europe/Berlin', '2026-12-15T21:00:00Z', 'off'],
  [[night], 'Europe/Berlin', '2026-12-15T20:59:00Z', undefined],
  [[night], 'Asia/Kathmandu', '2026-10-15T16:15:00Z', 'off'],
  [[], 'UTC', '2026-10-15T22:00:00Z', undefined],
]

for (const [windows, timezone, instant, level] of cases) {
  const names = windows.map((each) => `${each.from}-${each.to}=${each.level}`).join()
  test(`at ${instant} in ${timezone}, windows ${names} say ${level}`, () => {
    const before = process.env['TZ']
    process.env['TZ'] = timezone
    try {
      const schedule = { level: 3, windows, minuteOfDay: localMinuteOfDay }
      assert.equal(windowAt(schedule, Date.parse(instant))?.level, level)
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })
}

test('a fade goes step by step from one brightness to the other, dark below the dimmest', () => {
  const fade = { from: 3, to: 'off', startedMs: 1000 } as const
  const seen: Level[] = []
  for (let nowMs: number | undefined = 1000; nowMs !== undefined; nowMs = nextFadeMs(fade, nowMs)) {
    const level = fadedLevel(fade, nowMs)
    if (seen.at(-1) !== level) seen.push(level)
  }
  assert.deepEqual(seen, [3, 2, 1, 0, 'off'])
  assert.equal(fadedLevel({ from: 'off', to: 15, startedMs: 0 }, 99_999), 15)
})

test('the level next to one is never above the brightest nor below dark', () => {
  const steps = (direction: 'brighter' | 'darker') =>
    (['off', 0, 6, 7, 15] as const).map((level) => neighbour(level, direction, 7))
  assert.deepEqual(steps('brighter'), [0, 1, 7, 7, 7])
  assert.deepEqual(steps('darker'), ['off', 'off', 5, 6, 6])
})
