import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condensed, dotsOf, dotsText, wide } from '../../../device/face/dot-font.ts'
import { glyphs } from '../../../device/face/font.ts'
import { chaseSteps, toCells } from '../../../device/face/frame.ts'

const draw = (columns: readonly number[]) =>
  Array.from({ length: 8 }, (_, y) =>
    columns.map((dots) => ((dots >> y) & 1 ? '#' : ' ')).join(''),
  ).map((row) => row.trimEnd())

test('figures of 5 columns, with the point below the line', () => {
  assert.deepEqual(draw(toCells('1.5').flatMap((cell) => dotsOf(cell, wide))), [
    '  #   #####',
    ' ##   #',
    '  #   ####',
    '  #       #',
    '  #       #',
    '  #   #   #',
    ' ###   ###',
    '     #',
  ])
})

test('figures of 3 columns', () => {
  assert.deepEqual(draw(toCells('24.').flatMap((cell) => dotsOf(cell, condensed))), [
    '##  #',
    '  # #',
    '  # # #',
    ' #  # #',
    '#   ###',
    '#     #',
    '###   #',
    '       #',
  ])
})

for (const [name, font] of [
  ['5', wide],
  ['3', condensed],
] as const) {
  test(`the font of ${name} columns has what segments have, each unlike the others`, () => {
    assert.deepEqual(Object.keys(font.glyphs).sort(), Object.keys(glyphs).sort())
    const pictures = Object.values(font.glyphs).map((columns) => columns.join())
    assert.equal(new Set(pictures).size, pictures.length)
  })

  test(`a text of figures of ${name} columns is read back`, () => {
    for (const text of [
      '    1234',
      '1.234E6',
      '--------',
      'A  12.345',
      '0123456789',
      'bCcdEFHhJLnoPrtUuy_°',
    ]) {
      const columns = toCells(text).flatMap((cell) => dotsOf(cell, font))
      assert.equal(dotsText(columns), text)
      assert.equal(dotsText([0, ...columns]), text)
    }
  })

  test(`the light of a celebration goes round a figure of ${name} columns, a bar at a time`, () => {
    const bars = Array.from({ length: chaseSteps }, (_, chase) => dotsOf({ chase }, font).join())
    assert.equal(new Set(bars).size, chaseSteps)
  })
}

test('a character that a font does not have is an error that names it', () => {
  assert.throws(
    () => dotsOf({ character: '§', point: false }, wide),
    /^RangeError: no glyph for "§"$/,
  )
})
