import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toSegments } from '../../../device/face/font.ts'

test('a 1 is its two right bars, an 8 is all seven', () => {
  assert.deepEqual(toSegments('18'), [0b011_0000, 0b111_1111])
})

test('a point shares the place of the character before it', () => {
  assert.deepEqual(toSegments('1.2'), [0b1011_0000, 0b110_1101])
})

test('no two characters look alike', () => {
  const characters = [...' 0123456789-_°E']
  assert.equal(new Set(characters.flatMap((each) => toSegments(each))).size, characters.length)
})

test('a character without a glyph is refused rather than left out', () => {
  assert.throws(() => toSegments('1k'), /no glyph for "k"/)
  assert.throws(() => toSegments('.5'), /nothing before the point/)
})
