// Actions as in voodoospark firmware/voodoospark.cpp; with 7-bit bytes the low bits come first.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { chipAt, settled } from './host.ts'
import {
  connect,
  D7,
  digitalRead,
  digitalWrite,
  I2C_CONFIG,
  INPUT,
  i2cRead,
  i2cWrite,
  pinMode,
  setUp,
  taken,
} from './voodoospark-client.ts'

describe('I2C on a virtual Photon', () => {
  test('is off until it is configured, then has D0 and D1 until the reset button', async (t) => {
    const { chip, written } = chipAt(0x70)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...i2cWrite(0x70, 0x21))
    assert.deepEqual([written, board.violations], [[], ['I2C before I2C_CONFIG: the bus is off']])
    await host.settle(...I2C_CONFIG, ...pinMode(0, INPUT), ...digitalWrite(1, 1))
    assert.deepEqual([board.pins.mode(0), board.pins.mode(1), board.pins.levels], [6, 6, 0])
    host.socket.end()
    const next = await connect(t, board.port)
    await next.settle(...i2cWrite(0x70, 0x21))
    assert.deepEqual([board.pins.mode(0), written], [6, [[0x21]]])
  })

  test('drives an HT16K33 with writes of up to 30 bytes that come whole', async (t) => {
    const chip = new Ht16k33()
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    for (const bytes of [[0x21], [0x81], [0x00, 0x06, 0, 0x5b, 0, 0x02, 0, 0xcf, 0, 0x66]]) {
      await host.settle(...i2cWrite(0x70, ...bytes))
    }
    const { segments, colon } = chip.display()
    assert.deepEqual([segmentsToText(segments), colon], ['123.4', true])
    await host.settle(...i2cWrite(0x70, 0x00, ...Array(29).fill(0xff)))
    assert.deepEqual([chip.violations, board.violations], [[], []])
  })

  test('answers a read with count, address, register and whole bytes', async (t) => {
    const { chip, written } = chipAt(0x70, [0x80, 0xff])
    const { host } = await setUp(t, [chip])
    host.send(...I2C_CONFIG, ...i2cRead(0x70, 0x40, 2))
    assert.deepEqual(await host.receive(7), [0x77, 2, 0x70, 0x40, 0, 0x80, 0xff])
    assert.deepEqual(written, [[0x40]])
    host.send(...i2cRead(0x70, 0xff, 1))
    assert.deepEqual(await host.receive(6), [0x77, 1, 0x70, 0x7f, 1, 0x80])
    assert.deepEqual(written, [[0x40]], 'register FF means none')
    host.send(...i2cRead(0x71, 0x40, 2))
    assert.deepEqual((await host.receive(7)).slice(5), [0x80, 0xff], 'what its buffer held before')
  })

  test('takes at most 32 bytes onto the bus', async (t) => {
    const { chip, written } = chipAt(0x70, Array(64).fill(9))
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    host.send(...i2cRead(0x70, 0xff, 40))
    const reply = await host.receive(45)
    assert.deepEqual(reply.slice(5), [...Array(32).fill(9), ...Array(8).fill(0)])
    assert.deepEqual([written, board.violations], [[], []])
    host.send(...i2cRead(0x70, 0xff, 60))
    assert.equal((await host.receive(64)).length, 64)
    assert.deepEqual(board.violations, ['an I2C read of 60 bytes does not fit into 64'])
  })

  test('acts on a write whose payload is not there yet, and swallows the rest', async (t) => {
    const { chip, written } = chipAt(0x70)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    board.resetReceived()
    const message = i2cWrite(0x70, 0x00, 0x06, 0xff, 0x5b)
    host.send(...message.slice(0, 4 + 4))
    await taken(board, 8)
    assert.deepEqual(written, [[0x00, 0x06, 0, 0]])
    assert.deepEqual(board.violations, [
      'an I2C write of 8 bytes was carried out with 4 of them still to come',
    ])
    await host.settle(...message.slice(8), ...digitalWrite(5, 1))
    assert.equal(board.pins.levels, 1 << 5, 'what follows is understood')
    assert.equal(board.received.strayBytes, 4)
  })

  test('writes the head of the message to the chip when nothing of the payload is there', async (t) => {
    const { chip, written } = chipAt(0x70)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    board.resetReceived()
    host.send(...i2cWrite(0x70, 1, 2, 3).slice(0, 4))
    await taken(board, 4)
    // 31 70, 06 00, nothing, as pairs of 7-bit bytes.
    assert.deepEqual(written, [[(0x31 + (0x70 << 7)) & 0xff, 0x06, 0]])
  })

  test('spoils the print of johnny-five: of 190 bytes at once it takes 64 at a time', async (t) => {
    const { chip, written } = chipAt(0x70)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    const ram = i2cWrite(0x70, 0x00, ...Array(16).fill(0xff))
    assert.equal(ram.length, 38)
    await host.settle(...ram, ...ram, ...ram, ...ram, ...ram)
    assert.deepEqual(written[0], [0x00, ...Array(16).fill(0xff)])
    assert.deepEqual(written[1], [0x00, ...Array(10).fill(0xff), ...Array(6).fill(0)])
    assert.equal(
      board.violations[0],
      'an I2C write of 34 bytes was carried out with 12 of them still to come',
    )
  })

  test('has room for 32 bytes in a write and hangs on one that a byte cannot count', async (t) => {
    const { chip, written } = chipAt(0x70)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...I2C_CONFIG)
    await host.settle(...i2cWrite(0x70, ...Array(33).fill(7)))
    assert.ok(board.violations.includes('an I2C write of 66 bytes does not fit into 64'))
    assert.equal(written[0]?.length, 32)
    board.resetReceived()
    host.send(0x31, 0x70, 0x7f, 0x01)
    await taken(board, 4)
    assert.match(board.violations.at(-1) ?? '', /255 bytes never ends: the firmware hangs/)
    host.socket.end()
    const next = await connect(t, board.port)
    next.send(...digitalRead(D7))
    await settled()
    assert.deepEqual(next.received, [], 'until the reset button')
    const closed = once(next.socket, 'close')
    board.reset()
    await closed
    const last = await connect(t, board.port)
    assert.deepEqual(await last.settle(), [0x03, D7])
  })
})
