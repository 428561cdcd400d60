import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { fitsPictures } from '../../../device/boards/pictures-board.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { max7219Matrix } from '../../../device/displays/max7219-matrix.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { dotsText } from '../../../device/face/dot-font.ts'
import { toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { chainDotMatrix } from '../../../hardware/virtual/dot-matrix.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { startUno } from '../../support/boards.ts'
import { frame, pins } from '../../support/desk.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

/** A link to a simulated Uno with our firmware and a MAX7219; the clock of both is the test's. */
async function startOurs(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const chip = new Max7219(pins)
  const board = await startUno({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  let isCut = false
  const wire = await startWire(t, board.port, { hold: () => isCut })
  const log = recordingLog()
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', wire.port), wiring, signal),
    wiring: { bus: 'spi', pins },
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log,
  })
  t.after(() => link.stop(undefined))
  link.start()
  const text = () => {
    const { on, segments } = chip.display()
    return on ? segmentsToText(segments).trim() : 'off'
  }
  /** Lets time pass until something is so; how much has passed. */
  const passUntil = async (what: string, condition: () => boolean) => {
    let passedMs = 0
    await until(
      what,
      () => {
        if (condition()) return true
        t.mock.timers.tick(50)
        passedMs += 50
        return false
      },
      60,
    )
    return passedMs
  }
  /** Nothing of the host comes through any more, as when it hangs. */
  const cut = (on: boolean) => {
    isCut = on
  }
  return { chip, board, wire, link, log, text, passUntil, cut }
}

test('a board with our firmware is asked for its name and takes the number as two pictures', async (t) => {
  const { board, link, log, text, chip } = await startOurs(t)
  link.show(frame(12_345_678))
  await until('the number', () => text() === '12345678')
  await until('it is ready', () =>
    log.lines.some((line) => /board ready: VisitorCounter/.test(line)),
  )
  board.resetReceived()
  link.show(frame(12_345_679))
  await until('the next', () => text() === '12345679')
  // With the answer, 6 bytes, 20 of the 60 that one digit may take in both pictures.
  assert.equal(board.received.bytes, 14)
  board.resetReceived()
  link.show(frame(12_355_679))
  await until('the one after', () => text() === '12355679')
  assert.equal(board.received.bytes, 10)
  assert.deepEqual(chip.violations, [])
})

test('when nothing more is heard the board shows the number as old, and as fresh when it hears again', async (t) => {
  const { link, text, passUntil, cut } = await startOurs(t)
  link.show(frame(1234))
  await until('the number', () => text() === '1234')
  cut(true)
  const agedMs = await passUntil('the sign', () => text() === '1234.')
  assert.ok(agedMs > 8000 && agedMs <= 10_500, `${agedMs} ms`)
  cut(false)
  const backMs = await passUntil('the fresh number', () => text() === '1234')
  assert.ok(backMs <= 5000, `${backMs} ms`)
})

test('a board that was reset shows the old number until it is told the fresh one', async (t) => {
  const { board, link, log, text, passUntil, chip } = await startOurs(t)
  link.show(frame(1234))
  await until('the number', () => text() === '1234')
  board.reset()
  const backMs = await passUntil(
    'the number',
    () => text() === '1234' && log.lines.some((line) => line.includes('was reset')),
  )
  assert.ok(backMs < 1000, `${backMs} ms`)
  assert.deepEqual(chip.violations, [])
})

test('noise on the wire to and from the board costs no wrong number', async (t) => {
  const { wire, board, link, text, passUntil } = await startOurs(t)
  const seen = new Set<string>()
  board.onDisplay(() => seen.add(text()))
  link.show(frame(5000))
  await until('the number', () => text() === '5000')
  for (let value = 5001; value <= 5020; value += 1) {
    seen.clear()
    board.uno.receive([0xf0, 0x03, value & 0x7f, 0x11])
    wire.say(Uint8Array.of(0xf0, 0x04, value & 0x7f, 0, 0xf7, 0xf9, 1))
    link.show(frame(value))
    await passUntil(`${value}`, () => text() === String(value))
    const allowed = [String(value - 1), String(value), `${value - 1}.`, 'off']
    assert.deepEqual(
      [...seen].filter((each) => !allowed.includes(each)),
      [],
    )
  }
})

test('a display that does not acknowledge is named in the log, once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const chip = new Tm1637({ clock: 3, data: 2 })
  const board = await startUno({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  const log = recordingLog()
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
    wiring: { bus: 'two-wire', pins },
    display: tm1637.open({}),
    now: Date.now,
    random: () => 0,
    log,
  })
  t.after(() => link.stop(undefined))
  link.start()
  const show = (text: string) => link.show({ cells: toCells(text), intensity: 3, on: true })
  show('  12')
  await until('the number', () => segmentsToText(chip.display().segments) === '  12')
  const silent = () => log.lines.filter((line) => line.includes('does not answer the board')).length
  assert.equal(silent(), 0)
  chip.power(false)
  for (const text of ['  13', '  14', '  15']) {
    show(text)
    for (let i = 0; i < 20; i += 1) {
      t.mock.timers.tick(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await until('a word', () => silent() === 1)
  assert.deepEqual(chip.violations, [])
})

/** An Uno with our firmware and a matrix. */
async function startMatrix(t: TestContext, modules: number) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const chips = chainDotMatrix(pins, modules)
  const board = await startUno({ host: '127.0.0.1', port: 0, chips })
  t.after(() => board.close())
  let isCut = false
  const wire = await startWire(t, board.port, { hold: () => isCut })
  const display = max7219Matrix.open({ modules })
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', wire.port), wiring, signal),
    wiring: { bus: 'spi', pins, exceedsPictures: !fitsPictures(display) },
    display,
    now: Date.now,
    random: () => 0,
    log: recordingLog(),
  })
  t.after(() => link.stop(undefined))
  link.start()
  const show = (value: number) =>
    link.show({ cells: toCells(numberText(value, display.digits)), intensity: 3, on: true })
  /** The board takes its time to draw so much. */
  const shows = (text: string) =>
    until(
      text,
      () => {
        const { columns, on } = joinDisplays(chips.map((chip) => chip.display()))
        if (on && dotsText(columns).trim() === text) return true
        t.mock.timers.tick(20)
        return false
      },
      60,
    )
  const cut = () => {
    isCut = true
  }
  return { board, chips, shows, show, cut }
}

test('a board with our firmware marks the number on a matrix of 4 modules as old by itself', async (t) => {
  const { board, chips, shows, show, cut } = await startMatrix(t, 4)
  show(1999)
  await shows('1999')
  board.resetReceived()
  show(2000)
  await shows('2000')
  assert.ok(board.received.bytes < 160, `${board.received.bytes} bytes`)
  cut()
  await shows('2000.')
  assert.deepEqual(
    chips.flatMap(({ violations }) => violations),
    [],
  )
})

for (const [modules, ours] of [
  [4, true],
  [6, true],
  [7, false],
  [16, false],
] as const) {
  test(`a board with our firmware ${ours ? 'has room for' : 'is spoken to in Firmata alone with'} ${modules} modules`, async (t) => {
    assert.equal(fitsPictures(max7219Matrix.open({ modules })), ours)
    if (modules !== 7) return
    const { board, shows, show } = await startMatrix(t, modules)
    for (const value of [1999, 2000, 123_456]) {
      board.resetReceived()
      show(value)
      await shows(String(value))
    }
    // A line of 7 modules is 7 words, each bit of which is two messages.
    assert.equal(board.received.bytes % (3 * (7 * 16 * 2 + 1)), 1)
  })
}
