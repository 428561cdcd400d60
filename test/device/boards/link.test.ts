import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { max7219Matrix } from '../../../device/displays/max7219-matrix.ts'
import { dotsText } from '../../../device/face/dot-font.ts'
import { toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { chainDotMatrix } from '../../../hardware/virtual/dot-matrix.ts'
import { startVirtualBoard } from '../../../hardware/virtual/firmata-board.ts'
import { boardKinds, startBoard } from '../../support/boards.ts'
import { frame, pins, startDesk, startLink } from '../../support/desk.ts'
import { allPairs, shownBy, textOf } from '../../support/displays.ts'
import { silent } from '../../support/log.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

for (const kind of boardKinds) {
  test(`${kind}: a frame comes out of the chip as it went in, without a stray byte`, async (t) => {
    const { board, chip, text } = await startDesk(t, { kind })
    const { link } = startLink(t, board.port)
    link.show(frame(12345678))
    await until('the digits', () => text() === '12345678')
    assert.deepEqual(chip.violations, [])
    assert.equal(board.received.strayBytes, 0)
    assert.equal(board.received.unknown, 0)
    assert.equal(chip.display().intensity, 3)
  })
}

test('a MAX7219 takes 100 bytes for one digit and 793 for eight, each frame in one write', async (t) => {
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(10000000))
  await until('the first frame', () => text() === '10000000')
  const cost = async (value: number) => {
    board.resetReceived()
    link.show(frame(value))
    await until(`${value}`, () => text().trim() === String(value))
    return { ...board.received }
  }
  assert.deepEqual(await cost(10000001), { bytes: 100, chunks: 1, strayBytes: 0, unknown: 0 })
  assert.deepEqual(await cost(23456782), { bytes: 793, chunks: 1, strayBytes: 0, unknown: 0 })
})

test('a frame that looks the same costs no byte', async (t) => {
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(42))
  await until('the first frame', () => text() === '      42')
  board.resetReceived()
  link.show(frame(42))
  link.show(frame(43))
  await until('the next frame', () => text() === '      43')
  assert.equal(board.received.bytes, 100)
})

for (const kind of boardKinds) {
  test(`${kind}: of frames that come faster than the board takes them the newest is shown, within two`, async (t) => {
    const { board, text } = await startDesk(t, { kind })
    const { link } = startLink(t, board.port)
    link.show(frame(0))
    await until('the first frame', () => text() === '       0')
    board.resetReceived()
    for (let value = 1; value <= 10_000; value += 1) link.show(frame(value))
    await until('the last', () => text() === '   10000')
    assert.ok(board.received.bytes <= 1600, `${board.received.bytes} bytes`)
  })
}

for (const kind of boardKinds) {
  test(`${kind}: pins that the board does not have are refused with those it has`, async (t) => {
    const { board } = await startDesk(t, { kind })
    for (const data of [0, 1, 50]) {
      await assert.rejects(
        openFirmata(
          tcpLink('127.0.0.1', board.port),
          { bus: 'spi', pins: { data, clock: 3, cs: 4 } },
          new AbortController().signal,
        ),
        new RegExp(`no digital output at pin ${data}; it has 2, 3, 4`),
      )
    }
  })
}

for (const kind of boardKinds) {
  test(`${kind}: stopping takes less than a second also when the board hangs`, async (t) => {
    const { board, text } = await startDesk(t, { kind })
    const { link } = startLink(t, board.port)
    link.show(frame(1))
    await until('the digits', () => text() === '       1')
    board.freeze(true)
    link.show(frame(2))
    const startedMs = performance.now()
    await link.stop({ ...frame(2), on: false })
    assert.ok(performance.now() - startedMs < 1000)
  })
}

for (const kind of boardKinds) {
  test(`${kind}: when the link stops the display is dark`, async (t) => {
    const { board, text } = await startDesk(t, { kind })
    const { link } = startLink(t, board.port)
    link.show(frame(9))
    await until('the digits', () => text() === '       9')
    await link.stop({ ...frame(9), on: false })
    assert.equal(text(), 'off')
  })
}

test('stopping takes less than a second also while an attempt to connect cannot be broken off', async () => {
  const link = new Link({
    open: () => new Promise(() => undefined),
    wiring: { bus: 'spi', pins },
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log: silent,
  })
  link.start()
  const startedMs = performance.now()
  await link.stop(frame(0))
  assert.ok(performance.now() - startedMs < 1000)
})

for (const kind of boardKinds) {
  test(`${kind}: no attempt to connect goes on after the end`, async (t) => {
    const { board } = await startDesk(t, { kind })
    board.freeze(true)
    const wiring = { bus: 'spi', pins } as const
    await assert.rejects(
      openFirmata(tcpLink('127.0.0.1', board.port), wiring, AbortSignal.abort()),
      /stopped/,
    )
  })
}

test('a frame is on the display when its bytes have crossed the wire, and no other before it', async (t) => {
  let hold = false
  const { board, text } = await startDesk(t)
  const wire = await startWire(t, board.port, { hold: () => hold })
  const { link } = startLink(t, wire.port)
  link.show(frame(11_111_111))
  await until('the first frame', () => text() === '11111111')
  hold = true
  /** Bytes that cross until a number is shown; a byte takes 174 us at 57600 baud. */
  const crossed = async (value: number) => {
    let bytes = 0
    board.resetReceived()
    while (text() !== String(value)) {
      await until('bytes on the wire', () => wire.held() > 0)
      const carried = Math.min(wire.held(), 9)
      wire.carry(carried)
      bytes += carried
      await until('the board', () => board.received.bytes === bytes)
    }
    return bytes
  }
  link.show(frame(23_456_782))
  const eightDigits = await crossed(23_456_782)
  assert.ok(eightDigits <= 1.1 * 792, `${eightDigits} bytes`)
  await until('the question', () => wire.held() > 0 || board.received.bytes >= 793)
  wire.carry(9)
  await until('the answer', () => board.received.bytes >= 793)
  link.show(frame(11_111_110))
  await until('a frame under way', () => wire.held() > 0)
  for (let value = 1; value <= 10_000; value += 1) link.show(frame(30_000_000 + value))
  const burst = await crossed(30_010_000)
  assert.ok(burst <= 2 * 800, `${burst} bytes until the last of 10,000`)
})

const both = allPairs().flatMap(({ name }) => boardKinds.map((kind) => ({ name, kind })))
for (const { name, kind } of both) {
  test(`an Uno with ${kind} drives ${name}, and again after a reset`, async (t) => {
    const pair = allPairs().find((each) => each.name === name)
    assert.ok(pair)
    const { display, chips } = pair
    const board = await startBoard(kind, { host: '127.0.0.1', port: 0, chips })
    t.after(() => board.close())
    const link = new Link({
      open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
      wiring: { bus: pair.bus, pins },
      display,
      now: Date.now,
      random: () => 0,
      log: silent,
    })
    t.after(() => link.stop(undefined))
    link.start()
    const places = Array.from({ length: display.digits }, (_, place) => place)
    for (const round of [1, 4, 6, 9]) {
      const text = places.map((place) => `${(round + place) % 10}`).join('')
      link.show({ cells: toCells(text), intensity: 5, on: true })
      const shows = () => shownBy(pair).on && textOf(pair) === text
      await until(`the frame of ${round}`, shows)
      if (round === 1) board.resetReceived()
      if (round !== 6) continue
      for (const chip of chips) chip.power(false)
      for (const chip of chips) chip.power(true)
      board.reset()
      await until('the frame again', shows)
    }
    assert.deepEqual(
      chips.flatMap(({ violations }) => violations),
      [],
    )
    assert.deepEqual([board.received.strayBytes, board.received.unknown], [0, 0])
  })
}

/** One digit of the usual modules, and four, with the question that confirms them. */
for (const [name, one, four] of [
  ['a TM1637 with 4 digits', 166, 649],
  ['a TM1638', 106, 421],
  ['HT16K33 backpacks at 70', 10, 26],
  ['HT16K33 backpacks of 14 segments at 70,71', 12, 22],
] as const) {
  test(`${name}: one digit takes at most ${one} bytes, four take ${four}`, async (t) => {
    const pair = allPairs().find((each) => each.name === name)
    assert.ok(pair)
    const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: pair.chips })
    t.after(() => board.close())
    const link = new Link({
      open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
      wiring: { bus: pair.bus, pins },
      display: pair.display,
      now: Date.now,
      random: () => 0,
      log: silent,
    })
    t.after(() => link.stop(undefined))
    link.start()
    const cost = async (value: number) => {
      board.resetReceived()
      link.show({
        cells: toCells(numberText(value, pair.display.digits)),
        intensity: 3,
        on: true,
      })
      await until(`${value}`, () => textOf(pair).trim() === String(value))
      return { ...board.received }
    }
    await cost(1111)
    assert.deepEqual(await cost(1112), { bytes: one, chunks: 1, strayBytes: 0, unknown: 0 })
    assert.deepEqual(await cost(2223), { bytes: four, chunks: 1, strayBytes: 0, unknown: 0 })
    for (const value of [2220, 2221, 2222, 2224, 2225, 2226, 2227, 2228, 2229]) {
      const { bytes } = await cost(value)
      assert.ok(bytes <= one, `${value}: ${bytes} bytes`)
    }
    assert.deepEqual(
      pair.chips.flatMap(({ violations }) => violations),
      [],
    )
  })
}

test('a matrix of 4 modules takes 387 bytes for each line that changes, twice where figures fall and rise', async (t) => {
  const chips = chainDotMatrix(pins, 4)
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips })
  t.after(() => board.close())
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
    wiring: { bus: 'spi', pins },
    display: max7219Matrix.open({}),
    now: Date.now,
    random: () => 0,
    log: silent,
  })
  t.after(() => link.stop(undefined))
  link.start()
  const text = () => dotsText(joinDisplays(chips.map((chip) => chip.display())).columns).trim()
  const cost = async (value: number) => {
    board.resetReceived()
    link.show({ cells: toCells(numberText(value, 8)), intensity: 3, on: true })
    await until(`${value}`, () => text() === String(value))
    return board.received.bytes
  }
  const line = 3 * (4 * 16 * 2 + 1)
  // Behind each a question that the board answers; before the first, what asks for the firmware and its pins.
  const all = await cost(1111)
  assert.ok(all >= 14 * line && all < 14 * line + 50, `${all}`)
  const changed = [
    [1112, 5],
    [1999, 7],
    [2000, 5 + 5],
  ] as const
  for (const [value, lines] of changed)
    assert.equal(await cost(value), lines * line + 1, `${value}`)
})

test('a lost connection is closed before the wait for the next attempt, not after it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const events: string[] = []
  let lose: (error: Error) => void = () => undefined
  const link = new Link({
    open: async () => {
      events.push('open')
      return {
        name: 'a board',
        send: async () => undefined,
        onReset: () => undefined,
        lost: new Promise<Error>((resolve) => {
          lose = resolve
        }),
        close: () => events.push('close'),
      }
    },
    wiring: { bus: 'spi', pins },
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log: silent,
  })
  t.after(() => link.stop(undefined))
  link.start()
  for (let round = 1; round <= 3; round += 1) {
    await until('a connection', () => events.length === 2 * round - 1)
    await new Promise((resolve) => setImmediate(resolve))
    lose(new Error('gone'))
    await until('its end, while no time passes', () => events.at(-1) === 'close')
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(events.length, 2 * round, 'not opened before the wait is over')
    t.mock.timers.tick(1200)
  }
})

for (const kind of boardKinds) {
  test(`${kind}: a board that answers byte by byte, with strings in between, is understood`, async (t) => {
    const { board, text } = await startDesk(t, { announce: true, kind })
    const string = Buffer.from([0xf0, 0x71, 0x48, 0, 0x69, 0, 0xf7])
    const wire = await startWire(t, board.port, {
      pieces: (data) => [string, ...[...data].map((byte) => Uint8Array.of(byte)), string],
    })
    const { link, log } = startLink(t, wire.port)
    for (const value of [1234, 1235, 1300]) {
      link.show(frame(value))
      await until(`${value}`, () => text().trim() === String(value))
    }
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('warn')),
      [],
    )
  })
}
