import { chainDotMatrix, type MatrixWiring } from './dot-matrix.ts'
import { Ht16k33 } from './ht16k33.ts'
import { Ht16k33Fourteen } from './ht16k33-14.ts'
import { chainMax7219 } from './max7219.ts'
import type { DisplayChip } from './pins.ts'
import { Tm1637 } from './tm1637.ts'
import { Tm1638 } from './tm1638.ts'

/** What the chips are wired to, and how many there are. */
export interface ChipOptions {
  readonly pins: { readonly data: number; readonly clock: number; readonly cs: number }
  readonly digits: number | undefined
  /** On I2C. */
  readonly addresses: readonly number[]
  /** Of a matrix. */
  readonly modules?: number | undefined
  readonly moduleWiring?: MatrixWiring | undefined
}

/** Chips for each kind of display, the leftmost first. Key: what `--display` calls it. */
export const virtualChips = {
  max7219: ({ pins, digits = 8 }) => chainMax7219(pins, Math.ceil(digits / 8)),
  ht16k33: ({ addresses }) => addresses.map((address) => new Ht16k33({ address })),
  'ht16k33-14': ({ addresses }) => addresses.map((address) => new Ht16k33Fourteen({ address })),
  tm1637: ({ pins, digits }) => [
    new Tm1637(pins, digits === 6 ? { digits, gridOrder: [3, 2, 1, 6, 5, 4] } : {}),
  ],
  tm1638: ({ pins }) => [new Tm1638(pins)],
  'max7219-matrix': ({ pins, modules = 4, moduleWiring }) =>
    chainDotMatrix(pins, modules, moduleWiring),
} as const satisfies Record<string, (options: ChipOptions) => readonly DisplayChip[]>
