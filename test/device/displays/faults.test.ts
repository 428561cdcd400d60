import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { changes, initialize, refresh } from '../../../device/displays/transfers.ts'
import { type Frame, toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { allPairs, atEachChange, carrier, shownBy, textOf } from '../../support/displays.ts'

/** What may happen while a count goes to the next. */
const fault = fc.oneof(
  /** The link is cut in the midst of a byte, and is there again. */
  fc.record({ kind: fc.constant('cut' as const), afterSteps: fc.nat({ max: 300 }) }),
  /** The display loses its power, which nobody notices, so many steps on the way. */
  fc.record({ kind: fc.constant('power' as const), afterSteps: fc.nat({ max: 300 }) }),
)

/** A gap between figures may be a zero; a point is the sign of an old number. */
const read = (text: string) => Number(text.replaceAll('.', '').trim().replaceAll(' ', '0'))

for (const { name, display } of allPairs()) {
  test(`${name} is right again after each of 1,000 faults, and never above the truth meanwhile`, () => {
    const count = fc.nat({ max: Math.min(10 ** display.digits - 1, 99_999_999) })
    const episode = fc.record({ fault, to: count })
    fc.assert(
      fc.property(fc.array(episode, { minLength: 20, maxLength: 20 }), (episodes) => {
        const pair = allPairs().find((each) => each.name === name)
        assert.ok(pair)
        const frameOf = (value: number): Frame => ({
          cells: toCells(numberText(value, display.digits)),
          intensity: 3,
          on: true,
        })
        let [from, next] = [0, 0]
        let most = 0
        const carry = carrier(
          pair.chips,
          atEachChange(pair, () => {
            if (!shownBy(pair).on) return
            const text = textOf(pair, frameOf(from).cells, frameOf(next).cells)
            assert.ok(read(text) <= most, `${text} above ${most}`)
          }),
        )
        const text = () => textOf(pair).slice(-numberText(from, display.digits).length)
        carry(initialize(display, frameOf(from)))
        for (const { fault, to } of episodes) {
          most = Math.max(from, to)
          next = to
          const sent = changes(display, frameOf(from), frameOf(to))
          carry(sent, fault.afterSteps)
          if (fault.kind === 'cut') carry(initialize(display, frameOf(to)))
          else {
            for (const chip of pair.chips) chip.power(false)
            for (const chip of pair.chips) chip.power(true)
            carry(refresh(display, frameOf(to)))
          }
          from = to
          assert.deepEqual(
            [text(), shownBy(pair).on],
            [numberText(to, display.digits), true],
            `${fault.kind} after ${fault.afterSteps} steps`,
          )
        }
      }),
      { numRuns: 50 },
    )
  })
}
