import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Board } from '../../../device/boards/board.ts'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { ht16k33 } from '../../../device/displays/ht16k33.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { toSegments } from '../../../device/face/font.ts'
import { numberText } from '../../../device/face/number.ts'
import { startVirtualBoard } from '../../../hardware/virtual/firmata-board.ts'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { pins, startDesk, startLink } from '../../support/desk.ts'
import { allPairs, shownBy } from '../../support/displays.ts'
import { silent } from '../../support/log.ts'
import { freePort } from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

const frame = (value: number, intensity = 3) => ({
  ...{ segments: toSegments(numberText(value, 8)), intensity, on: true },
})

test('a frame comes out of the chip as it went in, without a stray byte', async (t) => {
  const { board, chip, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(12345678))
  await until('the digits', () => text() === '12345678')
  assert.deepEqual(chip.violations, [])
  assert.equal(board.received.strayBytes, 0)
  assert.equal(board.received.unknown, 0)
  assert.equal(chip.display().intensity, 3)
})

test('one digit costs at most 100 bytes, eight at most 800, and each frame is one write', async (t) => {
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
  const eight = await cost(23456782)
  assert.ok(eight.bytes <= 800, `${eight.bytes} bytes`)
  assert.equal(eight.chunks, 1)
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

test('of frames that come faster than the board takes them the newest is shown, within two', async (t) => {
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(0))
  await until('the first frame', () => text() === '       0')
  board.resetReceived()
  for (let value = 1; value <= 10_000; value += 1) link.show(frame(value))
  await until('the last', () => text() === '   10000')
  assert.ok(board.received.bytes <= 1600, `${board.received.bytes} bytes`)
})

test('the board may come later than the device', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const port = await freePort()
  const { link, log } = startLink(t, port)
  link.show(frame(7))
  await until('a refusal', () => log.lines.some((line) => line.includes('ECONNREFUSED')))
  const { text } = await startDesk(t, { port })
  t.mock.timers.tick(1000)
  await until('the digits', () => text() === '       7')
  assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1)
})

test('after a lost connection all registers are written anew', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, chip, text } = await startDesk(t)
  const { link, log } = startLink(t, board.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  board.disconnectClients()
  await until('the loss', () => log.lines.some((line) => line.includes('closed the connection')))
  chip.power(false)
  chip.power(true)
  assert.equal(text(), 'off')
  t.mock.timers.tick(1000)
  await until('the digits again', () => text() === '    1234')
})

test('a board that was reset on a live connection is set up again at once', async (t) => {
  const { board, chip, text } = await startDesk(t)
  const { link, log } = startLink(t, board.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  chip.power(false)
  chip.power(true)
  board.reset()
  await until('the digits again', () => text() === '    1234')
  assert.equal(log.lines.filter((line) => line.includes('was reset')).length, 1)
  assert.deepEqual(chip.violations, [])
})

test('a display that lost its power is lit again within 10 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, chip, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  chip.power(false)
  chip.power(true)
  assert.equal(text(), 'off')
  let passedMs = 0
  await until('the digits again', () => {
    t.mock.timers.tick(500)
    passedMs += 500
    return text() === '    1234'
  })
  assert.ok(passedMs <= 11_000, `${passedMs} ms`)
})

test('while numbers change all the time the registers are rewritten too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, chip, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  let value = 0
  link.show(frame(value))
  await until('the digits', () => text() === '       0')
  chip.power(false)
  chip.power(true)
  await until('light', () => {
    value += 1
    link.show(frame(value))
    t.mock.timers.tick(1000)
    return text() !== 'off'
  })
  await until('the newest', () => text() === String(value).padStart(8))
})

test('a board that comes and goes fifty times leaves no listener and no socket behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  const handles = () =>
    process.getActiveResourcesInfo().filter((each) => each.includes('TCP')).length
  link.show(frame(0))
  await until('the digits', () => text() === '       0')
  const before = handles()
  for (let round = 1; round <= 50; round += 1) {
    board.disconnectClients()
    link.show(frame(round))
    await until(`round ${round}`, () => {
      t.mock.timers.tick(100)
      return text().trim() === String(round)
    })
  }
  await until('all sockets closed', () => handles() <= before)
  assert.equal(process.listenerCount('SIGINT') + process.listenerCount('exit') < 5, true)
})

test('pins that the board does not have are refused with those it has', async (t) => {
  const { board } = await startDesk(t)
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

test('stopping takes less than a second also when the board hangs', async (t) => {
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(1))
  await until('the digits', () => text() === '       1')
  board.freeze(true)
  link.show(frame(2))
  const startedMs = performance.now()
  await link.stop({ ...frame(2), on: false })
  assert.ok(performance.now() - startedMs < 1000)
})

test('a board that hangs is noticed by the heartbeat, and shown to again when it runs on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, text } = await startDesk(t)
  const { link, log } = startLink(t, board.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  board.freeze(true)
  link.show(frame(1235))
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(3000)
  await until('the hang is seen', () => log.lines.some((line) => line.includes('does not answer')))
  board.freeze(false)
  t.mock.timers.tick(1000)
  await until('the digits again', () => text() === '    1235')
})

test('a peer that accepts and never speaks is given up, and one that speaks nonsense too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  for (const greeting of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
    const server = createServer((socket) => void socket.on('error', () => {}).write(greeting))
    t.after(() => server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    const connected = once(server, 'connection')
    const { link, log } = startLink(t, address.port)
    await connected
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(8000)
    await until('the end', () => log.lines.some((line) => line.includes('does not get ready')))
    await link.stop(undefined)
  }
})

test('when the link stops the display is dark', async (t) => {
  const { board, text } = await startDesk(t)
  const { link } = startLink(t, board.port)
  link.show(frame(9))
  await until('the digits', () => text() === '       9')
  await link.stop({ ...frame(9), on: false })
  assert.equal(text(), 'off')
})

test('stopping takes less than a second also while an attempt to connect cannot be broken off', async () => {
  const link = new Link({
    open: () => new Promise(() => undefined),
    wiring: { bus: 'spi', pins },
    ...{ display: max7219({ digits: 8 }), now: Date.now, random: () => 0, log: silent },
  })
  link.start()
  const startedMs = performance.now()
  await link.stop(frame(0))
  assert.ok(performance.now() - startedMs < 1000)
})

test('a peer that says its version without end is dropped, not flooded with frames', async (t) => {
  const { board, chip, text } = await startDesk(t)
  const { link, log } = startLink(t, board.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  const ready = () => log.lines.filter((line) => line.includes('board ready')).length
  await until('it is dropped', () => {
    if (ready() === 1) board.reset()
    return log.lines.some((line) => line.includes('again and again'))
  })
  assert.equal(log.lines.filter((line) => line.includes('was reset')).length, 1)
  await until('the digits again', () => ready() === 2 && text() === '    1234')
  assert.deepEqual(chip.violations, [])
})

test('no attempt to connect goes on after the end', async (t) => {
  const { board } = await startDesk(t)
  board.freeze(true)
  const wiring = { bus: 'spi', pins } as const
  await assert.rejects(
    openFirmata(tcpLink('127.0.0.1', board.port), wiring, AbortSignal.abort()),
    /stopped/,
  )
})

test('a board that was off for a moment, and knows nothing of the connection, is served within 5 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, chip, text } = await startDesk(t)
  const wire = await startWire(t, board.port)
  const { link } = startLink(t, wire.port)
  link.show(frame(1234))
  await until('the digits', () => text() === '    1234')
  chip.power(false)
  chip.power(true)
  wire.forget()
  let passedMs = 0
  await until('the digits again', () => {
    t.mock.timers.tick(50)
    passedMs += 50
    return text() === '    1234'
  })
  assert.ok(passedMs <= 5000, `${passedMs} ms`)
})

test('a board that was away for an hour is served within 5 s of its return', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const port = await freePort()
  const { link, log } = startLink(t, port)
  link.show(frame(7))
  await until('a refusal', () => log.lines.length > 0)
  for (let second = 0; second < 3600; second += 1) {
    t.mock.timers.tick(1000)
    if (second % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const { text } = await startDesk(t, { port })
  let passedMs = 0
  await until('the digits', () => {
    t.mock.timers.tick(100)
    passedMs += 100
    return text() === '       7'
  })
  assert.ok(passedMs <= 5000, `${passedMs} ms`)
  assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1)
})

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

test('fifty boards that went leave nothing of themselves in memory', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { board, text } = await startDesk(t)
  const boards: WeakRef<Board>[] = []
  const link = new Link({
    open: async (wiring, signal) => {
      const opened = await openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal)
      boards.push(new WeakRef(opened))
      return opened
    },
    wiring: { bus: 'spi', pins },
    ...{ display: max7219({ digits: 8 }), now: Date.now, random: () => 0, log: silent },
  })
  t.after(() => link.stop(undefined))
  link.start()
  for (let round = 0; round <= 50; round += 1) {
    link.show(frame(round))
    await until(`round ${round}`, () => {
      t.mock.timers.tick(100)
      return text().trim() === String(round)
    })
    board.disconnectClients()
  }
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  assert.ok(typeof collect === 'function')
  await until('the boards are forgotten', () => {
    collect()
    return boards.filter((each) => each.deref() !== undefined).length <= 2
  })
})

for (const { name } of allPairs()) {
  test(`an Uno with StandardFirmata drives ${name}, and again after a reset`, async (t) => {
    const pair = allPairs().find((each) => each.name === name)
    assert.ok(pair)
    const { display, chips } = pair
    const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips })
    t.after(() => board.close())
    const link = new Link({
      open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
      wiring: { bus: display.bus, pins },
      ...{ display, now: Date.now, random: () => 0, log: silent },
    })
    t.after(() => link.stop(undefined))
    link.start()
    const places = Array.from({ length: display.digits }, (_, place) => place + 1)
    for (const round of [0x40, 0x00, 0x20, 0x10]) {
      const segments = places.map((place) => round | place)
      link.show({ segments, intensity: 5, on: true })
      const shows = () => {
        const shown = shownBy(pair)
        return shown.on && shown.segments.every((each, place) => each === segments[place])
      }
      await until(`the frame of ${round}`, shows)
      if (round !== 0x20) continue
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

test('a HT16K33 takes at most 10 bytes for one digit and 26 for four', async (t) => {
  const chip = new Ht16k33({ address: 0x70 })
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal),
    wiring: { bus: 'i2c', pins },
    ...{ display: ht16k33([0x70]), now: Date.now, random: () => 0, log: silent },
  })
  t.after(() => link.stop(undefined))
  link.start()
  const text = () => segmentsToText(chip.display().segments)
  const cost = async (value: number) => {
    board.resetReceived()
    link.show({ segments: toSegments(numberText(value, 4)), intensity: 3, on: true })
    await until(`${value}`, () => text() === String(value))
    return { ...board.received }
  }
  await cost(1111)
  assert.deepEqual(await cost(1112), { bytes: 10, chunks: 1, strayBytes: 0, unknown: 0 })
  assert.deepEqual(await cost(2223), { bytes: 26, chunks: 1, strayBytes: 0, unknown: 0 })
  assert.deepEqual(chip.violations, [])
})

test('a board that answers byte by byte, with strings in between, is understood', async (t) => {
  const { board, text } = await startDesk(t, { announce: true })
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

test('a reset in the middle of a frame ends in the right digits, set up once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  for (const crossed of [1, 100, 401, 792]) {
    let hold = false
    const { board, chip, text } = await startDesk(t)
    const wire = await startWire(t, board.port, { hold: () => hold })
    const { link, log } = startLink(t, wire.port)
    link.show(frame(11_111_111))
    await until('the digits', () => text() === '11111111')
    hold = true
    board.resetReceived()
    link.show(frame(22_222_222))
    await until('the frame', () => wire.held() > 0)
    wire.carry(crossed)
    await until('a part of it', () => board.received.bytes === crossed)
    board.reset()
    await until('the reset is seen', () => log.lines.some((line) => line.includes('was reset')))
    hold = false
    wire.carry(wire.held())
    await until('the digits again', () => {
      t.mock.timers.tick(100)
      return text() === '22222222'
    })
    for (let i = 0; i < 50; i += 1) {
      t.mock.timers.tick(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(log.lines.filter((line) => line.includes('was reset')).length, 1)
    assert.ok(board.received.bytes < 5000, `${board.received.bytes} bytes`)
    assert.equal(chip.display().on, true)
    await link.stop(undefined)
  }
})
