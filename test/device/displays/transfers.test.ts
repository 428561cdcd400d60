import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { max7219 } from '../../../device/displays/max7219.ts'
import { countShown } from '../../../device/displays/picture.ts'
import { changes, initialize } from '../../../device/displays/transfers.ts'
import { type Frame, toCells, withPoint } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { shares } from '../../../device/face/side-by-side.ts'
import {
  allPairs,
  atEachChange,
  carrier,
  type Pair,
  shownBy,
  textOf,
} from '../../support/displays.ts'

/** A display that goes from a frame to the next, and hands out the pictures on its way. */
function walk(pair: Pair, first: Frame): (next: Frame) => string[] {
  let shown = first
  let wanted = first
  let seen: string[] = []
  const afterEach = atEachChange(pair, () => {
    seen.push(shownBy(pair).on ? textOf(pair, shown.cells, wanted.cells) : 'off')
  })
  const carry = carrier(pair.chips, afterEach)
  carry(initialize(pair.display, first))
  return (next) => {
    seen = []
    wanted = next
    carry(changes(pair.display, shown, next))
    shown = next
    return seen
  }
}

const pictures = (pair: Pair, shown: Frame, next: Frame) => walk(pair, shown)(next)

/** What a person reads, at most: a gap between figures may be a zero. */
function read(text: string): number {
  const figures = text.replaceAll('-', ' ').trim().replaceAll(' ', '0').replace(/\.$/, '')
  // An exponent of nothing claims nothing.
  if (text === 'off' || figures === '' || figures.startsWith('E')) return 0
  return Number(figures.includes('E') ? figures : figures.replaceAll('.', ''))
}

const newPair = (name: string): Pair => {
  const pair = allPairs().find((each) => each.name === name)
  if (pair === undefined) throw new Error(name)
  return pair
}

const frameOf = (text: string, change: Partial<Frame> = {}): Frame => ({
  cells: toCells(text),
  intensity: 3,
  on: true,
  ...change,
})

/**
 * Counts of up to 4 figures. Which of two pictures claims more depends, at each place, on which of two
 * figures is larger, so that two figures stand for all ten.
 */
function upTo4(figures: readonly number[]): number[] {
  let counts = [0]
  for (let place = 0; place < 4; place += 1) {
    counts = counts.flatMap((count) => figures.map((figure) => 10 * count + figure))
  }
  return counts
}

for (const { name, display } of allPairs()) {
  const width = display.digits
  const counts = upTo4(width === 4 ? [0, 1, 9] : [0, 1]).filter(
    (count) => String(count).length <= width,
  )

  test(`${name} claims on no way from one count to another more than the larger`, () => {
    const step = walk(newPair(name), frameOf(numberText(0, width)))
    for (const from of counts) {
      for (const to of counts) {
        step(frameOf(numberText(from, width)))
        const seen = step(frameOf(numberText(to, width)))
        const above = seen.filter((text) => !(read(text) <= Math.max(from, to)))
        assert.deepEqual(above, [], `${from} to ${to}`)
        assert.ok(!seen.includes('off'), `${from} to ${to}: dark`)
      }
    }
  })

  test(`${name} does so with any counts, exponents, points, signs, and brightness too`, () => {
    const count = fc.oneof(
      fc.nat({ max: 10 ** 4 }),
      fc.integer({ min: 10 ** width - 1000, max: 10 ** width + 1000 }),
      fc.integer({ min: 0, max: 10 ** Math.min(15, width + 4) }),
    )
    const frame = fc
      .record({
        count,
        points: fc.boolean(),
        sign: fc.boolean(),
        intensity: fc.constantFrom(3, 3, 4),
        on: fc.constantFrom(true, true, true, false),
      })
      .map(({ count: value, points, sign, intensity, on }) => {
        const text = numberText(value, width, points, display.points)
        const frame = frameOf(text, { intensity, on })
        const last = display.points ? frame.cells.at(-1) : undefined
        const cells =
          sign && last !== undefined ? frame.cells.with(-1, withPoint(last)) : frame.cells
        return { text, frame: { ...frame, cells } }
      })
    fc.assert(
      fc.property(frame, frame, (from, to) => {
        const most = Math.max(read(from.text), read(to.text))
        const seen = pictures(newPair(name), from.frame, to.frame)
        const above = seen.filter((text) => !(read(text) <= most))
        assert.deepEqual(above, [], `${from.text} to ${to.text}`)
      }),
      { numRuns: 200 },
    )
  })

  test(`${name} that has lost its power unnoticed lights up with the right picture or not at all`, () => {
    const text = numberText(12345678, width)
    const styles: [before: Partial<Frame>, after: Partial<Frame>][] = [
      [{ intensity: 3 }, { intensity: 4 }],
      [{ on: false }, { on: true }],
    ]
    for (const [before, after] of styles) {
      for (const next of [text, numberText(7, width)]) {
        const pair = newPair(name)
        const carry = carrier(pair.chips)
        const shown = frameOf(text, before)
        carry(initialize(pair.display, shown))
        for (const chip of pair.chips) chip.power(false)
        for (const chip of pair.chips) chip.power(true)
        const lit = new Set<string>()
        for (const chip of pair.chips) {
          chip.onChange(() => {
            if (chip.display().on) lit.add(JSON.stringify(chip.display()))
          })
        }
        carry(changes(pair.display, shown, frameOf(next, after)))
        assert.equal(textOf(pair).slice(-next.length), next)
        const right = pair.chips.map((chip) => JSON.stringify(chip.display()))
        assert.deepEqual(
          [...lit].filter((each) => !right.includes(each)),
          [],
        )
      }
    }
  })
}

for (const { name, display } of allPairs().filter((pair) => pair.display.digits >= 8)) {
  test(`${name} claims of neither of two counts side by side more than its larger`, () => {
    const width = display.digits
    const count = fc.oneof(fc.nat(99), fc.nat(99_999))
    const both = fc.record({
      left: count,
      right: count,
      sign: fc.boolean(),
      intensity: fc.constantFrom(3, 3, 3, 4),
    })
    const frames = ({
      left,
      right,
      sign,
      intensity,
    }: typeof both extends fc.Arbitrary<infer T> ? T : never) => {
      const places = shares(width, [left, right])
      const text = `${numberText(left, places[0])}${sign ? '.' : ''} ${numberText(right, places[1])}`
      return frameOf(text, { secondAt: places[0], intensity })
    }
    const parts = (text: string, at: number) => {
      const each = text.match(/.\.?/g) ?? []
      return [each.slice(0, at), each.slice(at)].map((places) =>
        read(places.join('').replace(/\.$/, '')),
      )
    }
    fc.assert(
      fc.property(both, both, (from, to) => {
        const [shown, next] = [frames(from), frames(to)]
        const most = [Math.max(from.left, to.left), Math.max(from.right, to.right)]
        const seen = pictures(newPair(name), shown, next)
        for (const text of seen) {
          if (text === 'off') continue
          // Where the border moves it is dark, before which it is the one and after which it is the other.
          const isRight = [shown.secondAt, next.secondAt].some((at) =>
            parts(text.padStart(width), at ?? 0).every((claimed, i) => claimed <= (most[i] ?? 0)),
          )
          assert.ok(isRight, `"${text}" from ${JSON.stringify(from)} to ${JSON.stringify(to)}`)
        }
        assert.equal(seen.length > 0 || JSON.stringify(shown) === JSON.stringify(next), true)
      }),
      { numRuns: 150 },
    )
  })
}

test('two counts change each in its own order, also where one rises and the other falls', () => {
  const way = (from: string, to: string, secondAt: number) =>
    pictures(
      newPair('a MAX7219 with 8 digits'),
      frameOf(from, { secondAt }),
      frameOf(to, { secondAt }),
    )
  assert.deepEqual(way('  9   12', ' 10    9', 3), ['  0   12', ' 10   12', ' 10    2', ' 10    9'])
})

test('a letter never stands beside a number that is not its own', () => {
  const wide = allPairs().filter(({ display }) => display.digits >= 8)
  const counter = fc.record({ legend: fc.constantFrom('A', 'd', 'P', ''), count: fc.nat(99999) })
  const textOf = ({ legend, count }: { legend: string; count: number }, width: number) =>
    legend + numberText(count, width - legend.length)
  fc.assert(
    fc.property(fc.constantFrom(...wide), counter, counter, ({ name, display }, from, to) => {
      const [shown, next] = [from, to].map((each) => frameOf(textOf(each, display.digits)))
      if (shown === undefined || next === undefined) return
      for (const text of pictures(newPair(name), shown, next)) {
        if (text === 'off') continue
        const letter = text.trim().charAt(0)
        const known = [from, to].filter(({ legend }) => legend === letter)
        const allowed = /[A-Za-z]/.test(letter) ? known : [from, to]
        const most = Math.max(...allowed.map(({ count }) => count))
        assert.ok(read(text.replace(/[A-Za-z]/, ' ')) <= most, `"${text}"`)
      }
    }),
  )
})

test('where no order does, the display is dark meanwhile', () => {
  const pair = newPair('a MAX7219 with 8 digits')
  const seen = pictures(pair, frameOf('99999999'), frameOf('100.000E6'))
  assert.deepEqual(seen, ['off', '100.000E6'])
})

test('an odometer that goes over rises from the right, and falls from the left', () => {
  const way = (from: number, to: number) =>
    pictures(
      newPair('a TM1637 with 4 digits'),
      frameOf(numberText(from, 4)),
      frameOf(numberText(to, 4)),
    )
  assert.deepEqual(way(1999, 2000), ['1990', '1900', '1000', '2000'])
  assert.deepEqual(way(2000, 1999), ['1000', '1900', '1990', '1999'])
  assert.deepEqual(way(9, 10), ['   0', '  10'])
})

const readings: [text: string, count: number | undefined][] = [
  ['    1234', 1234],
  [' 1.234.567', 1_234_567],
  ['A   12', 12],
  ['d 1 2', 102],
  ['--------', 0],
  ['1.5E6', 1_500_000],
  ['15E6.', 15_000_000],
  ['1.2.3E6', undefined],
  ['1A2', undefined],
  ['E  5', 5],
]
for (const [text, count] of readings) {
  test(`"${text}" is read as ${count ?? 'nothing'}`, () => {
    assert.equal(countShown(toCells(text)), count)
  })
}

test('of a chain one chip is told at a time, the others stay as they are', () => {
  const driver = max7219.open({ digits: 16 })
  const [shown, next] = ['  1999999999', '  2000000000'].map((text) => frameOf(text.padStart(16)))
  assert.ok(shown && next)
  for (const { bytes } of changes(driver, shown, next)) {
    assert.equal(bytes.filter((byte, i) => i % 2 === 0 && byte !== 0).length, 1)
  }
})
