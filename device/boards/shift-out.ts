import type { Pins } from './board.ts'

/** Levels that pins take at one instant. Key: pin number. */
export type Levels = ReadonlyMap<number, 0 | 1>

/**
 * The levels, in order, that shift bytes into a chip over three pins: data changes while the clock is
 * low and is taken at its rising edge, chip select is low meanwhile and rises at the end.
 */
export function shiftOut({ data, clock, cs }: Pins, bytes: readonly number[]): Levels[] {
  const steps: Levels[] = []
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const level = (byte >> bit) & 1 ? 1 : 0
      steps.push(
        new Map([
          [clock, 0],
          [data, level],
          [cs, 0],
        ]),
        new Map([[clock, 1]]),
      )
    }
  }
  steps.push(new Map([[cs, 1]]))
  return steps
}
