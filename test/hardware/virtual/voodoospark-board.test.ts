// Actions as in voodoospark firmware/voodoospark.cpp; with 7-bit bytes the low bits come first.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { settled } from './host.ts'
import {
  connect,
  D7,
  digitalRead,
  digitalWrite,
  I2C_CONFIG,
  INPUT,
  OUTPUT,
  pinMode,
  setUp,
  taken,
} from './voodoospark-client.ts'

describe('a virtual Photon', () => {
  test('says nothing unasked and does not confirm a write', async (t) => {
    const { board, host } = await setUp(t)
    host.send(...pinMode(4, OUTPUT), ...digitalWrite(4, 1))
    await taken(board, 6)
    await settled()
    assert.deepEqual(host.received, [])
    assert.deepEqual([board.pins.mode(4), board.pins.levels], [OUTPUT, 1 << 4])
  })

  test('makes D0 to D7 outputs and A0 to A7 inputs when a client connects', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle()
    const modes = (pins: number[]) => pins.map((pin) => board.pins.mode(pin))
    assert.deepEqual(modes([0, 1, 2, 3, 4, 5, 6, 7]), Array(8).fill(OUTPUT))
    assert.deepEqual(modes([10, 11, 12, 13, 14, 15, 16, 17]), Array(8).fill(INPUT))
  })

  test('answers reads with action, pin and two 7-bit bytes', async (t) => {
    const { host } = await setUp(t)
    await host.settle(...digitalWrite(2, 1))
    host.send(...digitalRead(2))
    assert.deepEqual(await host.receive(4), [0x03, 2, 1, 0])
    host.send(0x04, 10)
    assert.deepEqual(await host.receive(4), [0x04, 10, 0, 0])
    host.send(0x08, 5)
    assert.deepEqual(await host.receive(6), [0x08, 5, 0, 0, 0, 0])
  })

  test('reports pins of a port together', async (t) => {
    const { host } = await setUp(t)
    host.send(...digitalWrite(1, 1), ...digitalWrite(6, 1), 0x05, 1, 1)
    assert.deepEqual(await host.receive(4), [0x05, 0, 0b10, 0])
    host.send(0x05, 6, 1)
    assert.deepEqual(await host.receive(4), [0x05, 0, 0b100_0010, 0])
    host.send(0x05, 12, 2)
    assert.deepEqual(await host.receive(4), [0x04, 12, 0, 0])
  })

  test('keeps the level of an output that is an input for a while', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle(...digitalWrite(3, 1), ...pinMode(3, INPUT), ...digitalWrite(3, 0))
    assert.equal(board.pins.levels, 0)
    await host.settle(...pinMode(3, OUTPUT))
    assert.equal(board.pins.levels, 1 << 3)
  })

  test('takes all actions of the protocol and counts those that it does not know', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle(0x02, 4, 99, 0x06, 100, 0, 0x07, 1, 2, 3, 0x41, 0, 90)
    await host.settle(...pinMode(4, 4), ...pinMode(10, 2), ...pinMode(8, 1), ...pinMode(99, 1))
    assert.equal(board.received.unknown, 0)
    await host.settle(0x09, 0x25, 0xff, 0x14, 0, 1, 0x45)
    assert.equal(board.received.unknown, 4)
    assert.deepEqual([board.received.strayBytes, board.violations], [0, []])
  })

  test('leaves two bytes lying behind an action until more come', async (t) => {
    const { board, host } = await setUp(t)
    host.send(...digitalWrite(2, 1), ...digitalRead(2))
    await taken(board, 5)
    await settled()
    assert.deepEqual(host.received, [])
    host.send(...digitalWrite(2, 0))
    assert.deepEqual(await host.receive(4), [0x03, 2, 1, 0])
  })

  test('takes messages that come in pieces', async (t) => {
    const { board, host } = await setUp(t)
    for (const [i, byte] of [...digitalWrite(5, 1), ...digitalRead(5)].entries()) {
      host.send(byte)
      await taken(board, i + 1)
    }
    assert.deepEqual(await host.receive(4), [0x03, 5, 1, 0])
    assert.equal(board.received.strayBytes, 0)
  })

  test('serves a client no more that sends what is no action, and the next one again', async (t) => {
    const { board, host } = await setUp(t)
    host.send(...digitalWrite(2, 1), 0x46, ...digitalWrite(3, 1))
    await taken(board, 7)
    host.send(...digitalRead(2))
    await taken(board, 9)
    await settled()
    assert.deepEqual([host.received, board.pins.levels], [[], 1 << 2])
    assert.deepEqual(board.violations, ['0x46 is no action: this client is no longer served'])
    assert.equal(board.received.strayBytes, 6)
    host.socket.end()
    const next = await connect(t, board.port)
    assert.deepEqual(await next.settle(), [0x03, D7])
  })

  test('serves the second client when the first is gone, with levels kept and pieces forgotten', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle(...digitalWrite(2, 1), ...pinMode(4, INPUT))
    host.send(0x01, 3)
    const second = await connect(t, board.port)
    second.send(...digitalRead(2))
    await settled()
    assert.deepEqual(second.received, [])
    host.socket.end()
    assert.deepEqual(await second.receive(4), [0x03, 2, 1, 0])
    assert.deepEqual([board.pins.mode(4), board.pins.levels], [OUTPUT, 1 << 2])
  })

  test('does nothing while its clock stands still and catches up', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle()
    board.freeze(true)
    host.send(...digitalWrite(2, 1))
    await settled()
    host.send(...digitalRead(2))
    await settled()
    assert.deepEqual([host.received, board.pins.levels], [[], 0])
    board.freeze(false)
    assert.deepEqual(await host.receive(4), [0x03, 2, 1, 0])
  })

  test('loses its pins and its clients with the reset button', async (t) => {
    const { board, host } = await setUp(t)
    await host.settle(...digitalWrite(2, 1), ...I2C_CONFIG)
    const closed = once(host.socket, 'close')
    board.reset()
    await closed
    assert.deepEqual([board.pins.mode(2), board.pins.mode(0), board.pins.levels], [INPUT, INPUT, 0])
    const next = await connect(t, board.port)
    await next.settle()
    assert.deepEqual([board.pins.mode(0), board.pins.levels], [OUTPUT, 0])
  })
})

describe('the display of a virtual Photon', () => {
  const wiring = { data: 0, clock: 1, cs: 2 }
  /** As johnny-five shifts out over particle-io: one pin a message. */
  const word = (value: number) => [
    ...digitalWrite(wiring.cs, 0),
    ...Array.from({ length: 16 }, (_, i) => (value >> (15 - i)) & 1).flatMap((bit) => [
      ...digitalWrite(wiring.clock, 0),
      ...digitalWrite(wiring.data, bit),
      ...digitalWrite(wiring.clock, 1),
    ]),
    ...digitalWrite(wiring.cs, 1),
  ]

  test('is told of each frame behind which the host asks something', async (t) => {
    const chip = new Max7219(wiring)
    const { board, host } = await setUp(t, [chip])
    await host.settle(...word(0x0b07), ...word(0x0c01))
    const shown: string[] = []
    board.onDisplay((display) => shown.push(segmentsText(display)))
    await host.settle(...word(0x0130), ...word(0x026d), ...digitalRead(D7), ...word(0x0379))
    assert.deepEqual(shown, ['      21', '     321'])
    assert.deepEqual(chip.violations, [])
  })

  test('of a TM1637 is driven by pin modes alone: its outputs keep the low level', async (t) => {
    const pins = { clock: 3, data: 4 }
    const chip = new Tm1637(pins)
    const { board, host } = await setUp(t, [chip])
    const low = (pin: number) => pinMode(pin, OUTPUT)
    const high = (pin: number) => pinMode(pin, INPUT)
    const clockIn = (bit: number) => [
      ...(bit ? high : low)(pins.data),
      ...high(pins.clock),
      ...low(pins.clock),
    ]
    const byte = (value: number) =>
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => ((value | 0x100) >> i) & 1)
    const message = (...values: number[]) => [
      ...[...high(pins.data), ...high(pins.clock), ...low(pins.data), ...low(pins.clock)],
      ...values.flatMap(byte).flatMap(clockIn),
      ...[...low(pins.data), ...high(pins.clock), ...high(pins.data)],
    ]
    await host.settle(...message(0x40), ...message(0xc0, 0x06, 0x5b), ...message(0x8f))
    assert.deepEqual(chip.display(), { segments: [0x30, 0x6d, 0, 0], on: true, intensity: 7 })
    assert.deepEqual([chip.violations, board.violations], [[], []])
  })
})
