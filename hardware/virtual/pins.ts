import type { Appearance } from './appearance.ts'

/** Output levels of all pins at one instant: bit n is the level of pin n. */
export type Levels = number

/** The level of one pin, 0 or 1. */
export function levelOf(levels: Levels, pin: number): number {
  return (levels >> pin) & 1
}

/** What the board does to its wires at one instant. */
export type Drive = {
  levels: Levels
  /** Bit n is 1 while pin n is an output; others are left to pull-ups and chips. */
  outputs: Levels
}

/** A part wired to the board. What it has no wires for, it leaves out. */
export interface Chip {
  /** Cuts the supply or gives it back; registers are then in their power-on state. */
  power(on: boolean): void
  /** Output pins changed, all in the same instant. */
  pinsChanged?(before: Levels, after: Levels): void
  /** The same for a chip with pull-ups on its wires: tells also that pins became outputs or inputs. */
  driveChanged?(before: Drive, after: Drive): void
  /** Bit n is 1 while the chip pulls pin n low. */
  pulls?(): Levels
  /** Bit n is 1 where there is a pull-up at the wire of pin n. */
  pullUps?(): Levels
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
  display(): Appearance
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

/** The chip that answers at an address of the I2C bus. */
export function i2cAt(chips: readonly Chip[], address: number): Chip['i2c'] {
  return chips.find((chip) => chip.i2c?.address === address)?.i2c
}

/** The pins of a board: their modes and output levels. Chips hear of each change. */
export class Pins {
  readonly #chips: readonly Chip[]
  readonly #modes: number[]
  #drive: Drive

  constructor(modes: readonly number[], chips: readonly Chip[]) {
    this.#modes = [...modes]
    this.#chips = chips
    this.#drive = { levels: 0, outputs: outputsOf(modes) }
  }

  /** The driven levels; a pin that is not driven counts as low. */
  get levels(): Levels {
    return this.#drive.levels
  }

  /** The Firmata mode of a pin. */
  mode(pin: number): number {
    return this.#modes[pin] ?? MODE_INPUT
  }

  /** An output starts low if nothing else is said: StandardFirmata writes LOW before it sets OUTPUT. */
  setMode(pin: number, mode: number, level = 0): void {
    this.#modes[pin] = mode
    const high = mode === MODE_OUTPUT && level > 0
    this.#change(high ? this.levels | (1 << pin) : this.levels & ~(1 << pin))
  }

  /** Stores the levels of the pins in `mask` in one go; only pins in OUTPUT mode follow. */
  write(mask: Levels, levels: Levels): void {
    const written = mask & this.#drive.outputs
    this.#change((this.levels & ~written) | (levels & written))
  }

  /** All pins in these modes and low, as after a reset. */
  reset(modes: readonly number[]): void {
    this.#modes.splice(0, this.#modes.length, ...modes)
    this.#change(0)
  }

  #change(levels: Levels): void {
    const before = this.#drive
    const after = { levels, outputs: outputsOf(this.#modes) }
    if (before.levels === after.levels && before.outputs === after.outputs) return
    this.#drive = after
    for (const chip of this.#chips) {
      if (before.levels !== after.levels) chip.pinsChanged?.(before.levels, after.levels)
      chip.driveChanged?.(before, after)
    }
  }
}

function outputsOf(modes: readonly number[]): Levels {
  return modes.reduce((bits, mode, pin) => (mode === MODE_OUTPUT ? bits | (1 << pin) : bits), 0)
}
