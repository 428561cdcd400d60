import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { toSegments } from '../../../device/face/font.ts'
import { facePaths } from '../../../server/web/face-paths.ts'
import { faceSvg } from '../../../server/web/face-svg.ts'
import { picture } from '../../../server/web/picture.ts'

// This file runs from build/test/server/web/.
const root = join(import.meta.dirname, '..', '..', '..', '..')

const outlines = (path: string) => path.split('Z').length - 1

test('every segment is drawn once, as lit or as dark, inside the picture', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1 }), (segments) => {
      const { lit, dark, width, height } = facePaths(segments)
      const bits = segments.map((byte) => byte.toString(2).replaceAll('0', '').length)
      const litCount = bits.reduce((sum, count) => sum + count, 0)
      assert.equal(outlines(lit), litCount)
      assert.equal(outlines(dark), 8 * segments.length - litCount)
      for (const [, x, y] of `${lit}${dark}`.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)) {
        assert.ok(Number(x) >= 0 && Number(x) <= width)
        assert.ok(Number(y) >= 0 && Number(y) <= height)
      }
    }),
  )
})

/** Where a segment is, in parts of a digit's width and height from its top left corner. */
const places: [letter: string, bit: number, x: number, y: number][] = [
  ['A, the top bar', 0b100_0000, 0.5, 0],
  ['B, top right', 0b010_0000, 1, 0.25],
  ['C, bottom right', 0b001_0000, 1, 0.75],
  ['D, the bottom bar', 0b000_1000, 0.5, 1],
  ['E, bottom left', 0b000_0100, 0, 0.75],
  ['F, top left', 0b000_0010, 0, 0.25],
  ['G, the middle bar', 0b000_0001, 0.5, 0.5],
]
for (const [name, bit, x, y] of places) {
  test(`segment ${name}, is where the data sheets have it`, () => {
    const { lit } = facePaths([bit])
    const corners = [...lit.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)]
    const middle = (part: 1 | 2) =>
      corners.reduce((sum, corner) => sum + Number(corner[part]), 0) / corners.length
    // Without the margin and what the digits lean.
    const upright = { x: middle(1) - 6 - 0.14 * (108 - middle(2)), y: middle(2) - 6 }
    assert.ok(Math.abs(upright.x / 54 - x) < 0.12, `x ${upright.x}`)
    assert.ok(Math.abs(upright.y / 96 - y) < 0.12, `y ${upright.y}`)
  })
}

test('a picture names itself, and a name is no markup', () => {
  const svg = faceSvg(toSegments('42'), { heightPx: 40, title: '<42> & "more"' })
  assert.match(svg, /<title>&lt;42&gt; &amp; &quot;more&quot;<\/title>/)
  assert.match(svg, /height="40"/)
})

test('docs/face.svg is what the code draws (npm run picture)', () => {
  assert.equal(readFileSync(join(root, 'docs', 'face.svg'), 'utf8'), picture())
})
