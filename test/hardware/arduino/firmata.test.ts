import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chip } from '../../../hardware/virtual/pins.ts'
import { Bench } from '../../support/uno.ts'

const INPUT = 0
const OUTPUT = 1
const PULLUP = 11

const mode = (pin: number, value: number) => [0xf4, pin, value]
const sevens = (text: string) => [...Buffer.from(text)].flatMap((byte) => [byte & 0x7f, byte >> 7])
const hello = [0xf9, 2, 5, 0xf0, 0x79, 1, 0, ...sevens('VisitorCounter'), 0xf7]

function started(chips: readonly Chip[] = []): Bench {
  const bench = new Bench(chips)
  bench.uno.run(20)
  return bench
}

test('says version and name within 20 ms of its start, and again after the reset button', () => {
  const bench = new Bench([])
  bench.uno.run(20)
  assert.deepEqual(bench.said, hello)
  bench.said = []
  bench.uno.reset()
  bench.uno.run(20)
  assert.deepEqual(bench.said, hello)
})

const questions: [name: string, bytes: number[], answer: number[]][] = [
  ['the version', [0xf9], [0xf9, 2, 5]],
  ['the name of the firmware', [0xf0, 0x79, 0xf7], hello.slice(3)],
  [
    'which pins are analog',
    [0xf0, 0x69, 0xf7],
    [0xf0, 0x6a, ...Array(14).fill(0x7f), 0, 1, 2, 3, 4, 5, 0xf7],
  ],
  [
    'what the pins can do: all but the serial port input, pull-up and output, A4 and A5 also I2C',
    [0xf0, 0x6b, 0xf7],
    [
      0xf0,
      0x6c,
      0x7f,
      0x7f,
      ...Array(16).fill([0, 1, 11, 1, 1, 1, 0x7f]).flat(),
      ...Array(2).fill([0, 1, 11, 1, 1, 1, 6, 1, 0x7f]).flat(),
      0xf7,
    ],
  ],
  ['the state of a pin', [0xf0, 0x6d, 5, 0xf7], [0xf0, 0x6e, 5, 0, 0, 0xf7]],
  ['the state of a pin that is not there', [0xf0, 0x6d, 70, 0xf7], [0xf0, 0x6e, 70, 0xf7]],
  [
    'an unknown sysex',
    [0xf0, 0x44, 1, 2, 0xf7],
    [0xf0, 0x71, ...sevens('Unknown sysex 0x44'), 0xf7],
  ],
  ['an unknown pin mode', mode(5, 4), [0xf0, 0x71, ...sevens('Unknown pin mode 0x04'), 0xf7]],
  ['a string', [0xf0, 0x71, ...sevens('hello'), 0xf7], []],
  ['an empty sysex', [0xf0, 0xf7], []],
  ['an analog message and a request for analog reports', [0xe3, 1, 1, 0xc0, 1], []],
]
for (const [name, bytes, answer] of questions) {
  test(`answers ${name}`, () => {
    assert.deepEqual(started().send(bytes, 40), answer)
  })
}

test('sets single pins and whole ports, and only those that are outputs', () => {
  const bench = started()
  bench.send([...mode(2, OUTPUT), ...mode(3, OUTPUT), ...mode(9, OUTPUT), ...mode(19, OUTPUT)])
  assert.deepEqual(bench.uno.drive, { levels: 0, outputs: 0b1000_0000_0010_0000_1100 })
  bench.send([0xf5, 3, 1, 0xf5, 4, 1, 0xf5, 99, 1])
  assert.equal(bench.uno.drive.levels, 1 << 3)
  bench.send([0x90, 0x7f, 1, 0x91, 0x7f, 1, 0x92, 0x7f, 1, 0x93, 0x7f, 1])
  assert.equal(bench.uno.drive.levels, (1 << 2) | (1 << 3) | (1 << 9) | (1 << 19))
  bench.send([0x90, 0x04, 0])
  assert.equal(bench.uno.drive.levels, (1 << 2) | (1 << 9) | (1 << 19))
  bench.send([0xff])
  assert.deepEqual(bench.uno.drive, { levels: 0, outputs: 0 }, 'a system reset lets go of all')
})

test('keeps its serial port and what is no pin out of reach', () => {
  const bench = started()
  bench.send([0, 1, 20, 21, 127].flatMap((pin) => [...mode(pin, OUTPUT), 0xf5, pin, 1]))
  assert.deepEqual(bench.uno.drive, { levels: 0, outputs: 0 })
})

test('the pins of a port move in one instant', () => {
  const seen: number[] = []
  const bench = started([{ power() {}, pinsChanged: (_, after) => seen.push(after) }])
  bench.send([
    ...mode(5, OUTPUT),
    ...mode(6, OUTPUT),
    ...mode(7, OUTPUT),
    0x90,
    0x60,
    1,
    0x90,
    0,
    0,
  ])
  assert.deepEqual(seen, [0xe0, 0])
})

test('reports the inputs of a port at once when asked, and then each change', () => {
  const bench = started()
  bench.uno.setInput(5, 0)
  bench.send([...mode(5, PULLUP), ...mode(6, PULLUP)])
  assert.deepEqual(bench.send([0xd0, 1]), [0x90, 0x40, 0])
  bench.uno.setInput(5, 1)
  assert.deepEqual(bench.send([]), [0x90, 0x60, 0])
  assert.deepEqual(bench.send([]), [])
  bench.send([0xd0, 0])
  bench.uno.setInput(5, 0)
  assert.deepEqual(bench.send([]), [])
})

test('a level written to an input sets its pull-up, and none is set that no client has chosen', () => {
  const bench = started()
  bench.send([...mode(5, INPUT), 0x90, 0x7f, 1])
  assert.deepEqual(
    [4, 5, 6].map((pin) => bench.uno.hasPullup(pin)),
    [false, true, false],
  )
  bench.send([0xf5, 5, 0])
  assert.equal(bench.uno.hasPullup(5), false)
})

test('an input without pull-up reads what is wired to it', () => {
  const bench = started()
  bench.uno.setInput(12, 1)
  bench.send(mode(12, INPUT))
  assert.deepEqual(bench.send([0xd1, 1]), [0x91, 0x10, 0])
})

const cuts: [name: string, half: number[]][] = [
  ['a sysex', [0xf0, 0x76, 0x70, 0, 1]],
  ['a sysex before its id', [0xf0]],
  ['a port message', [0x90, 4]],
  ['a pin mode', [0xf4]],
]
for (const [name, half] of cuts) {
  test(`half of ${name} spoils nothing of the message behind it`, () => {
    const bench = started()
    assert.deepEqual(bench.send([...half, 0xf9]), [0xf9, 2, 5])
    assert.deepEqual(bench.send([...half, 0xf0, 0x79, 0xf7], 20), hello.slice(3))
    bench.send([...half, ...mode(7, OUTPUT)])
    assert.deepEqual(bench.uno.drive, { levels: 0, outputs: 1 << 7 })
  })

  test(`after 2 s of silence ${name} is given up`, () => {
    const bench = started()
    bench.send(half, 1900)
    bench.send([...mode(2, OUTPUT)])
    bench.send(half, 2100)
    assert.deepEqual(bench.send([1, 0x7f, 1, 0xf7, 4, 1], 20), [])
    assert.deepEqual(bench.uno.drive, { levels: 0, outputs: 1 << 2 })
  })
}

test('256 bytes that come while it is busy are all carried out', () => {
  const bench = started()
  // The capabilities take 23 ms to say, in which 137 bytes come.
  const questions = Array(120).fill(0xf9)
  const said = bench.send([0xf0, 0x6b, 0xf7, ...questions, ...mode(4, OUTPUT), 0xf5, 4, 1], 80)
  assert.equal(said.filter((byte) => byte === 0xf9).length, 120)
  assert.equal(bench.uno.drive.levels, 1 << 4)
})

test('where bytes are lost because it is busy, no message is made of the pieces', () => {
  const bench = started()
  bench.send(mode(4, OUTPUT))
  // 255 bytes fit while 260 ms of answers are said; the pin that would be set lies across the gap.
  const names = Array(40).fill([0xf0, 0x79, 0xf7]).flat()
  bench.send(
    [...names, ...Array(40).fill([0xf5, 4, 0]).flat(), ...Array(500).fill([0xf5, 1, 1]).flat()],
    300,
  )
  assert.equal(bench.uno.drive.levels, 0)
  assert.deepEqual(bench.send([0xf9]), [0xf9, 2, 5])
})

/** A chip with 256 registers, of which a read goes on to the next. */
function memoryChip(address: number) {
  const registers = Uint8Array.from({ length: 256 }, (_, i) => i ^ 0xa5)
  let pointer = 0
  const chip: Chip = {
    power() {},
    i2c: {
      address,
      write([register, ...values]) {
        pointer = register ?? pointer
        for (const value of values) registers[pointer++ & 0xff] = value
      },
      read: (count) => Array.from({ length: count }, () => registers[pointer++ & 0xff] ?? 0),
    },
  }
  return { chip, registers }
}

test('writes and reads chips on I2C, once and again and again', () => {
  const { chip, registers } = memoryChip(0x48)
  const bench = started([chip])
  const pair = (value: number) => [value & 0x7f, value >> 7]
  const i2c = (mode: number, ...values: number[]) => [
    0xf0,
    0x76,
    0x48,
    mode,
    ...values.flatMap(pair),
    0xf7,
  ]
  const reply = (register: number, ...values: number[]) => [
    0xf0,
    0x77,
    ...pair(0x48),
    ...pair(register),
    ...values.flatMap(pair),
    0xf7,
  ]
  bench.send(i2c(0, 1, 2))
  assert.deepEqual(bench.strings(), ['I2C is not configured'])
  bench.send([0xf0, 0x78, 0, 0, 0xf7])
  assert.deepEqual(bench.send(i2c(0, 0x10, 0x81, 0x82, 0xff)), [])
  assert.deepEqual([...registers.slice(0x10, 0x14)], [0x81, 0x82, 0xff, 0x13 ^ 0xa5])
  assert.deepEqual(bench.send(i2c(8, 0x10, 3), 10), reply(0x10, 0x81, 0x82, 0xff))
  assert.deepEqual(bench.send(i2c(0x48, 0x90, 1), 10), reply(0x90, 0x90 ^ 0xa5))
  assert.deepEqual(bench.send(i2c(8, 2), 10), reply(0, 0x91 ^ 0xa5, 0x92 ^ 0xa5))

  bench.send([0xf0, 0x7a, 20, 0, 0xf7])
  bench.send(i2c(0x10, 0x11, 1), 70)
  const readings = bench.sysex().filter(([id]) => id === 0x77)
  assert.ok(readings.length >= 3 && readings.length <= 4, `${readings.length} in 70 ms`)
  bench.send(i2c(0x18), 30)
  assert.deepEqual(bench.send([], 60), [])

  bench.send([0xf0, 0x76, 0x49, 8, 1, 0, 2, 0, 0xf7], 20)
  assert.deepEqual(bench.strings(), ['I2C: Too few bytes received'])
  bench.send([0xf0, 0x76, 0x48, 0x28, 2, 0, 0xf7], 20)
  assert.deepEqual(bench.strings(), ['10-bit addressing not supported'])
  bench.send(i2c(8, 0, 33), 20)
  assert.deepEqual(bench.strings(), ['I2C: 1 to 32 bytes can be read'])
  assert.deepEqual(bench.send([0xf9]), [0xf9, 2, 5])
})
