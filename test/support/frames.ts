import fc from 'fast-check'
import { glyphs } from '../../device/face/font.ts'
import { type Cell, chaseSteps, type Frame } from '../../device/face/frame.ts'

/** Whatever a place may show. */
export const anyCell: fc.Arbitrary<Cell> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      character: fc.constantFrom(...Object.keys(glyphs)),
      point: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ chase: fc.nat({ max: chaseSteps - 1 }) }) },
)

/** Whatever a display of so many places may show. */
export function anyFrame(digits: number): fc.Arbitrary<Frame> {
  return fc.record({
    cells: fc.array(anyCell, { minLength: digits, maxLength: digits }),
    intensity: fc.integer({ min: 0, max: 20 }),
    on: fc.boolean(),
  })
}
