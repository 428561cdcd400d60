import type { DotAppearance } from './appearance.ts'
import { chainMax7219, type Max7219 } from './max7219.ts'
import type { DisplayChip, Levels } from './pins.ts'

const SIDE = 8

/** How a module lies on its chip: FC-16 as it is, or turned clockwise by quarters, and seen in a mirror. */
const wirings = {
  fc16: { quarters: 0, mirrored: false },
  generic: { quarters: 3, mirrored: false },
  'turned-90': { quarters: 1, mirrored: false },
  'turned-180': { quarters: 2, mirrored: false },
  'fc16-mirrored': { quarters: 0, mirrored: true },
  'generic-mirrored': { quarters: 3, mirrored: true },
  'turned-90-mirrored': { quarters: 1, mirrored: true },
  'turned-180-mirrored': { quarters: 2, mirrored: true },
} as const

export type MatrixWiring = keyof typeof wirings

/** Dots by row, the top one first, and by column, the left one first. */
type Picture = readonly (readonly boolean[])[]

/** A module of 8x8 LEDs on a MAX7219: on an FC-16 digit 0 is the top row, and segment DP its left end. */
export class DotMatrix implements DisplayChip {
  readonly #chip: Max7219
  readonly #wiring: MatrixWiring

  constructor(chip: Max7219, wiring: MatrixWiring = 'fc16') {
    this.#chip = chip
    this.#wiring = wiring
  }

  get violations(): readonly string[] {
    return this.#chip.violations
  }

  power(on: boolean): void {
    this.#chip.power(on)
  }

  pinsChanged(before: Levels, after: Levels): void {
    this.#chip.pinsChanged(before, after)
  }

  display(): DotAppearance {
    const { segments, on, intensity } = this.#chip.display()
    const { quarters, mirrored } = wirings[this.#wiring]
    // A chip's digit 7 is the leftmost of those with segments.
    let picture: Picture = segments
      .toReversed()
      .map((byte) => Array.from({ length: SIDE }, (_, x) => ((byte >> (SIDE - 1 - x)) & 1) === 1))
    for (let turn = 0; turn < quarters; turn += 1) picture = turnedClockwise(picture)
    if (mirrored) picture = picture.map((row) => row.toReversed())
    return { columns: columnsOf(picture), on, intensity }
  }

  onChange(listener: () => void): () => void {
    return this.#chip.onChange(listener)
  }
}

/** Modules on one clock and LOAD, the leftmost first; the rightmost is at the data pin. */
export function chainDotMatrix(
  pins: ConstructorParameters<typeof Max7219>[0],
  count: number,
  wiring?: MatrixWiring,
): DotMatrix[] {
  return chainMax7219(pins, count)
    .map((chip) => new DotMatrix(chip, wiring))
    .reverse()
}

function turnedClockwise(picture: Picture): Picture {
  return picture.map((_, y) => picture.map((row) => row[y] ?? false).reverse())
}

function columnsOf(picture: Picture): number[] {
  return picture.map((_, x) =>
    picture.reduce((dots, row, y) => (row[x] ? dots | (1 << y) : dots), 0),
  )
}
