import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DisplayDriver } from '../../../device/displays/driver.ts'
import { ht16k33 } from '../../../device/displays/ht16k33.ts'
import { ht16k33Fourteen } from '../../../device/displays/ht16k33-14.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { max7219Matrix } from '../../../device/displays/max7219-matrix.ts'
import {
  carriedOut,
  operationsOf,
  picturesOf,
  type Slot,
  slotsOf,
} from '../../../device/displays/pictures.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { tm1638 } from '../../../device/displays/tm1638.ts'
import { type Frame, toCells, withSign } from '../../../device/face/frame.ts'
import { celebration } from '../../../device/face/milestones.ts'
import { numberText } from '../../../device/face/number.ts'

const drivers: [name: string, driver: DisplayDriver][] = [
  ['a MAX7219', max7219.open({})],
  ['two MAX7219', max7219.open({ digits: 16 })],
  ['a MAX7219 with 5 digits', max7219.open({ digits: 5 })],
  ['an HT16K33', ht16k33.open({})],
  ['three HT16K33', ht16k33.open({ addresses: [0x70, 0x71, 0x72] })],
  ['a matrix', max7219Matrix.open({})],
  ['two HT16K33 of 14 segments', ht16k33Fourteen.open({ addresses: [0x70, 0x71] })],
  ['a TM1637', tm1637.open({})],
  ['a TM1637 without points', tm1637.open({ points: false })],
  ['a TM1638', tm1638.open({})],
]

/** A frame as the face makes them: a number, old or not, dimmed, dark, with a legend, or a celebration. */
function frames(digits: number): fc.Arbitrary<Frame> {
  return fc
    .record({
      value: fc.oneof(fc.nat(99), fc.nat(99_999_999)),
      look: fc.constantFrom('fresh', 'fresh', 'fresh', 'old', 'legend', 'alone', 'celebration'),
      intensity: fc.constantFrom(3, 3, 3, 0, 7),
      on: fc.constantFrom(true, true, true, true, false),
    })
    .map(({ value, look, intensity, on }) => {
      const text = numberText(value, digits)
      const fresh = toCells(look === 'legend' && text.startsWith('  ') ? `t${text.slice(1)}` : text)
      const number = { fresh, old: withSign(fresh) }
      const cells = {
        fresh,
        legend: fresh,
        old: number.old,
        alone: toCells('t'.padEnd(digits)),
        celebration: celebration(fresh, 1500),
      }[look]
      return { cells, intensity, on, number }
    })
}

/** What a board has in its memory, whether or not it knows of an old one. */
const bytes = (slots: readonly Slot[]) =>
  slots.filter(({ once }) => once !== true).map(({ fresh, old }) => [fresh, old ?? fresh])

/** Several backpacks may be lit in any order. */
const sorted = (slots: readonly Slot[]) =>
  bytes(slots)
    .map((each) => JSON.stringify(each))
    .sort()

for (const [name, driver] of drivers) {
  test(`on ${name} the changes from frame to frame lead to the pictures of the frame`, () => {
    fc.assert(
      fc.property(fc.array(frames(driver.digits), { minLength: 2, maxLength: 12 }), (series) => {
        let before = picturesOf(series[0] as Frame)
        let slots: readonly Slot[] = slotsOf(driver, before)
        for (const frame of series.slice(1)) {
          const after = picturesOf(frame)
          const operations = operationsOf(driver, before, slots, after)
          slots = operations === undefined ? slotsOf(driver, after) : carriedOut(slots, operations)
          assert.deepEqual(sorted(slots), sorted(slotsOf(driver, after)))
          before = after
        }
      }),
      { numRuns: 300 },
    )
  })
}

test('the sign alone changes no picture, only which of both is to be seen', () => {
  const driver = max7219.open({})
  const cells = toCells('    1234')
  const fresh = picturesOf({ cells, intensity: 3, on: true })
  const old = picturesOf({ cells: withSign(cells), intensity: 3, on: true })
  assert.deepEqual([fresh.view, old.view], ['fresh', 'old'])
  assert.deepEqual(operationsOf(driver, fresh, slotsOf(driver, fresh), old), [])
})

test('where the sign is a pause the old picture is dark, and the fresh one has the number', () => {
  const fresh = toCells('1234')
  const old = toCells('    ')
  const number = { fresh, old }
  const paused = picturesOf({ cells: old, number, intensity: 3, on: true })
  assert.equal(paused.view, 'old')
  assert.deepEqual(paused.fresh.cells, fresh)
  assert.deepEqual(paused.old.cells, old)
})

test('a step of the brightness sends all that is seen, in an order that leaves it lit', () => {
  const driver = tm1637.open({})
  const at = (intensity: number) => picturesOf({ cells: toCells('1234'), intensity, on: true })
  const operations = operationsOf(driver, at(3), slotsOf(driver, at(3)), at(5))
  assert.deepEqual(
    operations?.map(({ bytes: [first] }) => first),
    [0x44, 0xc0, 0xc1, 0xc2, 0xc3, 0x8d],
  )
})
