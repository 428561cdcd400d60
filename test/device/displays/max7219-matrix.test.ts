import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { max7219Matrix } from '../../../device/displays/max7219-matrix.ts'
import {
  chipDot,
  type ModuleWiring,
  mirrored,
  moduleWirings,
  turned,
} from '../../../device/displays/module-wiring.ts'
import { changes, initialize, refresh } from '../../../device/displays/transfers.ts'
import { condensed, dotsText, textIn } from '../../../device/face/dot-font.ts'
import { type Frame, toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { chainDotMatrix, type DotMatrix } from '../../../hardware/virtual/dot-matrix.ts'
import { carrier, pins } from '../../support/displays.ts'

const frameOf = (text: string): Frame => ({ cells: toCells(text), intensity: 3, on: true })
const columnsOf = (chips: readonly DotMatrix[]) =>
  joinDisplays(chips.map((chip) => chip.display())).columns

for (const moduleWiring of moduleWirings) {
  test(`figures stand upright on modules that are ${moduleWiring}, and come without a torn picture`, () => {
    const chips = chainDotMatrix(pins, 4, moduleWiring)
    const carry = carrier(chips)
    const display = max7219Matrix.open({ moduleWiring })
    let before = frameOf('12345678')
    carry(initialize(display, before))
    assert.equal(dotsText(columnsOf(chips)), '12345678')
    for (const text of ['     999', '    1000', '1.234.56E9', '--------', '   A.bC°_']) {
      carry(changes(display, before, frameOf(text)))
      before = frameOf(text)
      assert.equal(textIn(columnsOf(chips), condensed), text)
    }
    assert.deepEqual(
      chips.flatMap(({ violations }) => violations),
      [],
    )
  })
}

test('modules in another order are put right', () => {
  const chips = chainDotMatrix(pins, 4)
  const display = max7219Matrix.open({ digitOrder: [0, 1, 3, 2] })
  carrier(chips)(initialize(display, frameOf('12345678')))
  const [fourth, third, second, first] = chips
  assert.ok(first && second && third && fourth)
  assert.equal(dotsText(columnsOf([first, second, fourth, third])), '12345678')
  assert.throws(() => max7219Matrix.open({ digitOrder: [0, 1] }), /an order of 4 modules/)
})

const sizes: [modules: number, digits: number | undefined, places: number, figureWidth: number][] =
  [
    [4, undefined, 8, 3],
    [4, 5, 5, 5],
    [4, 6, 6, 3],
    [5, undefined, 10, 3],
    [6, undefined, 8, 5],
    [8, undefined, 10, 5],
    [8, 16, 16, 3],
    [16, undefined, 21, 5],
    [16, 32, 32, 3],
  ]
for (const [modules, digits, places, width] of sizes) {
  test(`${modules} modules have room for ${places} figures of ${width} columns`, () => {
    const chips = chainDotMatrix(pins, modules)
    const display = max7219Matrix.open({ modules, digits })
    assert.equal(display.digits, places)
    carrier(chips)(initialize(display, frameOf('8'.repeat(places))))
    const last = columnsOf(chips).slice(-width - 1)
    assert.deepEqual(last, width === 5 ? [54, 73, 73, 73, 54, 0] : [54, 73, 54, 0])
  })
}

test('more figures than there is room for are refused', () => {
  assert.throws(
    () => max7219Matrix.open({ digits: 9 }),
    /--digits: 9 do not fit on 4 modules of 8 columns; there is room for 8/,
  )
})

test('what changes takes at most twice the lines that change, and one line that does one', () => {
  const display = max7219Matrix.open({ modules: 8 })
  const count = fc.oneof(fc.nat(9999), fc.nat(10 ** 12), fc.constantFrom(undefined))
  const text = (value: number | undefined, legend: string) => {
    const digits = value === undefined ? '-'.repeat(10) : numberText(value, 10)
    return digits.startsWith('  ') ? legend + digits.slice(1) : digits
  }
  fc.assert(
    fc.property(
      count,
      count,
      fc.constantFrom(' ', 't', 'A'),
      fc.boolean(),
      (a, b, legend, sign) => {
        const [shown, next] = [frameOf(text(a, ' ')), frameOf(text(b, legend) + (sign ? '.' : ''))]
        const before = display.registers(shown)
        const lines = display.registers(next).filter(({ bytes }, line) => {
          return JSON.stringify(bytes) !== JSON.stringify(before[line]?.bytes)
        }).length
        const sent = changes(display, shown, next)
        assert.ok(sent.length <= 2 * lines, `${sent.length} transfers for ${lines} lines`)
        for (const { bytes } of sent) assert.equal(bytes.length, 2 * 8)
      },
    ),
  )
})

test('the sign of an old number is one line, whatever the number', () => {
  const display = max7219Matrix.open({})
  assert.equal(changes(display, frameOf('12345678'), frameOf('12345678.')).length, 1)
})

test('a module that noise has put into test, shutdown or decoding is right again after a refresh', () => {
  const chips = chainDotMatrix(pins, 4)
  const carry = carrier(chips)
  const display = max7219Matrix.open({})
  const shown = frameOf('     404')
  carry(initialize(display, shown))
  const word = (address: number, value: number) => [address, value]
  for (const [address, value] of [
    [0xf, 1],
    [0x9, 0xff],
    [0xb, 3],
    [0xa, 15],
    [0xc, 0],
    [0x4, 0xaa],
  ] as const) {
    const noise = [word(0, 0), word(address, value), word(address, value), word(0, 0)].flat()
    carry([{ bus: 'spi', bytes: noise }])
    carry(refresh(display, shown))
    assert.equal(dotsText(columnsOf(chips)), '     404', `register ${address}`)
    assert.equal(chips[0]?.display().intensity, 3)
  }
})

test('what is seen of figures that were drawn for another wiring tells which it is', () => {
  const steps = [
    (wiring: ModuleWiring) => turned(wiring, 1),
    (wiring: ModuleWiring) => turned(wiring, 2),
    (wiring: ModuleWiring) => turned(wiring, 3),
    mirrored,
  ]
  /** A corner that no turn and no mirror leaves as it is. */
  const dots = [0b1, 0b11, 0b111, 0, 0, 0, 0, 0]
  const clockwise = (columns: readonly number[]) =>
    columns.map((_, x) =>
      columns.reduce((dots, column, y) => ((column >> (7 - x)) & 1 ? dots | (1 << y) : dots), 0),
    )
  const seen = [
    clockwise,
    (columns: readonly number[]) => clockwise(clockwise(columns)),
    (columns: readonly number[]) => clockwise(clockwise(clockwise(columns))),
    (columns: readonly number[]) => columns.toReversed(),
  ]
  /** What a module of one wiring shows of dots that were drawn for another. */
  const shown = (actual: ModuleWiring, drawn: ModuleWiring) => {
    const [chip] = chainDotMatrix(pins, 1, actual)
    assert.ok(chip)
    const lines = Array<number>(8).fill(0)
    for (const [x, column] of dots.entries()) {
      for (let y = 0; y < 8; y += 1) {
        const { digit, bit } = chipDot(drawn, x, y)
        if ((column >> y) & 1) lines[digit] = (lines[digit] ?? 0) | (1 << bit)
      }
    }
    const words = [[0xc, 1], [0xb, 7], ...lines.map((bits, digit) => [digit + 1, bits])]
    carrier([chip])(words.map((bytes) => ({ bus: 'spi', bytes })))
    return chip.display().columns
  }
  for (const drawn of moduleWirings) {
    for (const [i, step] of steps.entries()) {
      assert.deepEqual(shown(step(drawn), drawn), seen[i]?.(dots), `${drawn}, look ${i}`)
    }
  }
})
