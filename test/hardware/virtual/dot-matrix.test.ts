import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainDotMatrix, type MatrixWiring } from '../../../hardware/virtual/dot-matrix.ts'
import { carrier, pins } from '../../support/displays.ts'

/** Chips on a chain, each told the same words. */
function lit(wiring: MatrixWiring, ...words: readonly (readonly [number, number])[]) {
  const chips = chainDotMatrix(pins, 1, wiring)
  const on = [[0xc, 1] as const, [0xb, 7] as const]
  carrier(chips)([...on, ...words].map((bytes) => ({ bus: 'spi', bytes })))
  return chips[0]?.display().columns
}

/** Where the dot of segment DP and digit 0 is, and that of segment G, by wiring: MD_MAX72xx, "New Hardware Types". */
const corners: [wiring: MatrixWiring, dp: number[], g: number[]][] = [
  ['fc16', [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1]],
  ['generic', [128, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]],
  ['turned-90', [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 128]],
  ['turned-180', [0, 0, 0, 0, 0, 0, 0, 128], [128, 0, 0, 0, 0, 0, 0, 0]],
  ['fc16-mirrored', [0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 0]],
  ['generic-mirrored', [0, 0, 0, 0, 0, 0, 0, 128], [0, 0, 0, 0, 0, 0, 0, 1]],
]
for (const [wiring, dp, g] of corners) {
  test(`on a module that is ${wiring} digit 0 has its ends where they belong`, () => {
    assert.deepEqual(lit(wiring, [1, 0x80]), dp)
    assert.deepEqual(lit(wiring, [1, 0x01]), g)
  })
}

test('the module at the data pin is the rightmost', () => {
  const chips = chainDotMatrix(pins, 3)
  const all = (address: number, value: number) => Array(3).fill([address, value]).flat()
  carrier(chips)([
    { bus: 'spi', bytes: all(0xc, 1) },
    { bus: 'spi', bytes: all(0xb, 7) },
    { bus: 'spi', bytes: [0, 0, 0, 0, 1, 0xff] },
  ])
  const rows = chips.map((chip) =>
    chip
      .display()
      .columns.map((dots) => dots & 1)
      .join(''),
  )
  assert.deepEqual(rows, ['00000000', '00000000', '11111111'])
})
