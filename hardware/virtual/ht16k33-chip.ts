import type { Appearance } from './appearance.ts'
import { hex } from './hex.ts'
import type { Chip, DisplayChip } from './pins.ts'
import { visibleChanges } from './visible-changes.ts'

// Holtek HT16K33 data sheet, rev. 1.10. Commands by their high nibble: "Command Summary", p. 30.
const DISPLAY_DATA_ADDRESS = 0x0
const SYSTEM_SETUP = 0x2
const KEY_DATA_ADDRESS = 0x4
const INT_FLAG_ADDRESS = 0x6
const DISPLAY_SETUP = 0x8
const ROW_INT_SET = 0xa
const DIMMING_SET = 0xe

const RAM_BYTES = 16
/** Bits B1 B0 of the display setup register (p. 11). */
const BLINK_HZ = [0, 2, 1, 0.5]

export type Ht16k33Options = {
  /** 0x70 to 0x77, as the pads A0 to A2 are bridged ("Slave Addressing", p. 26). */
  address?: number
  /** What every byte of the RAM holds after power-on; the data sheet says nothing of it. */
  powerOnRam?: number
}

/** An HT16K33 on a backpack. It has no keys: their registers read as zeros. */
export abstract class Ht16k33Chip implements DisplayChip {
  readonly i2c: NonNullable<Chip['i2c']>
  /** Broken rules of the data sheet, as sentences, oldest first. */
  readonly violations: string[] = []
  readonly #powerOnRam: number
  readonly #changes = visibleChanges(() => this.display())
  readonly #ram = new Uint8Array(RAM_BYTES)
  #powered = true
  #pointer = 0
  /** Off in standby. */
  #oscillator = false
  #displaySetup = 0
  #dimming = 0

  constructor({ address = 0x70, powerOnRam = 0 }: Ht16k33Options = {}) {
    this.#powerOnRam = powerOnRam
    this.#reset()
    this.i2c = {
      address,
      write: (bytes) => this.#changes.after(() => this.#write(bytes)),
      read: (count) => (this.#powered ? Array.from({ length: count }, () => this.#readNext()) : []),
    }
  }

  power(on: boolean): void {
    this.#changes.after(() => {
      this.#powered = on
      this.#reset()
    })
  }

  abstract display(): Appearance

  /** What the LEDs at an address of the RAM show. */
  protected lit(address: number): number {
    return this.style.on ? (this.#ram[address] ?? 0) : 0
  }

  protected get style() {
    const on = this.#oscillator && (this.#displaySetup & 1) === 1
    return { on, intensity: this.#dimming }
  }

  /** How often the display blinks, 0 when it does not. */
  get blinkHz(): number {
    return BLINK_HZ[(this.#displaySetup >> 1) & 3] ?? 0
  }

  /** Calls the listener after each message (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  /** "Power-on Reset", p. 8: in standby, display off, dimming 16/16. */
  #reset(): void {
    this.#ram.fill(this.#powerOnRam)
    this.#pointer = 0
    this.#oscillator = false
    this.#displaySetup = 0
    this.#dimming = 15
  }

  /** A command byte; only the display data address is followed by data ("Write Operation", p. 28). */
  #write([command, ...data]: readonly number[]): void {
    if (!this.#powered || command === undefined) return
    const nibble = command >> 4
    // "Standby Mode", p. 8: neither commands nor RAM data are taken but the system setup.
    if (!this.#oscillator && nibble !== SYSTEM_SETUP) {
      this.#violation(`${hex(command)} in standby, where only the system setup is taken (p. 8)`)
      return
    }
    switch (nibble) {
      case DISPLAY_DATA_ADDRESS:
        this.#pointer = command
        for (const byte of data) this.#writeNext(byte)
        return
      case KEY_DATA_ADDRESS:
      case INT_FLAG_ADDRESS:
        // "Key Data Memory", p. 21: read only, a write is ignored.
        this.#pointer = command
        break
      case SYSTEM_SETUP:
        this.#oscillator = (command & 1) === 1
        break
      case DISPLAY_SETUP:
        this.#displaySetup = command & 0x07
        break
      case DIMMING_SET:
        this.#dimming = command & 0x0f
        break
      case ROW_INT_SET:
        break
      default:
        this.#violation(`${hex(command)} is no command (p. 30)`)
    }
    if (data.length > 0) this.#violation(`${hex(command)} is not followed by data (p. 28)`)
  }

  /** After 0x0F the pointer goes on at 0x00 ("Page write operation", p. 28). */
  #writeNext(byte: number): void {
    this.#ram[this.#pointer] = byte
    this.#pointer = (this.#pointer + 1) % RAM_BYTES
  }

  /** "Page read operation", p. 29. */
  #readNext(): number {
    if (this.#pointer >= RAM_BYTES) return 0
    const byte = this.#ram[this.#pointer] ?? 0
    this.#pointer = (this.#pointer + 1) % RAM_BYTES
    return byte
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}
