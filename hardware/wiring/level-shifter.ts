import type { Purpose } from './displays.ts'

/** One way through the level shifter: what goes in at 3.3 V comes out at 5 V. */
export interface Channel {
  readonly line: Purpose
  readonly input: string
  readonly output: string
  /** Legs of the chip that input and output are. */
  readonly legs: readonly [input: number, output: number]
}

/**
 * Lifts 3.3 V to 5 V: at a supply of 5 V its inputs take 2 V for high. Names and legs are those of the
 * 74AHCT125 data sheet (14 legs, SOIC or DIP).
 */
export const levelShifter = {
  name: '74AHCT125',
  channels: [
    { line: 'data', input: '1A', output: '1Y', legs: [2, 3] },
    { line: 'cs', input: '2A', output: '2Y', legs: [5, 6] },
    { line: 'clock', input: '3A', output: '3Y', legs: [9, 8] },
  ] as readonly Channel[],
  supply: { name: 'VCC', legs: [14] },
  /** Ground, what lets the outputs work, and an input that nobody uses. */
  toGround: [
    { name: 'GND', legs: [7] },
    { name: '1OE–4OE', legs: [1, 4, 10, 13] },
    { name: '4A', legs: [12] },
  ],
} as const
