import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toSegments } from '../../../device/face/font.ts'
import { dashes, numberText } from '../../../device/face/number.ts'

const cases: [value: number, digits: number, text: string][] = [
  [0, 8, '       0'],
  [1234, 8, '    1234'],
  [12_345_678, 8, '12345678'],
  [123_456_789, 8, '123.456E6'],
  [999_999_999, 8, '999.999E6'],
  [1_000_000_000, 8, '1.00000E9'],
  [9_007_199_254_740_991, 8, '9.0071E15'],
  [1_234_567, 6, '1.234E6'],
  [1_234_567, 5, '1.23E6'],
  [1_234_567, 4, '1.2E6'],
  [123_456, 5, '123E3'],
  [123_456, 4, '12E4'],
  [12_345, 3, '1E4'],
  [123, 2, '--'],
  [10, 1, '-'],
  [9, 1, '9'],
]

for (const [value, digits, text] of cases) {
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
