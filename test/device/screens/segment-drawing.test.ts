import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { drawSegments } from '../../../device/screens/segment-drawing.ts'

describe('segments as a drawing', () => {
  test('shows lit segments and points, and nothing where a segment is dark', () => {
    assert.deepEqual(drawSegments([0x7f, 0xb0, 0x00, 0x4f]), [
      ' ━━                ━━   ',
      '┃  ┃     ┃        ┃     ',
      ' ━━                ━━   ',
      '┃  ┃     ┃        ┃     ',
      ' ━━       ●        ━━   ',
    ])
  })

  test('draws each segment by itself', () => {
    const dots = (byte: number) => drawSegments([byte]).join('').replaceAll(/[ ]/g, '').length
    assert.deepEqual(
      [0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0x80].map(dots),
      [2, 1, 1, 2, 1, 1, 2, 1],
    )
    assert.equal(
      new Set(Array.from({ length: 256 }, (_, byte) => drawSegments([byte]).join('\n'))).size,
      256,
    )
  })
})
