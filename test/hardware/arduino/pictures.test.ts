import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changeMessage,
  parseButtons,
  type SetUp,
  setUpMessage,
} from '../../../device/boards/desk-messages.ts'
import type { Slot } from '../../../device/displays/pictures.ts'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import type { Chip, DisplayChip } from '../../../hardware/virtual/pins.ts'
import { segmentsText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { Bench } from '../../support/uno.ts'

const pins = { data: 2, clock: 3, cs: 4 }
const times = { ttlMs: 2000, hourMs: 20_000, turnMs: 1000, oldMs: 0, betweenMs: 0 }
const threeWires: SetUp = {
  wires: {
    kind: 'three-wires',
    data: 2,
    clock: 3,
    select: 4,
    lowBitFirst: false,
    clockIdlesHigh: false,
  },
  halfBitUs: 0,
  times,
}

const DP = 0x80
const figures = [0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f, 0x7b]
const segmentsOf = (figure: string | undefined) => figures[Number(figure)] ?? 0

/** Of a MAX7219: no test, no decoding, all digits, brightness 3. */
const settings = [
  [0xf, 0],
  [0x9, 0],
  [0xb, 7],
  [0xa, 3],
]

/** Of a MAX7219: dark, its settings, eight digits of which the last carries the sign, and light. */
function max7219Slots(text: string): Slot[] {
  const digits = [...text].map((figure, i): Slot => {
    const fresh = [8 - i, segmentsOf(figure)]
    return i === 7 ? { fresh, old: [1, segmentsOf(figure) | DP] } : { fresh }
  })
  return [
    { fresh: [0xc, 0], once: true },
    ...settings.map((fresh) => ({ fresh })),
    ...digits,
    { fresh: [0xc, 1] },
  ]
}
/** Of the leftmost digit's slot. */
const firstDigit = 5

function textOf(chip: DisplayChip): string {
  return chip.display().on ? segmentsText(chip.display()) : 'off'
}

/** A board with a MAX7219 that shows a number. */
function desk(number = '12345678') {
  const chip = new Max7219(pins)
  const bench = new Bench([chip])
  bench.uno.run(20)
  assert.equal(bench.setUp(threeWires), 'done')
  assert.equal(bench.pictures(1, max7219Slots(number)), 'done')
  return { chip, bench, text: () => textOf(chip) }
}

test('shows the fresh picture while the host vouches for it, then the old one, then both in turn', () => {
  const { bench, text, chip } = desk()
  for (let i = 0; i < 4; i++) {
    bench.uno.run(1500)
    assert.equal(text(), '12345678')
    assert.equal(bench.change(1, []), 'done')
  }
  bench.uno.run(1900)
  assert.equal(text(), '12345678')
  bench.uno.run(200)
  assert.equal(text(), '12345678.')
  bench.uno.run(17_000)
  assert.equal(text(), '12345678.')
  const seen: string[] = []
  for (let i = 0; i < 6; i++) {
    bench.uno.run(1000)
    seen.push(text())
  }
  assert.deepEqual(new Set(seen.slice(0, 3)).size + new Set(seen.slice(3)).size, 4, `${seen}`)
  assert.equal(bench.change(1, []), 'done')
  assert.equal(text(), '12345678', 'right again as soon as the host is back')
  assert.deepEqual(chip.violations, [])
})

test('the clock of 32 bits goes round after 49 days, and the times hold across that', () => {
  const { bench, text } = desk()
  bench.setClock(2 ** 32 - 1000)
  assert.equal(bench.pictures(2, max7219Slots('12345678')), 'done')
  bench.uno.run(1900)
  assert.equal(text(), '12345678')
  bench.uno.run(200)
  assert.equal(text(), '12345678.')
  bench.setClock(2 ** 32 - 100)
  bench.uno.run(17_000)
  assert.equal(bench.change(2, []), 'done')
  assert.equal(text(), '12345678')
  bench.setClock(2 ** 32 - 10)
  const [, answer] = [bench.send([0xf0, 0x79]), bench.send([], 2100)]
  assert.deepEqual(answer, [], 'half a message')
  assert.equal(bench.change(2, []), 'done')
})

test('a number that is old is still old when the clock has gone round to when the host was heard', () => {
  const { bench, text } = desk()
  bench.setClock(1_000_000)
  assert.equal(bench.change(1, []), 'done')
  bench.uno.run(2100)
  assert.equal(text(), '12345678.')
  bench.setClock(1_000_000)
  bench.uno.run(1100)
  assert.equal(text(), '12345678.', 'the time to live does not begin anew')
  bench.uno.run(20_000)
  bench.setClock(1_000_000)
  const seen = new Set<string>()
  for (let i = 0; i < 6; i++) {
    bench.uno.run(1000)
    seen.add(text())
  }
  assert.deepEqual([...seen].sort(), ['12345678', '12345678.'], 'an hour old it stays, too')
})

test('where the old picture cannot be told by itself the fresh one comes between', () => {
  const { bench, text } = desk()
  const pausing = { ...times, oldMs: 500, betweenMs: 1500 }
  bench.setUp({ ...threeWires, times: pausing })
  bench.pictures(1, max7219Slots('12345678'))
  bench.uno.run(2050)
  const seen: string[] = []
  for (let i = 0; i < 9; i++) {
    seen.push(text())
    bench.uno.run(500)
  }
  const cycle = ['12345678.', '12345678', '12345678', '12345678']
  assert.deepEqual(seen, [...cycle, ...cycle, '12345678.'])
})

test('the host says which picture is to be seen', () => {
  const { bench, text } = desk()
  assert.equal(bench.change(1, [], 'old'), 'done')
  assert.equal(text(), '12345678.')
  assert.equal(bench.change(1, [], 'fresh'), 'done')
  assert.equal(text(), '12345678')
})

test('one digit of both pictures takes 16 bytes, the answer included', () => {
  const { bench, text } = desk()
  const change = [{ slot: firstDigit, oldOnly: false, bytes: [8, segmentsOf('9')] }]
  const cost = changeMessage(2, 'fresh', change).length
  assert.equal(bench.change(2, change), 'done')
  assert.equal(text(), '92345678')
  assert.equal(cost + bench.said.length, 16)

  const last = firstDigit + 7
  const both = [
    { slot: last, oldOnly: false, bytes: [1, segmentsOf('9')] },
    { slot: last, oldOnly: true, bytes: [1, segmentsOf('9') | DP] },
  ]
  const costOfBoth = changeMessage(3, 'fresh', both).length
  assert.equal(bench.change(3, both), 'done')
  assert.equal(text(), '92345679')
  assert.ok(costOfBoth + bench.said.length <= 60, `${costOfBoth + bench.said.length} bytes`)
  bench.uno.run(2100)
  assert.equal(text(), '92345679.')
})

test('a chip that lost its power is right again within a second', () => {
  const { bench, chip, text } = desk()
  chip.power(false)
  chip.power(true)
  assert.equal(text(), 'off')
  bench.uno.run(1050)
  assert.equal(text(), '12345678')
})

test('changes are carried out in the order in which the host gives them', () => {
  const { bench, chip } = desk('00001999')
  const seen: string[] = []
  chip.onChange(() => seen.push(textOf(chip)))
  const set = (place: number, figure: string) => ({
    slot: firstDigit + place,
    oldOnly: false,
    bytes: [8 - place, segmentsOf(figure)],
  })
  bench.change(2, [set(7, '0'), set(6, '0'), set(5, '0'), set(4, '2')])
  assert.deepEqual(seen, ['00001990', '00001900', '00001000', '00002000'])
})

const refusals: [name: string, send: (bench: Bench) => string | undefined, outcome: string][] = [
  ['a change that is not the next', (b) => b.change(3, []), 'out-of-sequence'],
  [
    'a change of a slot that is not there',
    (b) => b.change(2, [{ slot: 40, oldOnly: false, bytes: [1, 2] }]),
    'malformed',
  ],
  [
    'the old picture of a slot that has none',
    (b) => b.change(2, [{ slot: firstDigit, oldOnly: true, bytes: [8, 2] }]),
    'malformed',
  ],
  [
    'a change with too few bytes',
    (b) => b.change(2, [{ slot: firstDigit, oldOnly: false, bytes: [8] }]),
    'malformed',
  ],
  ['a picture with an empty transfer', (b) => b.pictures(2, [{ fresh: [] }]), 'malformed'],
  ['a picture without transfers', (b) => b.pictures(2, []), 'malformed'],
  [
    'a set-up on the pins of the serial port',
    (b) => b.setUp({ ...threeWires, wires: { kind: 'two-wires', data: 0, clock: 5 } }),
    'malformed',
  ],
  [
    'a set-up with one pin for two wires',
    (b) => b.setUp({ ...threeWires, wires: { kind: 'two-wires', data: 5, clock: 5 } }),
    'malformed',
  ],
  [
    'a set-up without a time to live',
    (b) => b.setUp({ ...threeWires, times: { ...times, ttlMs: 0 } }),
    'malformed',
  ],
]
for (const [name, send, outcome] of refusals) {
  test(`refuses ${name}, and shows on what it showed`, () => {
    const { bench, text } = desk()
    assert.equal(send(bench), outcome)
    bench.uno.run(1100)
    assert.equal(text(), '12345678')
  })
}

test('a message with any bit turned is not carried out', () => {
  const { bench, text } = desk()
  const message = changeMessage(2, 'fresh', [
    { slot: firstDigit, oldOnly: false, bytes: [8, segmentsOf('9')] },
  ])
  for (let at = 2; at < message.length - 1; at++) {
    for (let bit = 0; bit < 7; bit++) {
      bench.send(message.with(at, (message[at] ?? 0) ^ (1 << bit)), 2)
      assert.equal(text(), '12345678', `bit ${bit} of byte ${at}`)
    }
  }
  bench.send(message)
  assert.equal(text(), '92345678')
})

test('the same change twice is carried out once', () => {
  const { bench, text } = desk()
  const set = (figure: string) => [
    { slot: firstDigit, oldOnly: false, bytes: [8, segmentsOf(figure)] },
  ]
  assert.equal(bench.change(2, set('9')), 'done')
  assert.equal(bench.change(2, set('7')), 'done')
  assert.equal(text(), '92345678')
  assert.equal(bench.change(3, set('7')), 'done')
  assert.equal(text(), '72345678')
})

test('changes before a set-up or after one without pictures are refused', () => {
  const bench = new Bench([new Max7219(pins)])
  bench.uno.run(20)
  assert.equal(bench.change(1, []), 'not-set-up')
  assert.equal(bench.pictures(1, max7219Slots('12345678')), 'not-set-up')
  bench.setUp(threeWires)
  assert.equal(bench.change(1, []), 'not-set-up')
  bench.pictures(1, max7219Slots('12345678'))
  bench.setUp(threeWires)
  assert.equal(bench.change(1, []), 'not-set-up')
})

test('the old picture of EEPROM is there after a reset, until a fresh one comes', () => {
  const { bench, text } = desk()
  // The first is kept after a 60th of an hour, the next after an hour.
  bench.uno.run(1500)
  bench.change(1, [])
  bench.uno.reset()
  bench.uno.run(200)
  assert.equal(text(), '12345678.')
  assert.equal(bench.change(2, []), 'not-set-up')
  bench.uno.run(1000)
  assert.equal(text(), '12345678.')
  bench.setUp(threeWires)
  assert.equal(text(), '12345678.', 'the host has said nothing of the number yet')
  bench.pictures(1, max7219Slots('12345679'))
  assert.equal(text(), '12345679')
  bench.uno.run(1500)
  bench.uno.reset()
  bench.uno.run(200)
  assert.equal(text(), '12345678.', 'kept at most once an hour')
})

test('EEPROM is written at most once an hour, in the two places in turn, and only what differs', () => {
  const { bench } = desk()
  let before = bench.uno.eeprom.slice()
  const written = () => {
    const now = bench.uno.eeprom.slice()
    const places = [0, 512].map((start) =>
      now.subarray(start, start + 512).some((byte, i) => byte !== before[start + i]),
    )
    before = now
    return places
  }
  const hold = (ms: number) => {
    for (let at = 0; at < ms; at += 1000) {
      bench.uno.run(1000)
      bench.change(1, [])
    }
  }
  hold(2000)
  assert.deepEqual(written(), [true, false])
  hold(17_000)
  assert.deepEqual(written(), [false, false])
  hold(4000)
  assert.deepEqual(written(), [false, true])
  hold(20_000)
  assert.deepEqual(written(), [true, false])
})

test('a place that was being written when the power failed is not shown', () => {
  const { bench, chip, text } = desk()
  bench.uno.run(1500)
  bench.change(1, [])
  bench.pictures(2, max7219Slots('87654321'))
  for (let i = 0; i < 20; i++) {
    bench.uno.run(1000)
    bench.change(2, [])
  }
  bench.uno.run(900)
  const { eeprom } = bench.uno
  for (let at = 0; at < 60; at++) {
    const broken = eeprom.slice()
    broken[512 + at] = (broken[512 + at] ?? 0) ^ 0x10
    const next = new Bench([chip], { eeprom: broken })
    next.uno.run(150)
    assert.equal(text(), '12345678.', `byte ${at}`)
  }
  const whole = new Bench([chip], { eeprom })
  whole.uno.run(150)
  assert.equal(text(), '87654321.')
})

test('pins of the display are out of reach of Firmata, also after a system reset', () => {
  const { bench, text } = desk()
  for (const pin of [2, 3, 4]) bench.send([0xf4, pin, 0, 0xf4, pin, 1, 0xf5, pin, 1, 0xf5, pin, 0])
  bench.send([0xff])
  for (const value of [0, 0x7f, 0, 0x1c, 0x0c, 0x10]) bench.send([0x90, value, 0])
  bench.uno.run(1100)
  assert.equal(text(), '12345678')
  assert.equal(bench.change(1, []), 'done')
})

test('a display that only EEPROM knows of gives its pins to who wants them', () => {
  const { bench } = desk()
  bench.uno.run(1500)
  bench.uno.reset()
  bench.uno.run(50)
  assert.equal(bench.uno.drive.outputs, 0b11100)
  bench.send([0xf4, 3, 1, 0xf5, 3, 1])
  assert.deepEqual(bench.uno.drive, { levels: 1 << 3, outputs: 1 << 3 })
})

test('reaches an HT16K33 on I2C, whose address is then out of reach of Firmata', () => {
  const chip = new Ht16k33()
  const bench = new Bench([chip])
  bench.uno.run(20)
  const i2c: SetUp = { wires: { kind: 'i2c' }, halfBitUs: 0, times }
  assert.equal(bench.setUp(i2c), 'done')
  const digits = (...segments: number[]) => [0x70, 0, ...segments.flatMap((byte) => [byte, 0])]
  const slots: Slot[] = [
    { fresh: [0x70, 0x21] },
    { fresh: [0x70, 0xef] },
    { fresh: digits(0x06, 0x5b, 0, 0x4f, 0x66), old: digits(0x06, 0x5b, 0, 0x4f, 0xe6) },
    { fresh: [0x70, 0x81] },
  ]
  assert.equal(bench.pictures(1, slots), 'done')
  assert.equal(textOf(chip), '1234')
  bench.send([0xf0, 0x78, 0, 0, 0xf7, 0xf0, 0x76, 0x70, 0, 0, 0, 0, 0, 0xf7], 20)
  assert.deepEqual(bench.strings(), ["This address is the display's"])
  bench.uno.run(2100)
  assert.equal(textOf(chip), '1234.')
  assert.deepEqual(chip.violations, [])
})

test('says when no chip answers', () => {
  const bench = new Bench([])
  bench.uno.run(20)
  bench.setUp({ wires: { kind: 'i2c' }, halfBitUs: 0, times })
  assert.equal(bench.pictures(1, [{ fresh: [0x70, 0x21] }]), 'display-silent')
  assert.equal(bench.change(1, []), 'display-silent')
})

test('reaches a TM1637 on two wires, and hears whether it answers', () => {
  const chip = new Tm1637({ clock: 3, data: 2 })
  const bench = new Bench([chip])
  bench.uno.run(20)
  const twoWires: SetUp = { wires: { kind: 'two-wires', data: 2, clock: 3 }, halfBitUs: 5, times }
  assert.equal(bench.setUp(twoWires), 'done')
  const slots: Slot[] = [
    { fresh: [0x40] },
    { fresh: [0xc0, 0x06, 0x5b, 0x4f, 0x66], old: [0xc0, 0x06, 0x5b, 0x4f, 0xe6] },
    { fresh: [0x88] },
  ]
  assert.equal(bench.pictures(1, slots), 'done')
  assert.equal(textOf(chip), '1234')
  bench.uno.run(2100)
  assert.equal(textOf(chip), '1234.')
  assert.deepEqual(chip.violations, [])
  chip.power(false)
  bench.uno.run(1100)
  assert.equal(bench.change(1, []), 'display-silent')
})

/** Four bytes that a chip with buttons on three wires gives, low bit first, once it was sent 0x42. */
function buttonChip(keys: number[]): Chip {
  let bits: number[] = []
  let sent = 0
  let low = false
  return {
    power() {},
    pinsChanged(before, after) {
      const level = (levels: number, pin: number) => (levels >> pin) & 1
      const [data, clock, strobe] = [2, 3, 4]
      if (level(before, strobe) > level(after, strobe)) {
        bits = []
        sent = 0
        low = false
      }
      if (level(after, strobe) === 1) return
      const read = bits.length === 8 && bits.every((bit, i) => bit === ((0x42 >> i) & 1))
      if (level(before, clock) < level(after, clock) && !read) bits.push(level(after, data))
      if (level(before, clock) > level(after, clock) && read) {
        low = (((keys[sent >> 3] ?? 0) >> (sent & 7)) & 1) === 0
        sent++
      }
    },
    pulls: () => (low ? 1 << 2 : 0),
  }
}

test('reads the buttons of a chip on three wires and reports them once they are steady', () => {
  const keys = [0, 0, 0, 0]
  const bench = new Bench([buttonChip(keys)])
  bench.uno.run(20)
  const withButtons: SetUp = {
    wires: {
      kind: 'three-wires',
      data: 2,
      clock: 3,
      select: 4,
      lowBitFirst: true,
      clockIdlesHigh: true,
      buttons: { command: 0x42, bytes: 4, pollMs: 10 },
    },
    halfBitUs: 2,
    times,
  }
  assert.equal(bench.setUp(withButtons), 'done')
  const heard = () => {
    bench.send([], 50)
    return bench.sysex().map(parseButtons)
  }
  assert.deepEqual(heard(), [])
  keys[0] = 0x01
  keys[3] = 0x10
  assert.deepEqual(heard(), [[0x01, 0, 0, 0x10]])
  assert.deepEqual(heard(), [])
  keys[0] = keys[3] = 0
  assert.deepEqual(heard(), [[0, 0, 0, 0]])
})

test('a set-up for other wires leaves the ones before alone', () => {
  const { bench, chip } = desk()
  assert.equal(
    bench.setUp({ ...threeWires, wires: { kind: 'two-wires', data: 8, clock: 9 } }),
    'done',
  )
  assert.equal(bench.uno.drive.outputs, 0)
  assert.equal(textOf(chip), '12345678')
  assert.ok(setUpMessage(0, threeWires).length < 36)
})

test('a program that hangs is started anew within 3 s by an interrupt, never by a reset of the watchdog', () => {
  const { bench, text } = desk()
  bench.uno.run(1500)
  bench.change(1, [])
  assert.deepEqual(bench.uno.watchdog, { resets: false, interrupts: true })
  bench.said = []
  bench.uno.hang()
  bench.uno.run(1000)
  assert.deepEqual(bench.said, [])
  bench.uno.run(1500)
  bench.uno.unhang()
  bench.uno.run(500)
  assert.deepEqual(bench.said.slice(0, 3), [0xf9, 2, 5])
  assert.equal(text(), '12345678.')
  assert.deepEqual(bench.uno.watchdog, { resets: false, interrupts: true })
  assert.equal(bench.setUp(threeWires), 'done')
  assert.equal(bench.pictures(1, max7219Slots('12345679')), 'done')
  assert.equal(text(), '12345679')
})
