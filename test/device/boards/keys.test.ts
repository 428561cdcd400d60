// Keys at the display, from the chip through our firmware on the simulated processor to what they do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { tm1638 } from '../../../device/displays/tm1638.ts'
import { startDevice } from '../../../device/run.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1638 } from '../../../hardware/virtual/tm1638.ts'
import { startUno } from '../../support/boards.ts'
import { pins } from '../../support/desk.ts'
import { silent } from '../../support/log.ts'
import { until } from '../../support/until.ts'

test('at a TM1638 S1 is the next counter, S7 darker and S8 brighter, each press once, also after a reset', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const chip = new Tm1638(pins)
  const board = await startUno({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
    wiring: { bus: 'three-wire', pins },
    display: tm1638.open({}),
    now: Date.now,
    random: () => 0,
    log: silent,
  })
  const device = await startDevice({
    screen: link,
    face: {
      digits: 8,
      hasPoints: true,
      points: false,
      statusSign: true,
      legends: ['-', 't'],
      dwellMs: 600_000,
      intervalMs: 600_000,
      rollMs: 0,
      milestones: { round: false, repdigits: false, list: [] },
      brightness: { level: 6, windows: [], minuteOfDay: () => 0 },
    },
    feeds: [10, 20].map((value) => (listener) => ({
      start: () => listener({ value, ageSeconds: 0, stale: false }),
      stop: () => undefined,
    })),
    memory: { load: async () => [], save: async () => undefined },
    onExit: 'keep',
    monotonic: Date.now,
    now: Date.now,
  })
  t.after(() => device.stop())
  const shown = () => {
    const { on, intensity, segments } = chip.display()
    return on ? `${segmentsToText(segments)} at ${intensity}` : 'off'
  }
  const shows = (expected: string) =>
    until(`${expected}`, () => {
      t.mock.timers.tick(20)
      return shown() === expected
    })
  const rest = async () => {
    for (let ms = 0; ms < 300; ms += 20) {
      t.mock.timers.tick(20)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const press = async (key: number, expected: string) => {
    chip.hold(key)
    await shows(expected)
    await rest()
    assert.equal(shown(), expected, 'held')
    chip.hold()
    await rest()
    assert.equal(shown(), expected, 'let go')
  }
  await shows('-     10 at 6')
  await press(1, 't     20 at 6')
  await press(8, 't     20 at 7')
  await press(8, 't     20 at 7')
  await press(7, 't     20 at 6')
  await press(3, 't     20 at 6')
  board.reset()
  await shows('t     20 at 6')
  await press(1, '-     10 at 6')
  for (const level of [5, 4, 3, 2, 1, 0]) await press(7, `-     10 at ${level}`)
  await press(7, 'off')
  await press(8, '-     10 at 0')
  assert.deepEqual(chip.violations, [])
})
