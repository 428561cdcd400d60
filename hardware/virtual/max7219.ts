import type { SegmentAppearance } from './appearance.ts'
import { type DisplayChip, type Levels, levelOf } from './pins.ts'
import { visibleChanges } from './visible-changes.ts'

// Maxim MAX7219/MAX7221 data sheet 19-4452. Register addresses: table 2, p. 7.
const REG_DIGIT_0 = 0x1
const REG_DECODE_MODE = 0x9
const REG_INTENSITY = 0xa
const REG_SCAN_LIMIT = 0xb
const REG_SHUTDOWN = 0xc
const REG_DISPLAY_TEST = 0xf

const DIGITS = 8
/** "Scan-Limit Register", p. 9: with three digits or fewer RSET must be another. */
const LEAST_SCAN_LIMIT = 3
const WORD_BITS = 16
const SEG_DP = 0x80

/** Code B font: 0 to 9, -, E, H, L, P, blank (table 5, p. 8). */
// biome-ignore format: the rows of the table
const CODE_B = [
  0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70,
  0x7f, 0x7b, 0x01, 0x4f, 0x37, 0x0e, 0x67, 0x00,
]

/** The pins of the board that a chip's DIN, CLK and LOAD/CS are wired to. */
type Max7219Pins = { data: number; clock: number; cs: number }

/**
 * A MAX7219 with 8 digits, of which register 8 (digit 7) is the leftmost, as on the usual modules.
 * It follows its pins as silicon would; what breaks the data sheet's timing is noted as well.
 */
export class Max7219 implements DisplayChip {
  /** Broken rules of the data sheet, as sentences, oldest first. */
  readonly violations: string[] = []
  readonly #pins: Max7219Pins
  readonly #previous: Max7219 | undefined
  readonly #changes = visibleChanges(() => this.display())
  /** By address, D11-D8 of a word. All zero is the power-on state ("Initial Power-Up", p. 7). */
  readonly #registers = new Uint8Array(16)
  #powered = true
  #shift = 0
  #dout = 0
  #clocksSinceLow = 0

  /** With `previous` DIN is wired to that chip's DOUT instead of to the data pin. */
  constructor(pins: Max7219Pins, previous?: Max7219) {
    this.#pins = pins
    this.#previous = previous
  }

  power(on: boolean): void {
    this.#changes.after(() => {
      this.#powered = on
      this.#registers.fill(0)
      this.#shift = 0
      this.#dout = 0
      this.#clocksSinceLow = 0
    })
  }

  /** "Serial-Addressing Modes", p. 6; times from "Timing Characteristics", p. 3, and figure 1. */
  pinsChanged(before: Levels, after: Levels): void {
    if (!this.#powered) return
    const { clock, cs } = this.#pins
    const rose = (pin: number) => levelOf(before, pin) < levelOf(after, pin)
    const fell = (pin: number) => levelOf(before, pin) > levelOf(after, pin)

    if (fell(cs)) this.#clocksSinceLow = 0
    if (rose(clock)) this.#shiftIn(before, after)
    if (fell(clock)) this.#dout = (this.#shift >> (WORD_BITS - 1)) & 1
    if (rose(cs)) {
      if (rose(clock)) this.#violation('CS rose in the same instant as CLK (tCSH, p. 3)')
      if (this.#clocksSinceLow < WORD_BITS) {
        this.#violation(`CS rose after ${this.#clocksSinceLow} clocks, not ${WORD_BITS} (p. 6)`)
      }
      this.#changes.after(() => this.#latch())
    }
  }

  display(): SegmentAppearance {
    // "Display-Test Register", p. 10: overrides all else, at a duty cycle of 31/32.
    if (this.#register(REG_DISPLAY_TEST) & 1) {
      return { segments: Array<number>(DIGITS).fill(0xff), on: true, intensity: 15 }
    }
    const on = this.#powered && (this.#register(REG_SHUTDOWN) & 1) === 1
    const scanned = (this.#register(REG_SCAN_LIMIT) & 7) + 1
    const segments = Array.from({ length: DIGITS }, (_, fromLeft) => {
      const digit = DIGITS - 1 - fromLeft
      return on && digit < scanned ? this.#segments(digit) : 0
    })
    return { segments, on, intensity: this.#register(REG_INTENSITY) & 0x0f }
  }

  /** Calls the listener after each latch (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  /** At the rising edge of CLK, whatever the level of LOAD is (the MAX7221 differs). */
  #shiftIn(before: Levels, after: Levels): void {
    const { data } = this.#pins
    if (!this.#previous && levelOf(before, data) !== levelOf(after, data)) {
      this.#violation('DIN changed in the same instant as CLK rose (tDS 25 ns, p. 3)')
    }
    const din = this.#previous ? this.#previous.#dout : levelOf(before, data)
    this.#shift = ((this.#shift << 1) | din) & 0xffff
    this.#clocksSinceLow++
  }

  /** The last 16 bits: D15-D12 don't care, D11-D8 address, D7-D0 data (table 1, p. 6). */
  #latch(): void {
    const address = (this.#shift >> 8) & 0x0f
    const data = this.#shift & 0xff
    if (address === REG_SCAN_LIMIT && (data & 7) < LEAST_SCAN_LIMIT) {
      this.#violation(`scan limit ${data & 7} at the resistor for 8 digits (p. 9)`)
    }
    this.#registers[address] = data
  }

  #segments(digit: number): number {
    const data = this.#register(REG_DIGIT_0 + digit)
    const decoded = (this.#register(REG_DECODE_MODE) >> digit) & 1
    return decoded ? (data & SEG_DP) | (CODE_B[data & 0x0f] ?? 0) : data
  }

  #register(address: number): number {
    return this.#registers[address] ?? 0
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}

/** Chips on one clock and LOAD, each one's DIN at the DOUT before it; the first is at the data pin. */
export function chainMax7219(pins: Max7219Pins, count: number): Max7219[] {
  const chips: Max7219[] = []
  for (let i = 0; i < count; i++) chips.push(new Max7219(pins, chips.at(-1)))
  return chips
}
