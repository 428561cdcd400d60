import type { SegmentAppearance } from './appearance.ts'
import { type DisplayChip, type Levels, levelOf } from './pins.ts'
import { TitanMicro } from './titan-micro.ts'
import { visibleChanges } from './visible-changes.ts'

// Titan Micro TM1638 data sheet, V1.3.
const GRIDS = 8
/** Two a grid: segments 1 to 8, then 9 and 10 ("Display register address"). */
const REGISTERS = 2 * GRIDS
const BYTE_BITS = 8
const LED_MASK = 0b11
/** What it answers to the question for its keys. */
const KEY_BYTES = 4

/** The pins of the board that DIO, CLK and STB are wired to. */
type Tm1638Pins = { data: number; clock: number; cs: number }

type Tm1638Options = {
  /** What every display register holds after power-on; the data sheet says nothing of it. */
  powerOnRam?: number
}

/**
 * A TM1638 on a module with 8 digits, 8 LEDs and 8 keys. It follows its wires as silicon would; what
 * breaks the data sheet's rules is noted as well.
 */
export class Tm1638 implements DisplayChip {
  readonly #pins: Tm1638Pins
  readonly #registers: TitanMicro
  readonly #changes = visibleChanges(() => this.display())
  #powered = true
  #shift = 0
  /** Bits of the current byte that have come. */
  #bits = 0
  readonly #keys = new Uint8Array(KEY_BYTES)
  /** Bits of its keys that have been given; undefined while it is not asked for them. */
  #given: number | undefined

  constructor(pins: Tm1638Pins, { powerOnRam = 0 }: Tm1638Options = {}) {
    this.#pins = pins
    this.#registers = new TitanMicro({
      registers: REGISTERS,
      addressMask: 0x3f,
      hasKeys: true,
      powerOnRam,
    })
  }

  /** Broken rules of the data sheet, as sentences, oldest first. */
  get violations(): readonly string[] {
    return this.#registers.violations
  }

  /** Holds the keys down that are named, 1 to 8 from the left: S1 to S8 of the module. */
  hold(...keys: number[]): void {
    this.#keys.fill(0)
    for (const key of keys) {
      const at = (key - 1) % KEY_BYTES
      // The modules connect them to K3: bit 0 of each byte for KS1, 3, 5, 7 and bit 4 for KS2, 4, 6, 8.
      this.#keys[at] = (this.#keys[at] ?? 0) | (key <= KEY_BYTES ? 0x01 : 0x10)
    }
  }

  /** While it is asked for its keys it pulls DIO low for each bit that is 0. */
  pulls(): Levels {
    return this.#given !== undefined && this.#given > 0 && this.#keyBit(this.#given - 1) === 0
      ? 1 << this.#pins.data
      : 0
  }

  power(on: boolean): void {
    this.#changes.after(() => {
      this.#powered = on
      this.#reset()
    })
  }

  /** "Serial data transmission format": bits at the rising edge of CLK while STB is low. */
  pinsChanged(before: Levels, after: Levels): void {
    if (!this.#powered) return
    const { data, clock, cs } = this.#pins
    const rose = (pin: number) => levelOf(before, pin) < levelOf(after, pin)
    const strobeMoved = levelOf(before, cs) !== levelOf(after, cs)
    if (this.#given !== undefined && !strobeMoved) {
      // Each falling edge brings the next bit out.
      if (levelOf(before, clock) > levelOf(after, clock)) this.#given++
      return
    }

    if (rose(clock) && strobeMoved) {
      this.#violation('STB moved in the same instant as CLK rose (CLK to STB, 1 us)')
    } else if (rose(clock) && levelOf(after, cs) === 0) {
      if (levelOf(before, data) !== levelOf(after, data)) {
        this.#violation('DIO changed in the same instant as CLK rose (setup, 100 ns)')
      }
      this.#clockRose(levelOf(before, data))
    }
    if (strobeMoved) this.#strobe(levelOf(after, cs) === 0)
  }

  display(): SegmentAppearance {
    const { on, intensity } = this.#registers
    const segments = Array.from({ length: GRIDS }, (_, grid) => this.#registers.segments(2 * grid))
    return { segments, on, intensity }
  }

  /** Which LEDs are lit, leftmost first: the modules hang them on segments 9 and 10. */
  get leds(): boolean[] {
    return Array.from(
      { length: GRIDS },
      (_, grid) => (this.#registers.lit(2 * grid + 1) & LED_MASK) > 0,
    )
  }

  /** Calls the listener after each byte (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  #reset(): void {
    this.#registers.reset()
    this.#given = undefined
    this.#bits = 0
    this.#shift = 0
  }

  /** The low bit of the first byte comes first. */
  #keyBit(index: number): number {
    return ((this.#keys[Math.floor(index / BYTE_BITS)] ?? 0) >> (index % BYTE_BITS)) & 1
  }

  #strobe(fell: boolean): void {
    if (this.#bits > 0) this.#violation(`STB moved after ${this.#bits} bits of a byte`)
    this.#bits = 0
    this.#shift = 0
    this.#given = undefined
    if (fell) this.#registers.begin()
    else this.#registers.end()
  }

  /** The low bit comes first. */
  #clockRose(data: number): void {
    this.#shift |= data << this.#bits
    this.#bits++
    if (this.#bits < BYTE_BITS) return
    const byte = this.#shift
    this.#bits = 0
    this.#shift = 0
    this.#changes.after(() => {
      if (this.#registers.take(byte)) this.#given = 0
    })
  }

  #violation(what: string): void {
    this.#registers.violations.push(what)
  }
}
