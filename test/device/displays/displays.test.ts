import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ht16k33 } from '../../../device/displays/ht16k33.ts'
import { ht16k33Fourteen } from '../../../device/displays/ht16k33-14.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { tm1638 } from '../../../device/displays/tm1638.ts'
import { changes, initialize, refresh } from '../../../device/displays/transfers.ts'
import { segmentsOf } from '../../../device/face/font.ts'
import { type Frame, toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { chainMax7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { Tm1638 } from '../../../hardware/virtual/tm1638.ts'
import {
  allPairs,
  carrier,
  lampsOf,
  type Pair,
  pins,
  shownBy,
  textOf,
} from '../../support/displays.ts'
import { anyFrame } from '../../support/frames.ts'

/** What a chip with so many steps of brightness shows of a frame. */
function visible({ cells, intensity, on }: Frame, pair: Pair) {
  const lamps = lampsOf(cells, pair)
  return on
    ? { lamps, on, intensity: Math.min(intensity, pair.steps - 1) }
    : { lamps: lamps.map(() => 0), on, intensity: 0 }
}

for (const { name, display } of allPairs()) {
  const newPair = () => {
    const pair = allPairs().find((each) => each.name === name)
    if (pair === undefined) throw new Error(name)
    return { ...pair, carry: carrier(pair.chips) }
  }
  const violations = (pair: ReturnType<typeof newPair>) =>
    pair.chips.flatMap((chip) => chip.violations)
  const looks = (pair: ReturnType<typeof newPair>, frame: Frame) => {
    const shown = shownBy(pair)
    const wanted = visible(frame, pair)
    assert.deepEqual(frame.on ? shown : { ...shown, intensity: 0 }, wanted)
  }

  test(`${name} shows any frame after power-on, without breaking a rule of the data sheet`, () => {
    fc.assert(
      fc.property(anyFrame(display.digits), (frame) => {
        const pair = newPair()
        pair.carry(initialize(pair.display, frame))
        looks(pair, frame)
        assert.deepEqual(violations(pair), [])
      }),
    )
  })

  test(`${name} goes from any frame to any other by its changes, or by a refresh`, () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame(display.digits), { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        (all, refreshed) => {
          const pair = newPair()
          let before: Frame | undefined
          for (const frame of all) {
            pair.carry(
              before === undefined
                ? initialize(pair.display, frame)
                : refreshed
                  ? refresh(pair.display, frame)
                  : changes(pair.display, before, frame),
            )
            looks(pair, frame)
            before = frame
          }
          assert.deepEqual(violations(pair), [])
        },
      ),
    )
  })

  test(`${name} is right again after a power cut by a refresh, and dark until it is told all`, () => {
    const pair = newPair()
    const eights = { cells: toCells('8'.repeat(display.digits)), intensity: 7, on: true }
    pair.carry(initialize(pair.display, eights))
    for (const chip of pair.chips) chip.power(false)
    for (const chip of pair.chips) chip.power(true)
    assert.equal(shownBy(pair).on, false)
    const seen = pair.chips.map((chip) => {
      const each = new Set<string>()
      chip.onChange(() => {
        if (chip.display().on) each.add(JSON.stringify(chip.display()))
      })
      return each
    })
    pair.carry(refresh(pair.display, eights))
    looks(pair, eights)
    for (const each of seen) assert.equal(each.size, 1, 'something else lit up on the way')
  })

  test(`${name} shows each of any numbers in turn, without a digit left over`, () => {
    const counts = fc.oneof(fc.nat({ max: 10 ** 4 }), fc.integer({ min: 0, max: 10 ** 12 }))
    fc.assert(
      fc.property(
        fc.array(counts, { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        (values, points) => {
          const pair = newPair()
          let before: Frame | undefined
          for (const value of values) {
            const text = numberText(value, display.digits, points, display.points)
            const frame = { cells: toCells(text), intensity: 3, on: true }
            pair.carry(
              before === undefined
                ? initialize(pair.display, frame)
                : changes(pair.display, before, frame),
            )
            assert.equal(textOf(pair).slice(-text.length), text)
            before = frame
          }
        },
      ),
    )
  })

  test(`${name} needs no transfer for a frame that looks the same`, () => {
    fc.assert(
      fc.property(anyFrame(display.digits), (frame) => {
        assert.deepEqual(changes(display, frame, { ...frame, cells: [...frame.cells] }), [])
      }),
    )
  })
}

test('what an earlier program left in a MAX7219 does not flash up', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }), (old) => {
      const chips = chainMax7219(pins, 1)
      const carry = carrier(chips)
      carry(old.map((word) => ({ bus: 'spi', bytes: [word >> 8, word & 0xff] })))
      const [chip] = chips
      const wasLit = chip?.display().on
      const seen: boolean[] = []
      chip?.onChange(() => seen.push(chip.display().on))
      carry(initialize(max7219.open({}), { cells: toCells('11111111'), intensity: 3, on: true }))
      assert.deepEqual(seen.filter((on) => on).length, 1)
      if (wasLit) assert.equal(seen[0], false)
    }),
  )
})

test('modules that are mirrored or swapped are put right by an order of digits', () => {
  const cells = toCells('12345678907531AF')
  const digits = cells.map((cell) => segmentsOf(cell))
  const order = [...Array(8).keys()].map((i) => i + 8).concat([...Array(8).keys()])
  const chips = chainMax7219(pins, 2)
  const carry = carrier(chips)
  const display = max7219.open({ digits: 16, digitOrder: order })
  carry(initialize(display, { cells, intensity: 3, on: true }))
  const [left, right] = chips.map((chip) => chip.display())
  assert.ok(left && right)
  assert.deepEqual(joinDisplays([right, left]).segments, digits)

  const mirrored = chainMax7219(pins, 1)
  carrier(mirrored)(
    initialize(max7219.open({ digitOrder: [7, 6, 5, 4, 3, 2, 1, 0] }), {
      cells: cells.slice(0, 8),
      intensity: 3,
      on: true,
    }),
  )
  assert.deepEqual(mirrored[0]?.display().segments, digits.slice(0, 8).reverse())
})

test('a TM1637 of 4 digits lights no point, which is the colon of its clock, unless it is said to have some', () => {
  for (const [options, wanted] of [
    [{}, '1234'],
    [{ points: true }, '1.234.'],
  ] as const) {
    const chip = new Tm1637(pins)
    const display = tm1637.open(options)
    carrier([chip])(initialize(display, { cells: toCells('1.234.'), intensity: 3, on: true }))
    assert.equal(segmentsToText(chip.display().segments), wanted)
  }
  assert.equal(tm1637.open({ digits: 6 }).points, true)
})

test('a TM1638 lights no LED, whatever its registers held', () => {
  const chip = new Tm1638(pins, { powerOnRam: 0xff })
  const carry = carrier([chip])
  const display = tm1638.open({})
  const lit: boolean[] = []
  chip.onChange(() => lit.push(chip.leds.includes(true)))
  const shown = { cells: toCells('12345678'), intensity: 3, on: true }
  carry(initialize(display, shown))
  const next = { ...shown, cells: toCells('88888888') }
  carry(changes(display, shown, next))
  chip.power(false)
  chip.power(true)
  carry(refresh(display, next))
  assert.equal(segmentsToText(chip.display().segments), '88888888')
  assert.ok(lit.length > 8)
  assert.ok(!lit.includes(true))
})

test('an order or a count that no chip can have is refused', () => {
  assert.throws(
    () => max7219.open({ digits: 8, digitOrder: [0, 1, 2] }),
    /names each of 1 to 8 once/,
  )
  assert.throws(() => max7219.open({ digits: 4, digitOrder: [0, 1, 2, 2] }), /once/)
  assert.throws(() => max7219.open({ digits: 12 }), /--digits: 12 is not possible/)
  assert.throws(() => tm1637.open({ digits: 5 }), /4 or 6/)
  assert.throws(() => tm1638.open({ digits: 4 }), /--digits: 4 .* TM1638; its modules have 8/)
  assert.throws(() => ht16k33.open({ digits: 8, addresses: [0x70] }), /each backpack has 4/)
})

test('one digit takes one transfer on every chip', () => {
  for (const display of [
    max7219.open({}),
    ht16k33.open({}),
    ht16k33Fourteen.open({}),
    tm1637.open({ digits: 4 }),
    tm1638.open({}),
  ]) {
    const cells = toCells('0'.repeat(display.digits))
    const shown = { cells, intensity: 3, on: true }
    const changed = { ...shown, cells: cells.with(-1, { character: '1', point: false }) }
    assert.equal(changes(display, shown, changed).length, 1)
  }
})

test('of the RAM of an HT16K33 what is no digit is 0, so that the colon stays dark', () => {
  const digitAddresses = [0, 2, 6, 8]
  fc.assert(
    fc.property(anyFrame(4), (frame) => {
      const chip = new Ht16k33({ powerOnRam: 0xff })
      const display = ht16k33.open({})
      const carry = carrier([chip])
      carry(initialize(display, frame))
      chip.i2c.write([0])
      const unused = chip.i2c.read(9).filter((_, at) => !digitAddresses.includes(at))
      assert.deepEqual(unused, [0, 0, 0, 0, 0])
      assert.equal(chip.display().colon, false)
    }),
  )
})
