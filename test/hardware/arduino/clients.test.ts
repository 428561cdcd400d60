// Our firmware on the simulated processor against host software that others wrote.
import assert from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Firmata } from 'firmata-io'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import type { Chip } from '../../../hardware/virtual/pins.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { startUno } from '../../support/boards.ts'
import { until } from '../../support/until.ts'

const require = createRequire(import.meta.url)
const firmataIo = require('firmata-io') as { Firmata: typeof Firmata }
/** More of firmata-io, which ships no types. */
type Client = Firmata & {
  digitalRead(pin: number, callback: (value: number) => void): void
  i2cReadOnce(
    address: number,
    register: number,
    count: number,
    callback: (bytes: number[]) => void,
  ): void
  i2cRead(
    address: number,
    register: number,
    count: number,
    callback: (bytes: number[]) => void,
  ): void
  sendString(text: string): void
}
/** The parts of johnny-five that are used here; it ships no types. */
const johnnyFive = require('johnny-five') as {
  Board: new (options: object) => EventEmitter
  Button: new (options: object) => EventEmitter
  Led: (new (
    options: object,
  ) => { on(): void; off(): void }) & {
    Digits: new (options: object) => { print(text: string): void }
  }
}

async function startClient(t: TestContext, chips: readonly Chip[]) {
  const board = await startUno({ host: '127.0.0.1', port: 0, chips })
  t.after(() => board.close())
  const socket = connect(board.port, '127.0.0.1')
  t.after(() => socket.destroy())
  const io = new firmataIo.Firmata(socket, { reportVersionTimeout: 1 }) as Client
  t.after(() => clearTimeout(io.reportVersionTimeoutId))
  // firmata-io waits for the event of a serial port; a socket has another one.
  socket.once('connect', () => socket.emit('open'))
  await once(io, 'ready')
  return { board, uno: board.uno, io }
}

async function openJohnnyFive(io: Firmata) {
  const board = new johnnyFive.Board({ io, repl: false, debug: false, sigint: false })
  await once(board, 'ready')
  return board
}

test('firmata-io finds out what the board is and can do, and moves its pins', async (t) => {
  const { uno, io } = await startClient(t, [])
  assert.deepEqual(io.version, { major: 2, minor: 5 })
  assert.deepEqual(io.firmware, { name: 'VisitorCounter', version: { major: 1, minor: 0 } })
  assert.deepEqual(
    io.pins.map(({ supportedModes }) => supportedModes.length),
    [0, 0, ...Array(16).fill(3), 4, 4],
  )
  io.pinMode(7, io.MODES.OUTPUT)
  io.digitalWrite(7, io.HIGH)
  io.sendString('hello')
  await until('the pin', () => uno.drive.levels === 1 << 7)
  assert.equal(uno.drive.outputs, 1 << 7)
})

test('firmata-io hears of inputs, and reads and writes chips on I2C', async (t) => {
  const registers = Uint8Array.from({ length: 256 }, (_, i) => i ^ 0x5a)
  let pointer = 0
  const memory: Chip = {
    power() {},
    i2c: {
      address: 0x48,
      write([register, ...values]) {
        pointer = register ?? pointer
        for (const value of values) registers[pointer++ & 0xff] = value
      },
      read: (count) => Array.from({ length: count }, () => registers[pointer++ & 0xff] ?? 0),
    },
  }
  const { uno, io } = await startClient(t, [memory])
  const levels: number[] = []
  io.pinMode(8, io.MODES.INPUT)
  io.digitalRead(8, (level) => levels.push(level))
  uno.setInput(8, 1)
  await until('a level', () => levels.at(-1) === 1)
  uno.setInput(8, 0)
  await until('the other', () => levels.at(-1) === 0)

  io.i2cConfig()
  io.i2cWrite(0x48, [0x10, 0xab, 0xcd])
  await until('the bytes', () => registers[0x11] === 0xcd)
  const once = await new Promise<number[]>((resolve) => io.i2cReadOnce(0x48, 0x10, 2, resolve))
  assert.deepEqual(once, [0xab, 0xcd])
  const readings: number[] = []
  io.i2cRead(0x48, 0x20, 1, ([byte = -1]) => readings.push(byte))
  await until('readings again and again', () => readings.length >= 3)
  assert.deepEqual(new Set(readings), new Set([0x20 ^ 0x5a]))
})

test("johnny-five's own parts work: a LED, a button, and its digits on a MAX7219", async (t) => {
  const chip = new Max7219({ data: 2, clock: 3, cs: 4 })
  const { uno, io } = await startClient(t, [chip])
  const board = await openJohnnyFive(io)
  const led = new johnnyFive.Led({ pin: 13, board })
  led.on()
  await until('the LED', () => (uno.drive.levels & (1 << 13)) !== 0)
  led.off()
  await until('the LED is off', () => (uno.drive.levels & (1 << 13)) === 0)

  let pressed = 0
  const button = new johnnyFive.Button({ pin: 8, board, isPullup: true })
  button.on('press', () => {
    pressed += 1
  })
  await until('the pull-up', () => uno.hasPullup(8))
  uno.setInput(8, 1)
  await new Promise((resolve) => setTimeout(resolve, 60))
  uno.setInput(8, 0)
  await until('a press', () => pressed === 1)
  // While it is held johnny-five has a timer.
  const released = once(button, 'release')
  uno.setInput(8, 1)
  await released

  const digits = new johnnyFive.Led.Digits({ pins: { data: 2, clock: 3, cs: 4 }, board })
  digits.print('12345678')
  await until('the digits', () => segmentsToText(chip.display().segments) === '12345678')
  assert.deepEqual(chip.violations, [])
})
