import type { BusPins } from '../../device/boards/board.ts'
import { levelSteps } from '../../device/boards/levels.ts'
import type { Bus, DisplayDriver, DisplayOptions, Transfer } from '../../device/displays/driver.ts'
import { ht16k33 } from '../../device/displays/ht16k33.ts'
import { ht16k33Fourteen } from '../../device/displays/ht16k33-14.ts'
import { max7219 } from '../../device/displays/max7219.ts'
import { max7219Matrix } from '../../device/displays/max7219-matrix.ts'
import { tm1637 } from '../../device/displays/tm1637.ts'
import { tm1638 } from '../../device/displays/tm1638.ts'
import {
  condensed,
  type DotFont,
  dotsOf,
  looksLike,
  textIn,
  wide,
} from '../../device/face/dot-font.ts'
import { segmentsOf } from '../../device/face/font.ts'
import { segments14Of, segments14Text } from '../../device/face/fourteen-font.ts'
import { type Cell, cellsText } from '../../device/face/frame.ts'
import { type Appearance, joinDisplays } from '../../hardware/virtual/appearance.ts'
import { chainDotMatrix } from '../../hardware/virtual/dot-matrix.ts'
import { Ht16k33 } from '../../hardware/virtual/ht16k33.ts'
import { Ht16k33Fourteen } from '../../hardware/virtual/ht16k33-14.ts'
import { chainMax7219 } from '../../hardware/virtual/max7219.ts'
import {
  type DisplayChip,
  i2cAt,
  MODE_INPUT,
  MODE_OUTPUT,
  Pins as VirtualPins,
} from '../../hardware/virtual/pins.ts'
import { segmentsToText } from '../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../hardware/virtual/tm1637.ts'
import { Tm1638 } from '../../hardware/virtual/tm1638.ts'

export const pins: BusPins = { data: 2, clock: 3, cs: 4 }

/** A driver, and the chips that it is to drive, made from their data sheets alone. */
export interface Pair {
  readonly name: string
  readonly bus: Bus
  readonly display: DisplayDriver
  readonly chips: readonly (DisplayChip & { readonly violations: readonly string[] })[]
  /** Steps of brightness that the chip has. */
  readonly steps: number
  /** Of a matrix. */
  readonly font?: DotFont
}

/** Every kind of display, new. */
export function allPairs(): Pair[] {
  return [
    ...[1, 4, 8].map((digits) => ({
      name: `a MAX7219 with ${digits} digits`,
      bus: max7219.bus,
      display: max7219.open({ digits }),
      chips: chainMax7219(pins, 1),
      steps: 16,
    })),
    {
      name: 'two MAX7219 in a chain',
      bus: max7219.bus,
      display: max7219.open({ digits: 16 }),
      chips: chainMax7219(pins, 2),
      steps: 16,
    },
    ...[[0x70], [0x70, 0x71, 0x77]].map((addresses) => ({
      name: `HT16K33 backpacks at ${addresses.map((address) => address.toString(16)).join()}`,
      bus: ht16k33.bus,
      display: ht16k33.open({ addresses }),
      chips: addresses.map((address) => new Ht16k33({ address, powerOnRam: 0xff })),
      steps: 16,
    })),
    ...[[0x70, 0x71]].map((addresses) => ({
      name: `HT16K33 backpacks of 14 segments at ${addresses.map((address) => address.toString(16)).join()}`,
      bus: ht16k33Fourteen.bus,
      display: ht16k33Fourteen.open({ addresses }),
      chips: addresses.map((address) => new Ht16k33Fourteen({ address, powerOnRam: 0xff })),
      steps: 16,
    })),
    {
      name: 'a TM1637 with 4 digits',
      bus: tm1637.bus,
      display: tm1637.open({ digits: 4 }),
      chips: [new Tm1637(pins, { powerOnRam: 0xff })],
      steps: 8,
    },
    {
      name: 'a TM1637 with 6 digits',
      bus: tm1637.bus,
      display: tm1637.open({ digits: 6 }),
      chips: [new Tm1637(pins, { digits: 6, gridOrder: [3, 2, 1, 6, 5, 4], powerOnRam: 0xff })],
      steps: 8,
    },
    {
      name: 'a TM1638',
      bus: tm1638.bus,
      display: tm1638.open({}),
      chips: [new Tm1638(pins, { powerOnRam: 0xff })],
      steps: 8,
    },
    ...matrices.map(([name, options, font]) => ({
      name,
      bus: max7219Matrix.bus,
      display: max7219Matrix.open(options),
      chips: chainDotMatrix(pins, options.modules ?? 4, options.moduleWiring),
      steps: 16,
      font,
    })),
  ]
}

const matrices: [name: string, options: DisplayOptions, font: DotFont][] = [
  ['a matrix of 4 modules', {}, condensed],
  ['a matrix of 4 generic modules with 5 digits', { digits: 5, moduleWiring: 'generic' }, wide],
]

/** What the chips show together: as many digits as the display has, from the right, or all of its dots. */
export function shownBy({ display, chips }: Pair) {
  const joined = joinDisplays(chips.map((chip) => chip.display()))
  const { on, intensity } = joined
  return { lamps: lampsIn(joined, display.digits), on, intensity }
}

function lampsIn(display: Appearance, digits: number): number[] {
  if ('columns' in display) return display.columns
  return ('segments14' in display ? display.segments14 : display.segments).slice(-digits)
}

function isFourteen({ chips }: Pair): boolean {
  return chips.some((chip) => 'segments14' in chip.display())
}

/** What cells light. */
export function lampsOf(cells: readonly Cell[], pair: Pair): number[] {
  const { display, font, chips } = pair
  if (isFourteen(pair)) return cells.map((cell) => segments14Of(cell, display.points))
  if (font === undefined) return cells.map((cell) => segmentsOf(cell, display.points))
  const dots = cells.flatMap((cell) => dotsOf(cell, font))
  return [...Array<number>(8 * chips.length - dots.length).fill(0), ...dots]
}

/**
 * What the digits say. A figure of dots that is half drawn is the one before or after it, or one that it
 * looks like: the largest of them.
 *
 * @param between the cells before and after, where they change
 */
export function textOf(pair: Pair, ...between: (readonly Cell[])[]): string {
  const { lamps } = shownBy(pair)
  const { font, display } = pair
  if (isFourteen(pair)) return segments14Text(lamps)
  if (font === undefined) return segmentsToText(lamps)
  const places = (textIn(lamps, font).match(/.\.?/g) ?? []).slice(-display.digits)
  if (between.length === 0) return places.join('')
  return places
    .map((place, at) => {
      const cells = between.flatMap((each) => each[at] ?? [])
      const [character = '', ...point] = place
      if (cells.some((cell) => 'character' in cell && cell.character === character)) return place
      const first = lamps.length - (display.digits - at) * (font.width + 1)
      const dots = lamps.slice(first, first + font.width)
      const figures = cells.map((cell) => Number.parseInt(cellsText([cell]), 10) || 0)
      const glyphs = cells.map((cell) => dotsOf(cell, font).slice(0, font.width))
      return Math.max(...figures, ...looksLike(dots, font, glyphs)) + point.join('')
    })
    .join('')
}

/** Calls the listener after each instant at which something else is to be seen: several chips latch at one. */
export function atEachChange({ chips }: Pair, listener: () => void): () => void {
  let changed = false
  for (const chip of chips) {
    chip.onChange(() => {
      changed = true
    })
  }
  return () => {
    if (changed) listener()
    changed = false
  }
}

/**
 * Takes transfers to chips over virtual pins, without a board. With a number of steps it stops after as
 * many changes of levels, in the midst of a byte, as a link that is cut; an I2C write is one step. The
 * board that is connected to next makes its pins outputs, which are low then.
 */
export function carrier(
  chips: readonly DisplayChip[],
  afterEach: () => void = () => undefined,
): (transfers: readonly Transfer[], mostSteps?: number) => void {
  const wires = new VirtualPins([], chips)
  const setUp = () => {
    for (const pin of [pins.clock, pins.data, pins.cs]) wires.setMode(pin, MODE_OUTPUT)
  }
  setUp()
  let isCut = false
  return (transfers, mostSteps = Number.POSITIVE_INFINITY) => {
    if (isCut) setUp()
    isCut = false
    let left = mostSteps
    for (const transfer of transfers) {
      if (transfer.bus === 'i2c') {
        left -= 1
        isCut = left < 0
        if (isCut) return
        i2cAt(chips, transfer.address)?.write(transfer.bytes)
        afterEach()
        continue
      }
      for (const step of levelSteps(pins, transfer)) {
        left -= 1
        isCut = left < 0
        if (isCut) return
        let mask = 0
        let levels = 0
        for (const [pin, level] of step) {
          if (level === 'released') {
            wires.setMode(pin, MODE_INPUT)
            continue
          }
          if (wires.mode(pin) !== MODE_OUTPUT) wires.setMode(pin, MODE_OUTPUT)
          mask |= 1 << pin
          levels |= level << pin
        }
        wires.write(mask, levels)
        afterEach()
      }
    }
  }
}
