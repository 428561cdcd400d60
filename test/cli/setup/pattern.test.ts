import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import { judge, patterns, type Verdict } from '../../../cli/setup/pattern.ts'

const straight = (digits: number) => Array.from({ length: digits }, (_, place) => place + 1)
const order = (...positions: number[]): Verdict => ({ kind: 'order', order: positions })
const digits = (count: number): Verdict => ({ kind: 'digits', digits: count })

type Bus = Parameters<typeof judge>[2]['bus']

/** What is read of a display, and what setup makes of it: a setting, or words of a wire that is suspect. */
const cases: [read: string[], positions: number[], bus: Bus, verdict: Verdict | RegExp][] = [
  [['12345678'], straight(8), 'spi', { kind: 'right' }],
  [['87654321'], straight(8), 'spi', order(8, 7, 6, 5, 4, 3, 2, 1)],
  [['43218765'], straight(8), 'spi', order(4, 3, 2, 1, 8, 7, 6, 5)],
  [['31248765'], straight(8), 'spi', order(3, 1, 2, 4, 8, 7, 6, 5)],
  // What was said before is taken into account.
  [['21345678'], [8, 7, 6, 5, 4, 3, 2, 1], 'spi', order(7, 8, 6, 5, 4, 3, 2, 1)],
  [['123456'], [3, 2, 1, 6, 5, 4], 'two-wire', { kind: 'right' }],
  [['321654'], [3, 2, 1, 6, 5, 4], 'two-wire', order(1, 2, 3, 4, 5, 6)],
  // A module of fewer digits has the first or the last positions of the chip.
  [['1234'], straight(8), 'spi', digits(4)],
  [['5678'], straight(8), 'spi', digits(4)],
  [['3216'], [3, 2, 1, 6, 5, 4], 'two-wire', digits(4)],
  [['1'], straight(8), 'spi', digits(1)],
  [['1235678'], straight(8), 'spi', /bad joint/],
  [['234567'], straight(8), 'spi', /bad joint/],
  [[''], straight(8), 'spi', /Nothing is lit: look at VCC and GND/],
  [['88888888'], straight(8), 'spi', /All is lit: .*DIN and CLK may be exchanged, or CS/],
  [['8888'], straight(4), 'two-wire', /All is lit: .*CLK and DIO/],
  [['88888888'], straight(8), 'three-wire', /All is lit: .*DIO and CLK .* STB/],
  [['8888'], straight(4), 'i2c', /All is lit: .*SDA and SCL .*--addresses/],
  [['12945678'], straight(8), 'spi', /bad line: .*level shifter/],
  [['11345678'], straight(8), 'spi', /bad line: DIN and CLK/],
  [['0000'], straight(4), 'i2c', /bad line: SDA and SCL/],
  [['1284'], straight(4), 'two-wire', /bad line: CLK and DIO/],
  [['123456789'], straight(8), 'three-wire', /bad line: DIO and CLK/],
  // Of more than nine digits the second picture has the tens.
  [['123456789012', '000000000111'], straight(12), 'i2c', { kind: 'right' }],
  [
    ['901256781234', '011100000000'],
    straight(12),
    'i2c',
    order(9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4),
  ],
]

describe('what is read of the test pattern', () => {
  for (const [read, positions, bus, verdict] of cases) {
    it(`${read.join(' and ') || 'nothing'} at ${bus}, ${positions.length} digits`, () => {
      const judged = judge(read, positions, { bus })
      if (!(verdict instanceof RegExp)) return assert.deepEqual(judged, verdict)
      assert.equal(judged.kind, 'suspect')
      assert.match('why' in judged ? judged.why : '', verdict)
    })
  }
})

test('whatever the order of the wires, what is read once makes the next picture right', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 16 })
        .chain((count) =>
          fc.tuple(
            fc.shuffledSubarray(straight(count), { minLength: count }),
            fc.shuffledSubarray(straight(count), { minLength: count }),
          ),
        ),
      ([wired, positions]) => {
        // Each place shows what was written at its position; `using` says which place that is.
        const read = (using: readonly number[]) =>
          patterns(wired.length).map(({ text }) =>
            wired.map((position) => text[using.indexOf(position)] ?? '').join(''),
          )
        const first = judge(read(positions), positions, { bus: 'spi' })
        const found = first.kind === 'order' ? first.order : positions
        assert.ok(first.kind === 'order' || first.kind === 'right')
        assert.deepEqual(judge(read(found), found, { bus: 'spi' }), { kind: 'right' })
      },
    ),
  )
})
