// Actions as in voodoospark firmware/voodoospark.cpp; with 7-bit bytes the low bits come first.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import type { Chip } from '../../../hardware/virtual/pins.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { startVoodooSparkBoard } from '../../../hardware/virtual/voodoospark-board.ts'
import { chipAt, connectHost, settled } from './host.ts'

const D7 = 7
const INPUT = 0
const OUTPUT = 1
const pinMode = (pin: number, mode: number) => [0x00, pin, mode]
const digitalWrite = (pin: number, value: number) => [0x01, pin, value]
const digitalRead = (pin: number) => [0x03, pin]
const I2C_CONFIG = [0x30, 0, 0]
/** As particle-io sends it: address, length in 7-bit bytes, then two for each byte. */
const i2cWrite = (address: number, ...bytes: number[]) => [
  ...[0x31, address, (2 * bytes.length) & 0x7f, (2 * bytes.length) >> 7],
  ...bytes.flatMap((byte) => [byte & 0x7f, byte >> 7]),
]
const i2cRead = (address: number, register: number, count: number) => [
  ...[0x32, address, register & 0x7f, register >> 7, count, 0],
]

async function setUp(t: TestContext, chips: Chip[] = []) {
  const board = await startVoodooSparkBoard({ host: '127.0.0.1', port: 0, chips })
  t.after(() => board.close())
  return { board, host: await connect(t, board.port) }
}

async function connect(t: TestContext, port: number) {
  const host = await connectHost(t, port)
  /** Sends the bytes, waits until all is done, and gives the head of the answer that tells it. */
  async function settle(...bytes: number[]) {
    // A write to a pin that does not exist, so that the question is not left lying.
    host.send(...bytes, ...digitalRead(D7), ...digitalWrite(8, 0))
    return (await host.receive(4)).slice(0, 2)
  }
  return { ...host, settle }
}

/** Turns of the event loop until so many bytes have come to the board. */
async function taken(board: { received: { bytes: number } }, bytes: number) {
  while (board.received.bytes < bytes) await setImmediate()
}

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
    board.onDisplay(({ segments }) => shown.push(segmentsToText(segments)))
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
