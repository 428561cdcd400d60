import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shiftOut } from '../../../device/boards/shift-out.ts'
import type { Transfer } from '../../../device/displays/display.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'

const pins = { data: 2, clock: 3, cs: 4 }
const frames = fc.record({
  segments: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 8, maxLength: 8 }),
  intensity: fc.integer({ min: 0, max: 15 }),
})

/** Moves transfers over the pins of a virtual chip. */
function carry(chip: Max7219, transfers: readonly Transfer[]): void {
  let levels = 0
  for (const { bytes } of transfers) {
    for (const step of shiftOut(pins, bytes)) {
      let after = levels
      for (const [pin, level] of step) after = level ? after | (1 << pin) : after & ~(1 << pin)
      chip.pinsChanged(levels, after)
      levels = after
    }
  }
}

test('the chip shows a frame whatever its registers held before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }),
      frames,
      (old, frame) => {
        const chip = new Max7219(pins)
        carry(
          chip,
          old.map((word) => ({ bus: 'spi', bytes: [word >> 8, word & 0xff] })),
        )
        carry(chip, max7219().full(frame))
        assert.deepEqual(chip.display(), { ...frame, on: true })
        assert.deepEqual(chip.violations, [])
      },
    ),
  )
})

test('the chip is dark until all its registers are written', () => {
  const chip = new Max7219(pins)
  const display = max7219()
  const frame = { segments: Array(8).fill(0x7f), intensity: 3 }
  carry(chip, display.full({ segments: Array(8).fill(0x30), intensity: 15 }))
  const seen: boolean[] = []
  chip.onChange(() => seen.push(chip.display().on))
  carry(chip, display.full(frame))
  assert.deepEqual([seen[0], seen.at(-1)], [false, true])
  assert.equal(seen.indexOf(true), seen.length - 1)
})

test('the changes between two frames turn one into the other', () => {
  fc.assert(
    fc.property(frames, frames, (shown, frame) => {
      const chip = new Max7219(pins)
      const display = max7219()
      carry(chip, [...display.full(shown), ...display.changes(shown, frame)])
      assert.deepEqual(chip.display(), { ...frame, on: true })
    }),
  )
})

test('a frame that looks the same needs no transfer, one digit needs one', () => {
  const shown = { segments: [0, 0, 0, 0, 1, 2, 3, 4], intensity: 3 }
  assert.deepEqual(max7219().changes(shown, { ...shown }), [])
  const changed = { ...shown, segments: [0, 0, 0, 0, 1, 2, 3, 5] }
  assert.deepEqual(max7219().changes(shown, changed), [{ bus: 'spi', bytes: [0x1, 5] }])
})

test('switched off, the chip is dark and keeps its registers', () => {
  const chip = new Max7219(pins)
  carry(chip, [...max7219().full({ segments: Array(8).fill(1), intensity: 3 }), ...max7219().off()])
  assert.equal(chip.display().on, false)
})
