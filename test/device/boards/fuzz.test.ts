import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frame, startDesk, startLink } from '../../support/desk.ts'
import { seededDice } from '../../support/seeded.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

const messagesPerBatch = 1000

/** What a board does say, to be spoilt. */
const sane: readonly (readonly number[])[] = [
  [0xf9, 2, 5],
  [0xf0, 0x79, 2, 5, 0x53, 0, 0x46, 0, 0xf7],
  [0xf0, 0x6c, 0, 1, 1, 1, 0x7f, 0, 1, 1, 1, 3, 8, 0x7f, 0xf7],
  [0xf0, 0x6a, 0x7f, 0x7f, 0, 1, 0xf7],
  [0xf0, 0x6e, 13, 1, 1, 0xf7],
  [0xf0, 0x71, 0x48, 0, 0x69, 0, 0xf7],
  [0xf0, 0x77, 0x70, 0, 0, 0, 0x7f, 1, 0xf7],
  [0x91, 0x7f, 1],
  [0xe3, 0x10, 4],
]

/** One message that is random, or a sane one with bytes changed, left out or put in. */
function nonsense(random: (below: number) => number): number[] {
  const bytes = (count: number, below: number) => Array.from({ length: count }, () => random(below))
  if (random(4) === 0) return bytes(1 + random(12), 256)
  if (random(3) === 0) {
    const length = random(50) === 0 ? random(3000) : random(20)
    return [0xf0, random(128), ...bytes(length, 128), ...(random(4) === 0 ? [] : [0xf7])]
  }
  const message = [...(sane[random(sane.length)] ?? [])]
  for (let changes = random(3); changes > 0; changes -= 1) {
    const at = random(message.length)
    message.splice(at, random(2), ...bytes(random(3), 256))
  }
  return message
}

for (const [kind, batches] of [
  ['StandardFirmata', 100],
  ['VisitorCounter', 10],
] as const) {
  test(`${kind}: ${batches * messagesPerBatch} random and mutated messages: no crash, no wrong digit, and right again after each batch`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const random = seededDice(20_260)
    const said = t.mock.method(console, 'error')
    const { board, text } = await startDesk(t, { kind })
    const wire = await startWire(t, board.port)
    const { link, log } = startLink(t, wire.port)
    let wanted = 0
    const shown = new Set<string>()
    board.onDisplay(() => shown.add(text()))
    const show = (value: number) => {
      wanted = value
      link.show(frame(value))
    }
    const right = () => text() === String(wanted).padStart(8)
    show(10_000_000)
    await until('the first number', right)
    for (let batch = 1; batch <= batches; batch += 1) {
      const garbage = Buffer.from(
        Array.from({ length: messagesPerBatch }, () => nonsense(random)).flat(),
      )
      // A part of it right behind the next connection, when the device asks what the board can do.
      const cut = batch % 2 === 0 ? garbage.length : random(garbage.length)
      wire.greetWith(garbage.subarray(cut))
      shown.clear()
      const before = wanted
      show(wanted + 1 + random(400_000))
      wire.say(garbage.subarray(0, cut))
      await until(`batch ${batch}`, () => {
        t.mock.timers.tick(500)
        wire.greetWith(Buffer.alloc(0))
        return right()
      })
      const allowed = new Set(
        ['off', before, wanted].map((each) => String(each).padStart(8).trim()),
      )
      assert.deepEqual(
        [...shown].filter((each) => !allowed.has(each.trim())),
        [],
      )
    }
    // Firmata-io trips over some of it; our own firmware's messages have a sum each.
    const ready = log.lines.filter((line) => line.includes('board ready')).length
    assert.ok(ready > (kind === 'StandardFirmata' ? 10 : 0))
    const spoken = said.mock.calls.map((call) => String(call.arguments[0]))
    assert.deepEqual(
      spoken.filter((line) => !line.includes('MockTimers')),
      [],
      'only the log speaks',
    )
  })
}
