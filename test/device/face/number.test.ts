import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toSegments } from '../../../device/face/font.ts'
import { dashes, numberText } from '../../../device/face/number.ts'
import { numberCases } from '../../support/number-cases.ts'

for (const [value, digits, text] of numberCases) {
  test(`${value} on ${digits} digits reads "${text}"`, () => {
    assert.equal(numberText(value, digits), text)
  })
}

const counts = fc.oneof(
  fc.integer({ min: 0, max: 10 ** 6 }),
  fc.integer({ min: 0, max: 10 ** 12 }),
  fc.maxSafeInteger().map(Math.abs),
)
const widths = fc.integer({ min: 1, max: 16 })

test('a shown number is the count itself, or a shorter one that is not above it, or dashes', () => {
  fc.assert(
    fc.property(counts, widths, (value, digits) => {
      const text = numberText(value, digits)
      if (/^-+$/.test(text)) return String(value).length > digits
      const shown = Number(text)
      return text.includes('E') ? shown <= value && shown > 0 : shown === value
    }),
  )
})

test('a shortened number has all the figures that fit, and is within one of its last figure', () => {
  fc.assert(
    fc.property(counts, widths, (value, digits) => {
      const text = numberText(value, digits)
      if (!text.includes('E')) return true
      const [mantissa = '', exponent = ''] = text.split('E')
      const decimals = mantissa.split('.')[1]?.length ?? 0
      return value - Number(text) < 10 ** (Number(exponent) - decimals)
    }),
  )
})

test('every text fills the digits exactly, with points too', () => {
  fc.assert(
    fc.property(counts, widths, fc.boolean(), (value, digits, points) => {
      assert.equal(toSegments(numberText(value, digits, points)).length, digits)
    }),
  )
})

test('points mark thousands and nothing else, never the rightmost place', () => {
  fc.assert(
    fc.property(counts, widths, (value, digits) => {
      const text = numberText(value, digits, true)
      if (text.includes('E') || text.startsWith('-')) return
      assert.equal(text.replaceAll('.', ''), numberText(value, digits))
      assert.match(text.trim(), /^\d{1,3}(\.\d{3})*$/)
    }),
  )
})

test('every number that does not fit four or more digits is shortened, not dashed', () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 4, max: 16 }), (value, digits) => {
      assert.notEqual(numberText(value, digits), dashes(digits))
    }),
  )
})

const withoutPoints: [value: number, digits: number, text: string][] = [
  [9999, 4, '9999'],
  [12_345, 4, '12E3'],
  [1_234_567, 4, ' 1E6'],
  [12_345_678, 4, '12E6'],
  [123_456_789, 4, '12E7'],
  [1_234_567_890, 4, ' 1E9'],
  [12_345_678_901, 4, '12E9'],
]
for (const [value, digits, text] of withoutPoints) {
  test(`${value} on ${digits} digits without points is "${text}"`, () => {
    assert.equal(numberText(value, digits, true, false), text)
  })
}
