import assert from 'node:assert/strict'
import { test } from 'node:test'
import { glyphs } from '../../../device/face/font.ts'
import { segments14Of, segments14Text } from '../../../device/face/fourteen-font.ts'
import { chaseSteps, toCells } from '../../../device/face/frame.ts'
import { drawSegments14 } from '../../../device/screens/segment14-drawing.ts'

const segmentsOf = (text: string) => toCells(text).map((cell) => segments14Of(cell))

test('each character that seven segments have is another picture of 14, and read back', () => {
  const characters = Object.keys(glyphs)
  const pictures = segmentsOf(characters.join(''))
  assert.equal(new Set(pictures).size, characters.length)
  assert.equal(segments14Text(pictures), characters.join(''))
})

test('a point shares the place of its digit, where the display has points', () => {
  assert.equal(segments14Text(segmentsOf('1.234E6.')), '1.234E6.')
  const [cell] = toCells('8.')
  assert.ok(cell)
  assert.equal(segments14Of(cell, false), segments14Of({ character: '8', point: false }))
  assert.equal(segments14Text([0x3fff]), '?')
})

test('the light of a celebration goes round, a bar at a time', () => {
  const bars = Array.from({ length: chaseSteps }, (_, chase) => segments14Of({ chase }))
  assert.deepEqual(bars, [1, 2, 4, 8, 16, 32])
})

test('digits of 14 segments are drawn with what is lit alone', () => {
  assert.deepEqual(
    drawSegments14(segmentsOf('178.')).map((row) => row.trimEnd()),
    [
      '          ━━━━━    ━━━━━',
      '    ╱ ┃      ╱    ┃     ┃',
      '                   ━━ ━━',
      '      ┃     ┃     ┃     ┃',
      '                   ━━━━━ ●',
    ],
  )
})
