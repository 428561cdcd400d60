import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { startUno } from '../../support/boards.ts'
import { frame, pins } from '../../support/desk.ts'
import { silent } from '../../support/log.ts'
import { seededDice } from '../../support/seeded.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

const faults = 300

test(`in ${faults} random faults the simulated Uno shows no number that was never true, and is right within 5 s`, async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const dice = seededDice(7)
  const chip = new Max7219(pins)
  const board = await startUno({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  let hangs = false
  const wire = await startWire(t, board.port, { hold: () => hangs })
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', wire.port), wiring, signal),
    wiring: { bus: 'spi', pins },
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log: silent,
  })
  t.after(() => link.stop(undefined))
  const text = () => {
    const { on, segments } = chip.display()
    return on ? segmentsToText(segments).trim() : 'off'
  }
  let value = 10_000
  const wasTrue = new Set(['off', ''])
  const show = (next: number) => {
    value = next
    wasTrue.add(`${value}`).add(`${value}.`)
    link.show(frame(value))
  }
  const wrong: string[] = []
  board.onDisplay(() => {
    if (!wasTrue.has(text())) wrong.push(`${text()} while ${value} was true`)
  })
  const garbage = () => Array.from({ length: 1 + dice(80) }, () => dice(256))
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      t.mock.timers.tick(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const kinds: readonly (() => unknown)[] = [
    () => board.reset(),
    () => {
      chip.power(false)
      chip.power(true)
    },
    () => board.disconnectClients(),
    () => wire.forget(),
    () => board.uno.receive(garbage()),
    () => wire.say(Uint8Array.from(garbage())),
    async () => {
      hangs = true
      await pass(dice(8) === 0 ? 12_000 : 100 * dice(15))
      hangs = false
      wire.carry(wire.held())
    },
  ]
  show(value)
  link.start()
  await until('the first number', () => text() === `${value}`)
  for (let fault = 1; fault <= faults; fault += 1) {
    if (dice(3) > 0) show(value + 1 + dice(2000))
    await kinds[dice(kinds.length)]?.()
    if (dice(3) === 0) await kinds[dice(kinds.length)]?.()
    if (dice(3) === 0) show(value + 1)
    let passedMs = 0
    await until(`right after fault ${fault}`, () => {
      if (text() === `${value}`) return true
      t.mock.timers.tick(50)
      passedMs += 50
      return false
    })
    assert.ok(passedMs <= 5000, `fault ${fault}: ${passedMs} ms`)
    assert.deepEqual(wrong, [])
  }
})
