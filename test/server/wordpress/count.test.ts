import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toCount } from '../../../server/wordpress/count.ts'

const accepted: [value: unknown, count: number][] = [
  [null, 0],
  [0, 0],
  [7, 7],
  ['7', 7],
  ['7.0000', 7],
  [7n, 7],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
]
for (const [value, count] of accepted) {
  test(`${typeof value} ${String(value)} is the count ${count}`, () => {
    assert.equal(toCount(value, 'views'), count)
  })
}

const refused = [
  -1,
  '-1',
  1.5,
  '1.5',
  '',
  ' 7',
  'seven',
  '9007199254740992',
  2n ** 64n,
  Number.NaN,
  undefined,
  {},
]
for (const value of refused) {
  test(`${typeof value} ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))} is no count`, () => {
    assert.throws(
      () => toCount(value, 'views of wp_x'),
      /^DatabaseError: views of wp_x: the database says .*, which is no count/,
    )
  })
}

test('every safe integer comes through every form the drivers have', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (count) => {
      assert.equal(toCount(count, 'x'), count)
      assert.equal(toCount(String(count), 'x'), count)
      assert.equal(toCount(BigInt(count), 'x'), count)
      assert.equal(toCount(`${count}.00`, 'x'), count)
    }),
  )
})
