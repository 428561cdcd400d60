import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { segmentsFromLowA, segmentsToText } from '../../../hardware/virtual/seven-segment.ts'

// Bits 7..0 are DP A B C D E F G.
const DIGITS = [0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f, 0x7b]

describe('segments as text', () => {
  const cases: [segments: number[], text: string][] = [
    [DIGITS, '0123456789'],
    [[0, 0, 0, 0, 0x30, 0x6d, 0x79, 0x33], '    1234'],
    [[0x01, 0x08, 0x63, 0x09], '-_°='],
    [[0x30, 0x6e, 0xfe, 0x79], '1?0.3'],
    [[0x80, 0x81], ' .-.'],
    [[0x4f, 0x05, 0x05], 'Err'],
    [[0x37, 0x4f, 0x0e, 0x67], 'HELP'],
    [[0x77, 0x1f, 0x4e, 0x3d, 0x4f, 0x47], 'AbCdEF'],
    [[], ''],
  ]
  for (const [segments, text] of cases) {
    test(`reads "${text}"`, () => assert.equal(segmentsToText(segments), text))
  }

  test('is as long as there are digits, and one more for each lit point', () => {
    for (let byte = 0; byte < 256; byte++) {
      assert.equal(segmentsToText([byte]).length, byte < 0x80 ? 1 : 2, `0x${byte.toString(16)}`)
    }
  })
})

describe('segments with A in the lowest bit', () => {
  test('come out as DP A B C D E F G, one by one', () => {
    assert.deepEqual(
      [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80].map(segmentsFromLowA),
      [0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0x80],
    )
  })

  test('come out together as they do one by one', () => {
    assert.deepEqual([0x3f, 0x06, 0xdb, 0x00].map(segmentsFromLowA), [0x7e, 0x30, 0xed, 0x00])
  })
})

describe('displays side by side', () => {
  const left = { segments: [1, 2], on: true, intensity: 3 }
  const right = { segments: [4], on: true, intensity: 5, colon: true }

  test('are one display with the digits of all, the leftmost first', () => {
    assert.deepEqual(joinDisplays([left, right]), { segments: [1, 2, 4], on: true, intensity: 5 })
  })

  test('are lit as long as one of them is', () => {
    const off = { segments: [0], on: false, intensity: 15 }
    assert.deepEqual(joinDisplays([left, off]), { segments: [1, 2, 0], on: true, intensity: 3 })
    assert.deepEqual(joinDisplays([off]), { segments: [0], on: false, intensity: 0 })
  })
})
