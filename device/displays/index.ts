import type { Display } from './driver.ts'
import { ht16k33 } from './ht16k33.ts'
import { ht16k33Fourteen } from './ht16k33-14.ts'
import { max7219 } from './max7219.ts'
import { max7219Matrix } from './max7219-matrix.ts'
import { tm1637 } from './tm1637.ts'
import { tm1638 } from './tm1638.ts'

/** Every kind of display we can drive. */
export const displays = [
  max7219,
  ht16k33,
  tm1637,
  tm1638,
  max7219Matrix,
  ht16k33Fourteen,
] as const satisfies readonly Display[]

export type DisplayId = (typeof displays)[number]['id']

/** The display that a name stands for. */
export function displayOf(id: DisplayId): Display {
  return displays.find((display) => display.id === id) ?? max7219
}
