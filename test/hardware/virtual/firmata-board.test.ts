import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { startVirtualBoard } from '../../../hardware/virtual/firmata-board.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsText } from '../../../hardware/virtual/seven-segment.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { connectHost, settled, startBoard, VERSION } from './host.ts'

const wiring = { data: 2, clock: 3, cs: 4 }
const FIRMWARE_BYTES = 5 + 2 * 'StandardFirmata.ino'.length

/** Port messages that send words to a MAX7219 at `wiring`, DIN changing while CLK is low. */
function words(...values: number[]): number[] {
  const port = (data: number, clock: number, cs: number) => {
    const value = (data << wiring.data) | (clock << wiring.clock) | (cs << wiring.cs)
    return [0x90, value, 0]
  }
  return values.flatMap((word) => {
    const bits = Array.from({ length: 16 }, (_, i) => (word >> (15 - i)) & 1)
    return [...bits.flatMap((bit) => [...port(bit, 0, 0), ...port(bit, 1, 0)]), ...port(0, 0, 1)]
  })
}
const ON = words(0x0b07, 0x0c01)
/** The digits 1 to 8 from the left, as segments. */
const FRAME = words(0x0830, 0x076d, 0x0679, 0x0533, 0x045b, 0x035f, 0x0270, 0x017f)

describe('a virtual board', () => {
  test('says nothing unasked, like a board on the network', async (t) => {
    const board = await startBoard(t)
    const host = await connectHost(t, board.port)
    assert.deepEqual(await host.ask(), [])
  })

  test('with announce it starts anew for each client, like an Uno on USB', async (t) => {
    const board = await startBoard(t, { announce: true })
    const first = await connectHost(t, board.port)
    assert.deepEqual((await first.receive(3 + FIRMWARE_BYTES)).slice(0, 5), [
      ...VERSION,
      0xf0,
      0x79,
    ])
    await first.ask(0xf5, 2, 1)
    assert.equal(board.pins.levels, 4)
    first.socket.end()
    const second = await connectHost(t, board.port)
    await second.receive(3 + FIRMWARE_BYTES)
    assert.equal(board.pins.levels, 0)
  })

  test('keeps pins and half a message from one network client to the next', async (t) => {
    const board = await startBoard(t)
    const first = await connectHost(t, board.port)
    await first.ask(0xf5, 2, 1)
    first.send(0xf5, 3)
    first.socket.end()
    const second = await connectHost(t, board.port)
    await second.ask(1)
    assert.equal(board.pins.levels, 0b1100)
  })

  test('serves the second client when the first is gone', async (t) => {
    const board = await startBoard(t)
    const first = await connectHost(t, board.port)
    await first.ask()
    const second = await connectHost(t, board.port)
    second.send(0xf9)
    assert.deepEqual(await first.ask(), [])
    await settled()
    assert.deepEqual(second.received, [])
    first.socket.end()
    assert.deepEqual(await second.receive(3), VERSION)
  })

  test('serves the next one when a waiting client has given up', async (t) => {
    const board = await startBoard(t)
    const [first, second, third] = [
      await connectHost(t, board.port),
      await connectHost(t, board.port),
      await connectHost(t, board.port),
    ]
    second.socket.destroy()
    first.socket.resetAndDestroy()
    assert.deepEqual(await third.ask(), [])
  })

  test('counts bytes, chunks and stray bytes until the counters are reset', async (t) => {
    const board = await startBoard(t)
    const host = await connectHost(t, board.port)
    await host.ask(0x05)
    await host.ask()
    assert.deepEqual(board.received, { bytes: 3, chunks: 2, strayBytes: 1, unknown: 0 })
    board.resetReceived()
    await host.ask(0xf6)
    assert.deepEqual(board.received, { bytes: 2, chunks: 1, strayBytes: 0, unknown: 1 })
  })

  test('does nothing while its clock stands still and catches up in order', async (t) => {
    const board = await startBoard(t)
    const host = await connectHost(t, board.port)
    await host.ask()
    board.resetReceived()
    board.freeze(true)
    host.send(0xf5, 2, 1, 0xf9)
    await settled()
    host.send(0xf0, 0x6d, 2, 0xf7)
    await settled()
    assert.deepEqual([host.received, board.pins.levels, board.received.bytes], [[], 0, 0])
    board.freeze(false)
    assert.deepEqual(await host.receive(9), [...VERSION, 0xf0, 0x6e, 2, 1, 1, 0xf7])
    assert.equal(board.received.chunks, 2)
  })

  test('does not notice a client that leaves while its clock stands still', async (t) => {
    const board = await startBoard(t)
    const first = await connectHost(t, board.port)
    await first.ask()
    board.freeze(true)
    first.socket.destroy()
    const second = await connectHost(t, board.port)
    second.send(0xf9)
    await settled()
    assert.deepEqual(second.received, [])
    board.freeze(false)
    assert.deepEqual(await second.receive(3), VERSION)
  })

  test('after the reset button it has forgotten its pins and says version and firmware', async (t) => {
    const board = await startBoard(t)
    const host = await connectHost(t, board.port)
    await host.ask(0xf4, 2, 0, 0xf5, 3, 1)
    host.send(0xf0, 0x71)
    await settled()
    board.reset()
    assert.deepEqual((await host.receive(3 + FIRMWARE_BYTES)).slice(0, 5), [...VERSION, 0xf0, 0x79])
    assert.deepEqual([board.pins.mode(2), board.pins.levels], [1, 0])
    assert.deepEqual(await host.ask(), [], 'the sysex that had begun is forgotten')
  })

  test('can be reset while nobody is connected', async (t) => {
    const board = await startBoard(t)
    board.reset()
    const host = await connectHost(t, board.port)
    assert.deepEqual(await host.ask(), [])
  })

  test('cuts off its client and those that wait', async (t) => {
    const board = await startBoard(t)
    const hosts = [await connectHost(t, board.port), await connectHost(t, board.port)]
    await hosts[0]?.ask()
    const closed = hosts.map(({ socket }) => once(socket, 'close'))
    board.disconnectClients()
    await Promise.all(closed)
    const next = await connectHost(t, board.port)
    assert.deepEqual(await next.ask(), [])
  })

  test('frees its port when it closes, and can be closed twice', async () => {
    const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [] })
    await board.close()
    await board.close()
    const again = await startVirtualBoard({ host: '127.0.0.1', port: board.port, chips: [] })
    assert.equal(again.port, board.port)
    await again.close()
  })

  test('rejects with the error of node when the port is taken', async (t) => {
    const { port } = await startTcp(t)
    await assert.rejects(startBoard(t, { port }), { code: 'EADDRINUSE' })
  })
})

describe('the display of a virtual board', () => {
  test('is told once a frame, before the answer that confirms the frame', async (t) => {
    const chip = new Max7219(wiring)
    const board = await startBoard(t, { chips: [chip] })
    const host = await connectHost(t, board.port)
    await host.ask(...ON)
    const shown: string[] = []
    board.onDisplay((display) => shown.push(segmentsText(display)))
    await host.ask(...FRAME)
    assert.deepEqual(shown, ['12345678'])
    assert.deepEqual(chip.violations, [])
  })

  test('is told of each frame that a host has confirmed, even if they come in one chunk', async (t) => {
    const board = await startBoard(t, { chips: [new Max7219(wiring)] })
    const host = await connectHost(t, board.port)
    const shown: string[] = []
    board.onDisplay((display) => shown.push(segmentsText(display)))
    await host.ask(...ON, 0xf9, ...FRAME, 0xf9, ...words(0x0130))
    assert.deepEqual(shown, ['        ', '12345678', '12345671'])
  })

  test('is told once for all that came, of a host that confirms nothing', async (t) => {
    const board = await startBoard(t, { chips: [new Max7219(wiring)] })
    const host = await connectHost(t, board.port)
    const told = new Promise((resolve) => {
      board.onDisplay((display) => resolve(segmentsText(display)))
    })
    host.send(...ON, ...FRAME)
    assert.equal(await told, '12345678')
  })

  test('is not told of what has changed and changed back', async (t) => {
    const board = await startBoard(t, { chips: [new Max7219(wiring)] })
    const host = await connectHost(t, board.port)
    await host.ask(...ON)
    const shown: string[] = []
    board.onDisplay((display) => shown.push(segmentsText(display)))
    await host.ask(...words(0x0130, 0x0100))
    assert.deepEqual(shown, [])
  })

  test('is told when the chip loses its power', async (t) => {
    const chip = new Max7219(wiring)
    const board = await startBoard(t, { chips: [chip] })
    const host = await connectHost(t, board.port)
    await host.ask(...ON, ...FRAME)
    const told = new Promise((resolve) => {
      board.onDisplay((display, from) => resolve([display.on, from === chip]))
    })
    chip.power(false)
    assert.deepEqual(await told, [false, true])
  })
})

describe('a virtual board that takes time to start', () => {
  const boot = { loaderMs: 1600, blinkMs: 2200 }

  test('loses what comes to its boot loader, and carries out the first 63 bytes that came later', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const board = await startBoard(t, { boot })
    const host = await connectHost(t, board.port)
    await host.ask(0xf5, 2, 1)
    board.reset()
    assert.equal(board.pins.levels, 0)
    assert.equal(board.pins.mode(2), 0, 'nothing drives a pin')
    host.send(0xf5, 2, 1)
    await settled()
    t.mock.timers.tick(1600)
    // Version requests, each of them one byte.
    host.send(0xf5, 3, 1, ...Array(70).fill(0xf9))
    await settled()
    t.mock.timers.tick(2199)
    await settled()
    assert.deepEqual(host.received, [])
    t.mock.timers.tick(1)
    const said = await host.receive(3 + FIRMWARE_BYTES + 60 * 3)
    assert.deepEqual(said.slice(0, 5), [...VERSION, 0xf0, 0x79])
    await settled()
    assert.deepEqual(host.received, [])
    assert.equal(board.pins.levels, 8)
  })

  test('notes what comes to the I2C bus before it is set up', async (t) => {
    const board = await startBoard(t)
    const host = await connectHost(t, board.port)
    const write = [0xf0, 0x76, 0x70, 0, 1, 0, 0xf7]
    await host.ask(...write)
    assert.match(board.violations.join(), /I2C before I2C_CONFIG/)
    await host.ask(0xf0, 0x78, 0, 0, 0xf7, ...write)
    assert.equal(board.violations.length, 1)
    board.reset()
    await host.receive(3 + FIRMWARE_BYTES)
    await host.ask(...write)
    assert.equal(board.violations.length, 2)
  })
})
