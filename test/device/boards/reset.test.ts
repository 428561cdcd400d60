import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import type { Boot } from '../../../hardware/virtual/firmata-board.ts'
import { segmentsText } from '../../../hardware/virtual/seven-segment.ts'
import { type BoardKind, boardKinds, startBoard } from '../../support/boards.ts'
import { allPairs, pins, shownBy, textOf } from '../../support/displays.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

/** An Uno: its boot loader waits 1.6 s for a program, then the sketch blinks its version. */
const uno: Boot = { loaderMs: 1600, blinkMs: 2200 }

/** A display at an Uno on a USB cable, whose limits of time are those of a serial port. */
async function startUno(
  t: TestContext,
  name: string,
  { boot = uno, announce = false, kind = 'StandardFirmata' as BoardKind } = {},
) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const pair = allPairs().find((each) => each.name === name)
  assert.ok(pair)
  const { chips, display, bus } = pair
  const board = await startBoard(kind, { host: '127.0.0.1', port: 0, chips, boot, announce })
  t.after(() => board.close())
  let hold = false
  const wire = await startWire(t, board.port, { hold: () => hold })
  const log = recordingLog()
  let opened = 0
  const link = new Link({
    open: (wiring, signal) => {
      opened += 1
      const tcp = tcpLink('127.0.0.1', wire.port)
      return openFirmata(
        { ...tcp, readyMs: 12_000, confirmMs: 5000, askAfterMs: announce ? 3000 : 0 },
        wiring,
        signal,
      )
    },
    wiring: { bus, pins },
    display,
    now: Date.now,
    random: () => 0,
    log,
  })
  t.after(() => link.stop(undefined))
  const text = () => {
    return shownBy(pair).on ? textOf(pair).trim() : 'off'
  }
  const show = (value: number) =>
    link.show({ cells: toCells(numberText(value, display.digits)), intensity: 3, on: true })
  /** Lets time pass until something is so; how much has passed. */
  const passUntil = async (what: string, condition: () => boolean) => {
    let passedMs = 0
    await until(what, () => {
      if (condition()) return true
      t.mock.timers.tick(20)
      passedMs += 20
      return false
    })
    return passedMs
  }
  return {
    board,
    chips,
    link,
    log,
    text,
    show,
    passUntil,
    wire,
    opened: () => opened,
    hold: (on: boolean) => {
      hold = on
    },
  }
}

const resetAt = ['a MAX7219 with 8 digits', 'HT16K33 backpacks at 70', 'a TM1637 with 4 digits']
for (const [name, kind] of resetAt.flatMap((name) =>
  boardKinds.map((kind) => [name, kind] as const),
)) {
  test(`${name} at an Uno with ${kind} is right within 5 s of its reset button, and nothing goes out before it listens`, async (t) => {
    const { board, chips, link, log, text, show, passUntil, opened } = await startUno(t, name, {
      kind,
    })
    let value = 1000
    show(value)
    link.start()
    await until('the digits', () => text() === '1000')
    // The simulated processor takes its time.
    for (const afterMs of kind === 'StandardFirmata' ? [0, 340, 680, 1000] : [0, 680]) {
      await passUntil('a while', () => false || Date.now() % 4000 >= afterMs)
      board.reset()
      const begunMs = Date.now()
      const passedMs = await passUntil('the digits again', () => {
        // Visitors do not wait.
        if (Date.now() - begunMs > 300 * (value % 1000)) {
          value += 1
          show(value)
        }
        return Date.now() - begunMs > 3800 && text() === String(value)
      })
      assert.ok(passedMs <= 5000, `${passedMs} ms`)
      await passUntil('a rest', () => Date.now() - begunMs > 12_000)
      value = 1000 * Math.ceil(value / 1000)
      show(value)
      await passUntil('the next', () => text() === String(value))
    }
    assert.deepEqual(board.violations ?? [], [])
    assert.deepEqual(
      chips.flatMap(({ violations }) => violations),
      [],
    )
    // What ends a stale I2C write of a client before us.
    const stray = kind === 'StandardFirmata' && name.includes('HT16K33') ? 15 : 0
    assert.deepEqual([board.received.strayBytes, opened()], [stray, 1])
    assert.equal(log.lines.filter((line) => line.includes('again and again')).length, 0)
  })
}

test('an Uno with an old boot loader, which takes 9 s, comes up at the first attempt', async (t) => {
  const boot = { loaderMs: 6800, blinkMs: 2200 }
  const { link, log, text, show, passUntil, opened } = await startUno(
    t,
    'HT16K33 backpacks at 70',
    {
      boot,
      announce: true,
    },
  )
  show(7)
  link.start()
  await passUntil('the digits', () => text() === '7')
  assert.equal(opened(), 1)
  assert.deepEqual(
    log.lines.filter((line) => line.startsWith('warn')),
    [],
  )
})

test('a late answer to a question from before a reset is no second reset', async (t) => {
  const { board, link, log, text, show, passUntil } = await startUno(t, 'HT16K33 backpacks at 70', {
    boot: { loaderMs: 0, blinkMs: 2200 },
  })
  show(7)
  link.start()
  await until('the digits', () => text() === '7')
  for (let round = 1; round <= 3; round += 1) {
    // The heartbeat waits in the receive buffer, and is answered behind the announcement.
    board.reset()
    const begunMs = Date.now()
    await passUntil('a rest', () => Date.now() - begunMs > 3000 && text() === '7')
  }
  const ready = log.lines.filter((line) => line.includes('board ready')).length
  const warnings = log.lines.filter((line) => line.startsWith('warn'))
  assert.deepEqual([ready, warnings.length], [1, 1], log.lines.join('\n'))
})

/** As many bytes as four digits take. */
for (const [kind, most] of [
  ['StandardFirmata', 25],
  ['VisitorCounter', 15],
] as const) {
  test(`${kind}: wherever a client is cut off in its writing, the next one does not make a picture of its first bytes`, async (t) => {
    for (let cut = 1; cut <= most; cut += 1) {
      await t.test(`after ${cut} bytes`, async (t) => {
        const { board, chips, link, text, show, passUntil, wire, hold } = await startUno(
          t,
          'HT16K33 backpacks at 70',
          { kind },
        )
        show(1999)
        link.start()
        await until('the digits', () => text() === '1999')
        hold(true)
        board.resetReceived()
        show(2345)
        await until('the frame', () => wire.held() > 0)
        wire.carry(cut)
        await until('a part of it', () => board.received.bytes === cut)
        const seen = new Set<string>()
        for (const chip of chips) {
          chip.onChange(() => {
            if (chip.display().on) seen.add(segmentsText(chip.display()))
          })
        }
        board.disconnectClients()
        hold(false)
        await passUntil('the digits again', () => text() === '2345')
        // What has come of the number, and blanks behind it.
        const wrong = [...seen].filter(
          (each) => !(Number(each.trimStart().replaceAll(' ', '0')) <= 2345),
        )
        assert.deepEqual(wrong, [])
        await link.stop(undefined)
      })
    }
  })
}
