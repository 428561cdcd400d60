// Messages as in github.com/firmata/protocol: protocol.md and i2c.md.
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Chip, Levels } from '../../../hardware/virtual/pins.ts'
import { chipAt, connectHost, startBoard } from './host.ts'

async function setUp(t: TestContext, chips: Chip[] = []) {
  const board = await startBoard(t, { chips })
  return { board, host: await connectHost(t, board.port) }
}

const text = (string: string) => [...Buffer.from(string)].flatMap((byte) => [byte, 0])
const says = (string: string) => [0xf0, 0x71, ...text(string), 0xf7]
/** What PIN_STATE_QUERY answers: the mode, then the state in 7-bit bytes. */
const pinState = (pin: number, ...modeAndState: number[]) => [
  0xf0,
  0x6e,
  pin,
  ...modeAndState,
  0xf7,
]

describe('StandardFirmata on a virtual Uno', () => {
  test('answers its version and firmware in the order of the questions', async (t) => {
    const { host } = await setUp(t)
    const firmware = [0xf0, 0x79, 2, 5, ...text('StandardFirmata.ino'), 0xf7]
    assert.deepEqual(await host.ask(0xf9, 0xf0, 0x79, 0xf7, 0xf9), [
      ...[0xf9, 2, 5],
      ...firmware,
      ...[0xf9, 2, 5],
    ])
  })

  test('lists what each of its 20 pins can do', async (t) => {
    const { host } = await setUp(t)
    const answer = await host.ask(0xf0, 0x6b, 0xf7)
    assert.deepEqual([...answer.slice(0, 2), answer.at(-1)], [0xf0, 0x6c, 0xf7])
    const pins: number[][] = [[]]
    for (const byte of answer.slice(2, -1)) {
      if (byte === 0x7f) pins.push([])
      else pins.at(-1)?.push(byte)
    }
    assert.equal(pins.length, 20 + 1, 'each list ends with 7F')
    // Mode and resolution: input 0, output 1, analog 2, PWM 3, servo 4, I2C 6, pull-up 11.
    assert.deepEqual(pins[0], [], 'serial port')
    assert.deepEqual(pins[2], [0, 1, 11, 1, 1, 1, 4, 14])
    assert.deepEqual(pins[3], [0, 1, 11, 1, 1, 1, 3, 8, 4, 14])
    assert.deepEqual(pins[14], [0, 1, 11, 1, 1, 1, 2, 10, 4, 14])
    assert.deepEqual(pins[18], [0, 1, 11, 1, 1, 1, 2, 10, 4, 14, 6, 1])
    const pwm = [...pins.keys()].filter((pin) => pins[pin]?.join().includes('3,8'))
    assert.deepEqual(pwm, [3, 5, 6, 9, 10, 11])
  })

  test('maps analog channels 0 to 5 to pins 14 to 19', async (t) => {
    const { host } = await setUp(t)
    const none = Array(14).fill(127)
    assert.deepEqual(await host.ask(0xf0, 0x69, 0xf7), [
      ...[0xf0, 0x6a, ...none],
      ...[0, 1, 2, 3, 4, 5, 0xf7],
    ])
  })

  test('starts with outputs, and analog inputs on A0 to A5', async (t) => {
    const { host } = await setUp(t)
    assert.deepEqual(await host.ask(0xf0, 0x6d, 13, 0xf7), pinState(13, 1, 0))
    assert.deepEqual(await host.ask(0xf0, 0x6d, 14, 0xf7), pinState(14, 2, 0))
    assert.deepEqual(await host.ask(0xf0, 0x6d, 20, 0xf7), pinState(20), 'no such pin')
  })

  test('stores a port in one go, in its outputs only', async (t) => {
    const changes: [Levels, Levels][] = []
    const chip = {
      power() {},
      pinsChanged: (before: Levels, after: Levels) => changes.push([before, after]),
    }
    const { board, host } = await setUp(t, [chip])
    await host.ask(0xf4, 3, 0, 0x90, 0x7f, 0x01, 0x91, 0x04, 0x00)
    // Pins 0 and 1 are the serial port, 3 is an input.
    assert.deepEqual(changes, [
      [0, 0b1111_0100],
      [0b1111_0100, 0b100_1111_0100],
    ])
    assert.equal(board.pins.levels, 0b100_1111_0100)
  })

  test('has only three ports', async (t) => {
    const { board, host } = await setUp(t)
    await host.ask(0x93, 0x7f, 0x01, 0x9f, 0x7f, 0x01)
    assert.equal(board.pins.levels, 0)
  })

  test('sets a single pin if it is an output', async (t) => {
    const { board, host } = await setUp(t)
    await host.ask(0xf4, 5, 0x0b, 0xf5, 4, 1, 0xf5, 5, 1, 0xf5, 99, 1)
    assert.equal(board.pins.levels, 1 << 4)
    await host.ask(0xf5, 4, 0)
    assert.equal(board.pins.levels, 0)
  })

  test('takes an output low when its mode is set again', async (t) => {
    const { board, host } = await setUp(t)
    await host.ask(0xf5, 4, 1, 0xf4, 4, 1)
    assert.equal(board.pins.levels, 0)
  })

  test('writing 1 to an input turns on its pull-up and drives nothing', async (t) => {
    const { board, host } = await setUp(t)
    assert.deepEqual(
      await host.ask(0xf4, 2, 0, 0x90, 0x04, 0, 0xf0, 0x6d, 2, 0xf7),
      pinState(2, 0, 1),
    )
    assert.equal(board.pins.levels, 0)
  })

  test('reports a port at once when asked to: inputs with a pull-up are high', async (t) => {
    const { host } = await setUp(t)
    assert.deepEqual(
      await host.ask(0xf4, 2, 0x0b, 0xf4, 7, 0x0b, 0xf5, 3, 1, 0xd0, 1),
      [0x90, 4, 1],
    )
    assert.deepEqual(await host.ask(0xd0, 0), [])
    assert.deepEqual(await host.ask(0xd3, 1), [])
  })

  test('reports an analog channel at once when asked to', async (t) => {
    const { host } = await setUp(t)
    assert.deepEqual(await host.ask(0xc1, 1, 0xc6, 1, 0xc2, 0), [0xe1, 0, 0])
  })

  test('keeps PWM and servo values, also beyond 14 bits', async (t) => {
    const { host } = await setUp(t)
    assert.deepEqual(
      await host.ask(0xf4, 3, 3, 0xe3, 0x7f, 0x01, 0xf0, 0x6d, 3, 0xf7),
      pinState(3, 3, 0x7f, 0x01),
    )
    assert.deepEqual(
      await host.ask(0xf4, 16, 4, 0xf0, 0x6f, 16, 1, 2, 3, 0xf7, 0xf0, 0x6d, 16, 0xf7),
      pinState(16, 4, 1, 2, 3),
    )
    assert.deepEqual(
      await host.ask(0xe4, 0x7f, 0x01, 0xf0, 0x6d, 4, 0xf7),
      pinState(4, 1, 0),
      'an output has no analog value',
    )
  })

  test('ignores a mode that the pin has not, and names one that does not exist', async (t) => {
    const { board, host } = await setUp(t)
    assert.deepEqual(await host.ask(0xf4, 2, 3, 0xf4, 2, 0x0a), [])
    assert.deepEqual(await host.ask(0xf4, 2, 0x20), says('Unknown pin mode'))
    assert.equal(board.pins.mode(2), 1)
  })

  test('SYSTEM_RESET gives all pins their first mode and level', async (t) => {
    const { board, host } = await setUp(t)
    const answer = await host.ask(0xf4, 2, 0, 0xf5, 3, 1, 0xff, 0xf0, 0x6d, 3, 0xf7)
    assert.deepEqual(answer, pinState(3, 1, 0))
    assert.deepEqual([board.pins.mode(2), board.pins.levels], [1, 0])
  })

  test('takes servo, sampling and string messages and counts what it does not know', async (t) => {
    const { board, host } = await setUp(t)
    await host.ask(0xf0, 0x7a, 20, 0, 0xf7, 0xf0, 0x71, 0x41, 0, 0xf7)
    await host.ask(0xf0, 0x70, 9, 0, 4, 0, 9, 0xf7)
    assert.equal(board.pins.mode(9), 4)
    assert.equal(board.received.unknown, 0)
    await host.ask(0xf0, 0x68, 0xf7, 0xf3, 0x05)
    assert.equal(board.received.unknown, 2)
    assert.equal(board.received.strayBytes, 1)
  })
})

describe('I2C through StandardFirmata', () => {
  test('the configuration gives the bus its pins', async (t) => {
    const { board, host } = await setUp(t)
    await host.ask(0xf0, 0x78, 0, 0, 0xf7)
    assert.deepEqual(
      [17, 18, 19].map((pin) => board.pins.mode(pin)),
      [2, 6, 6],
    )
  })

  test('writes reach the chip at the address', async (t) => {
    const { chip, written } = chipAt(0x70, [])
    const { host } = await setUp(t, [chip])
    await host.ask(0xf0, 0x76, 0x70, 0, 0x00, 0, 0x7f, 0x01, 0xf7)
    await host.ask(0xf0, 0x76, 0x71, 0, 0x01, 0, 0xf7)
    assert.deepEqual(written, [[0x00, 0xff]])
  })

  test('a read names the register first, if the host gives one', async (t) => {
    const { chip, written } = chipAt(0x70, [0x80, 2])
    const { host } = await setUp(t, [chip])
    assert.deepEqual(await host.ask(0xf0, 0x76, 0x70, 0x08, 0x40, 0, 2, 0, 0xf7), [
      ...[0xf0, 0x77, 0x70, 0, 0x40, 0],
      ...[0x00, 0x01, 2, 0, 0xf7],
    ])
    assert.deepEqual(written, [[0x40]])
    assert.deepEqual(await host.ask(0xf0, 0x76, 0x70, 0x08, 1, 0, 0xf7), [
      ...[0xf0, 0x77, 0x70, 0, 0, 0],
      ...[0x00, 0x01, 0xf7],
    ])
    assert.deepEqual(written, [[0x40]])
  })

  test('with no chip there it says so, and replies with what its buffer holds', async (t) => {
    const { host } = await setUp(t)
    assert.deepEqual(await host.ask(0xf0, 0x76, 0x70, 0x08, 2, 0, 0xf7), [
      ...says('I2C: Too few bytes received'),
      ...[0xf0, 0x77, 0x70, 0, 0, 0, 0, 0, 0, 0, 0xf7],
    ])
  })

  test('refuses 10-bit addresses', async (t) => {
    const { host } = await setUp(t)
    const answer = await host.ask(0xf0, 0x76, 0x70, 0x20, 1, 0, 0xf7)
    assert.deepEqual(answer, says('10-bit addressing not supported'))
  })
})
