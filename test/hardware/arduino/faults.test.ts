import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { startUno } from '../../support/boards.ts'
import { allPairs, pins, shownBy, textOf } from '../../support/displays.ts'
import { silent } from '../../support/log.ts'
import { seededDice } from '../../support/seeded.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

/** FAULTS=1000 tries each display so many times, which takes half an hour. */
const asked = Number(process.env['FAULTS'] ?? 0)
const usual = 'a MAX7219 with 8 digits'
const others = [
  'two MAX7219 in a chain',
  'HT16K33 backpacks at 70',
  'HT16K33 backpacks at 70,71,77',
  'a TM1637 with 4 digits',
  'a TM1637 with 6 digits',
  'a TM1638',
  'a matrix of 4 modules',
]

for (const name of [usual, ...others]) {
  const faults = asked || (name === usual ? 300 : 10)
  test(`in ${faults} random faults ${name} at the simulated Uno shows no number that was never true, and is right within 5 s`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const dice = seededDice(7)
    const pair = allPairs().find((each) => each.name === name)
    assert.ok(pair)
    const { chips, display, bus } = pair
    const board = await startUno({ host: '127.0.0.1', port: 0, chips })
    t.after(() => board.close())
    let hangs = false
    const wire = await startWire(t, board.port, { hold: () => hangs })
    const link = new Link({
      open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', wire.port), wiring, signal),
      wiring: { bus, pins },
      display,
      now: Date.now,
      random: () => 0,
      log: silent,
    })
    t.after(() => link.stop(undefined))
    const text = () => (shownBy(pair).on ? textOf(pair).trim() : 'off')
    const frame = (value: number) => ({
      cells: toCells(numberText(value, display.digits)),
      intensity: 3,
      on: true,
    })
    // Without points the old picture is a dark one.
    const signed = (value: number) => (display.points ? `${value}.` : '')
    const most = 10 ** Math.min(display.digits, 8)
    let value = 1000
    const wasTrue = new Set(['off', ''])
    const show = (next: number) => {
      value = next
      wasTrue.add(`${value}`).add(signed(value))
      link.show(frame(value))
    }
    /** The lines of a matrix change one after the other, so a figure may be half drawn for a moment. */
    const mostMs = pair.font === undefined ? 0 : 300
    const wrong: string[] = []
    let unknown: { seen: string; sinceMs: number } | undefined
    board.onDisplay(() => {
      const nowMs = board.uno.nowMs
      if (unknown !== undefined && nowMs - unknown.sinceMs > mostMs) {
        wrong.push(`${unknown.seen} while ${value} was true`)
      }
      const seen = text()
      unknown = wasTrue.has(seen) ? undefined : { seen, sinceMs: unknown?.sinceMs ?? nowMs }
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
        for (const chip of chips) chip.power(false)
        for (const chip of chips) chip.power(true)
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
    await until('the first number', () => {
      t.mock.timers.tick(20)
      return text() === `${value}`
    })
    for (let fault = 1; fault <= faults; fault += 1) {
      if (dice(3) > 0) show((value + 1 + dice(2000)) % most)
      await kinds[dice(kinds.length)]?.()
      const isDouble = dice(3) === 0
      if (isDouble) await kinds[dice(kinds.length)]?.()
      if (dice(3) === 0) show((value + 1) % most)
      let passedMs = 0
      await until(`right after fault ${fault}`, () => {
        if (text() === `${value}`) return true
        t.mock.timers.tick(50)
        passedMs += 50
        return false
      })
      // Where the second garbles the greeting after the first, that is waited for in vain for 8 s.
      assert.ok(passedMs <= (isDouble ? 12_000 : 5000), `fault ${fault}: ${passedMs} ms`)
      assert.deepEqual(wrong, [])
    }
  })
}
