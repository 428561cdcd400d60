import type { Display } from './seven-segment.ts'

/** Output levels of all pins at one instant: bit n is the level of pin n. */
export type Levels = number

/** The level of one pin, 0 or 1. */
export function levelOf(levels: Levels, pin: number): number {
  return (levels >> pin) & 1
}

/** A part wired to the board. What it has no wires for, it leaves out. */
export interface Chip {
  /** Cuts the supply or gives it back; registers are then in their power-on state. */
  power(on: boolean): void
  /** Output pins changed, all in the same instant. */
  pinsChanged?(before: Levels, after: Levels): void
  /** The chip on the I2C bus. A register read arrives as a write of the register, then a read. */
  i2c?: {
    address: number
    write(bytes: readonly number[]): void
    /** The bytes that the chip has to give, at most `count`. */
    read(count: number): readonly number[]
  }
}

/** A chip with something to see on it. */
export interface DisplayChip extends Chip {
  display(): Display
  /** Calls the listener after each change of what is visible; returns what ends that. */
  onChange(listener: () => void): () => void
}

// Pin modes: github.com/firmata/protocol, protocol.md, "Supported Modes".
export const MODE_INPUT = 0x00
export const MODE_OUTPUT = 0x01
export const MODE_ANALOG = 0x02
export const MODE_PWM = 0x03
export const MODE_SERVO = 0x04
export const MODE_I2C = 0x06
export const MODE_SERIAL = 0x0a
export const MODE_PULLUP = 0x0b

/** The pins of a board: their modes and output levels. Chips hear of each change of a level. */
export class Pins {
  readonly #chips: readonly Chip[]
  readonly #modes: number[]
  #levels: Levels = 0

  constructor(modes: readonly number[], chips: readonly Chip[]) {
    this.#modes = [...modes]
    this.#chips = chips
  }

  /** The driven levels; a pin that is not driven counts as low. */
  get levels(): Levels {
    return this.#levels
  }

  /** The Firmata mode of a pin. */
  mode(pin: number): number {
    return this.#modes[pin] ?? MODE_INPUT
  }

  /** Every mode starts with the output low: the firmware writes LOW before it sets OUTPUT. */
  setMode(pin: number, mode: number): void {
    this.#modes[pin] = mode
    this.#change(this.#levels & ~(1 << pin))
  }

  /** Stores the levels of the pins in `mask` in one go; only pins in OUTPUT mode follow. */
  write(mask: Levels, levels: Levels): void {
    const outputs = this.#modes.reduce(
      (bits, mode, pin) => (mode === MODE_OUTPUT ? bits | (1 << pin) : bits),
      0,
    )
    this.#change((this.#levels & ~(mask & outputs)) | (levels & mask & outputs))
  }

  /** All pins in these modes and low, as after a reset. */
  reset(modes: readonly number[]): void {
    this.#modes.splice(0, this.#modes.length, ...modes)
    this.#change(0)
  }

  #change(after: Levels): void {
    const before = this.#levels
    if (before === after) return
    this.#levels = after
    for (const chip of this.#chips) chip.pinsChanged?.(before, after)
  }
}
