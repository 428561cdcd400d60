// The board and its chips against host software that others wrote: firmata-io, and johnny-five's own
// drivers for the MAX7219 and the HT16K33.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import type { Firmata } from 'firmata-io'
import type five from 'johnny-five'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { startBoard } from './host.ts'

const require = createRequire(import.meta.url)
const firmataIo = require('firmata-io') as { Firmata: typeof Firmata }
const johnnyFive = require('johnny-five') as typeof five & {
  Led: {
    Digits: new (
      options: object,
    ) => {
      print(text: string): void
      digit(device: number, position: number, character: string): void
      brightness(percent: number): void
      blink(rate: 'fast' | false): void
      off(): void
      on(): void
    }
  }
}

async function openFirmata(t: TestContext, port: number, reportVersionTimeout: number) {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const io = new firmataIo.Firmata(socket, { reportVersionTimeout })
  t.after(() => clearTimeout(io.reportVersionTimeoutId))
  // firmata-io waits for the event of a serial port; a socket has another one.
  socket.once('connect', () => socket.emit('open'))
  await once(io, 'ready')
  return io
}
/** johnny-five's own drivers, ready on the io. */
async function openJohnnyFive(io: Firmata) {
  const options = { io, repl: false, debug: false, sigint: false, timeout: 10_000 } as const
  const board = new johnnyFive.Board(options)
  await once(board, 'ready')
  return board
}
const barrier = (io: Firmata) => new Promise<void>((resolve) => io.reportVersion(resolve))

describe('firmata-io', () => {
  test('finds an Uno with StandardFirmata 2.5', async (t) => {
    const board = await startBoard(t)
    const io = await openFirmata(t, board.port, 1)
    assert.deepEqual(io.version, { major: 2, minor: 5 })
    assert.deepEqual(io.firmware, {
      name: 'StandardFirmata.ino',
      version: { major: 2, minor: 5 },
    })
    assert.equal(io.pins.length, 20)
    assert.deepEqual(io.pins[1]?.supportedModes, [])
    assert.deepEqual(io.pins[3]?.supportedModes, [0, 1, 3, 4, 11])
    assert.deepEqual(io.pins[19]?.supportedModes, [0, 1, 2, 4, 6, 11])
    assert.deepEqual(
      io.pins.map((pin) => pin.analogChannel).filter((channel) => channel !== 127),
      [0, 1, 2, 3, 4, 5],
    )
    assert.deepEqual([board.received.strayBytes, board.received.unknown], [0, 0])
  })

  test('need not ask a board that announces itself', async (t) => {
    const board = await startBoard(t, { announce: true })
    const neverMs = 60_000
    const io = await openFirmata(t, board.port, neverMs)
    assert.equal(io.isReady, true)
    // CAPABILITY_QUERY and ANALOG_MAPPING_QUERY only.
    assert.equal(board.received.bytes, 6)
  })

  test('sets modes and levels, and writes to a chip on the bus', async (t) => {
    const written: number[][] = []
    const i2c = {
      address: 0x70,
      write: (bytes: readonly number[]) => written.push([...bytes]),
      read: () => [],
    }
    const board = await startBoard(t, { chips: [{ power() {}, i2c }] })
    const io = await openFirmata(t, board.port, 1)
    io.pinMode(4, io.MODES.INPUT)
    io.pinMode(13, io.MODES.OUTPUT)
    io.digitalWrite(13, io.HIGH)
    io.i2cConfig()
    io.i2cWrite(0x70, [0xef, 0x00, 0xff])
    await barrier(io)
    assert.deepEqual([board.pins.mode(4), board.pins.levels], [0, 1 << 13])
    assert.deepEqual(written, [[0xef, 0x00, 0xff]])
  })

  test('hears of the reset button', async (t) => {
    const board = await startBoard(t)
    const io = await openFirmata(t, board.port, 1)
    const heard = once(io, 'queryfirmware')
    board.reset()
    await heard
  })
})

describe("johnny-five's MAX7219", () => {
  test('prints with as many bytes as on the real firmware, and breaks no rule', async (t) => {
    const chip = new Max7219({ data: 2, clock: 3, cs: 4 })
    const board = await startBoard(t, { chips: [chip] })
    const io = await openFirmata(t, board.port, 1)
    const host = await openJohnnyFive(io)

    board.resetReceived()
    const digits = new johnnyFive.Led.Digits({ pins: { data: 2, clock: 3, cs: 4 }, board: host })
    await barrier(io)
    // Byte counts measured with StandardFirmata 2.5 in a simulated ATmega328P; F9 is ours.
    assert.equal(board.received.bytes, 1959 + 1)
    assert.deepEqual(chip.display(), { segments: Array(8).fill(0), on: true, intensity: 3 })

    board.resetReceived()
    digits.print('12345678')
    await barrier(io)
    assert.equal(board.received.bytes, 1200 + 1)
    assert.equal(segmentsToText(chip.display().segments), '12345678')

    board.resetReceived()
    digits.brightness(100)
    await barrier(io)
    assert.equal(board.received.bytes, 150 + 1)
    assert.equal(chip.display().intensity, 15)
    assert.deepEqual(chip.violations, [])
  })
})

describe("johnny-five's HT16K33", () => {
  test('prints with as many bytes as on the real firmware, and breaks no rule', async (t) => {
    const chip = new Ht16k33({ powerOnRam: 0xff })
    const board = await startBoard(t, { chips: [chip] })
    const io = await openFirmata(t, board.port, 1)
    const host = await openJohnnyFive(io)

    board.resetReceived()
    const digits = new johnnyFive.Led.Digits({ controller: 'HT16K33', board: host })
    await barrier(io)
    // Byte counts measured with StandardFirmata 2.5 in a simulated ATmega328P; F9 is ours.
    assert.equal(board.received.bytes, 65 + 1)
    const blank = { segments: [0, 0, 0, 0], on: true, intensity: 15, colon: false }
    assert.deepEqual(chip.display(), blank)

    board.resetReceived()
    digits.print('1234')
    await barrier(io)
    assert.equal(board.received.bytes, 195 + 1)
    assert.equal(segmentsToText(chip.display().segments), '1234')

    board.resetReceived()
    digits.digit(0, 4, '5')
    await barrier(io)
    assert.equal(board.received.bytes, 39 + 1)
    assert.equal(segmentsToText(chip.display().segments), '1235')

    digits.print('12:45')
    digits.brightness(50)
    digits.blink('fast')
    await barrier(io)
    const { segments, ...rest } = chip.display()
    assert.equal(segmentsToText(segments), '1245')
    assert.deepEqual(rest, { on: true, intensity: 7, colon: true })
    assert.equal(chip.blinkHz, 2)

    digits.off()
    await barrier(io)
    assert.equal(chip.display().on, false)
    digits.on()
    await barrier(io)
    assert.equal(segmentsToText(chip.display().segments), '1245')
    assert.deepEqual(chip.violations, [])
  })
})
