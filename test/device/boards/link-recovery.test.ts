import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Board } from '../../../device/boards/board.ts'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { boardKinds } from '../../support/boards.ts'
import { frame, pins, startDesk, startLink } from '../../support/desk.ts'
import { silent } from '../../support/log.ts'
import { freePort } from '../../support/mariadb.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'
import { startWire } from '../../support/wire.ts'

for (const kind of boardKinds) {
  test(`${kind}: the board may come later than the device`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const port = await freePort()
    const { link, log } = startLink(t, port)
    link.show(frame(7))
    await until('a refusal', () => log.lines.some((line) => line.includes('ECONNREFUSED')))
    const { text } = await startDesk(t, { port, kind })
    t.mock.timers.tick(1000)
    await until('the digits', () => text() === '       7')
    assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1)
  })
}

for (const kind of boardKinds) {
  test(`${kind}: after a lost connection all registers are written anew`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a board that was reset on a live connection is set up again at once`, async (t) => {
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a display that lost its power is lit again within 10 s`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: while numbers change all the time the registers are rewritten too`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a board that comes and goes fifty times leaves no listener and no socket behind`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a board that hangs is noticed by the heartbeat, and shown to again when it runs on`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, text } = await startDesk(t, { kind })
    const { link, log } = startLink(t, board.port)
    link.show(frame(1234))
    await until('the digits', () => text() === '    1234')
    board.freeze(true)
    link.show(frame(1235))
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(3000)
    await until('the hang is seen', () =>
      log.lines.some((line) => line.includes('does not answer')),
    )
    board.freeze(false)
    t.mock.timers.tick(1000)
    await until('the digits again', () => text() === '    1235')
  })
}

test('a peer that accepts and never speaks is given up, and one that speaks nonsense too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  for (const greeting of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
    const { port, server } = await startTcp(t, (socket) => socket.write(greeting))
    const connected = once(server, 'connection')
    const { link, log } = startLink(t, port)
    await connected
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(8000)
    await until('the end', () =>
      log.lines.some((line) => /does not get ready.*power-cycle it/.test(line)),
    )
    await link.stop(undefined)
  }
})

for (const kind of boardKinds) {
  test(`${kind}: a peer that says its version without end is dropped, not flooded with frames`, async (t) => {
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a board that was off for a moment, and knows nothing of the connection, is served within 5 s`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, chip, text } = await startDesk(t, { kind })
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
}

for (const kind of boardKinds) {
  test(`${kind}: a board that was away for an hour is served within 5 s of its return`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const port = await freePort()
    const { link, log } = startLink(t, port)
    link.show(frame(7))
    await until('a refusal', () => log.lines.length > 0)
    for (let second = 0; second < 3600; second += 1) {
      t.mock.timers.tick(1000)
      if (second % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const { text } = await startDesk(t, { port, kind })
    let passedMs = 0
    await until('the digits', () => {
      t.mock.timers.tick(100)
      passedMs += 100
      return text() === '       7'
    })
    assert.ok(passedMs <= 5000, `${passedMs} ms`)
    assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1)
  })
}

for (const kind of boardKinds) {
  test(`${kind}: fifty boards that went leave nothing of themselves in memory`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const { board, text } = await startDesk(t, { kind })
    const boards: WeakRef<Board>[] = []
    const link = new Link({
      open: async (wiring, signal) => {
        const opened = await openFirmata(tcpLink('127.0.0.1', board.port), wiring, signal)
        boards.push(new WeakRef(opened))
        return opened
      },
      wiring: { bus: 'spi', pins },
      display: max7219.open({}),
      now: Date.now,
      random: () => 0,
      log: silent,
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
}

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
    const left = wire.held()
    await until('the question', () => wire.held() > left)
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
