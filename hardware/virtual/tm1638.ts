import { hex } from './hex.ts'
import { type DisplayChip, type Levels, levelOf } from './pins.ts'
import { type Appearance, segmentsFromLowA } from './seven-segment.ts'
import { visibleChanges } from './visible-changes.ts'

// Titan Micro TM1638 data sheet, V1.3. Kinds of commands, B7 and B6: "Instruction description".
const DATA_COMMAND = 0b01
const DISPLAY_CONTROL = 0b10
const ADDRESS_COMMAND = 0b11

// B3 to B0 of a data command ("Data command setting").
const READ_WRITE_MASK = 0b0011
const WRITE_DISPLAY = 0b0000
const FIXED_ADDRESS = 0b0100
const TEST_MODE = 0b1000

// B3 to B0 of a display control command ("Display control").
const DISPLAY_ON = 0b1000
const PULSE_WIDTH_MASK = 0b0111

const GRIDS = 8
/** Two a grid: segments 1 to 8, then 9 and 10 ("Display register address"). */
const REGISTERS = 2 * GRIDS
const BYTE_BITS = 8
const LED_MASK = 0b11

/** The pins of the board that DIO, CLK and STB are wired to. */
type Tm1638Pins = { data: number; clock: number; cs: number }

type Tm1638Options = {
  /** What every display register holds after power-on; the data sheet says nothing of it. */
  powerOnRam?: number
}

/**
 * A TM1638 on a module with 8 digits and 8 LEDs, without its keys. It follows its wires as silicon
 * would; what breaks the data sheet's rules is noted as well.
 */
export class Tm1638 implements DisplayChip {
  /** Broken rules of the data sheet, as sentences, oldest first. */
  readonly violations: string[] = []
  readonly #pins: Tm1638Pins
  readonly #powerOnRam: number
  readonly #changes = visibleChanges(() => this.display())
  readonly #ram = new Uint8Array(REGISTERS)
  #powered = true
  #displayControl = 0
  #fixedAddress = false
  #address = 0
  /** What the next byte is: the first after STB fell is a command. */
  #expected: 'command' | 'data' | 'nothing' = 'nothing'
  #shift = 0
  /** Bits of the current byte that have come. */
  #bits = 0

  constructor(pins: Tm1638Pins, { powerOnRam = 0 }: Tm1638Options = {}) {
    this.#pins = pins
    this.#powerOnRam = powerOnRam
    this.#reset()
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

  display(): Appearance {
    const on = (this.#displayControl & DISPLAY_ON) > 0
    const segments = Array.from({ length: GRIDS }, (_, grid) =>
      on ? segmentsFromLowA(this.#ram[2 * grid] ?? 0) : 0,
    )
    return { segments, on, intensity: this.#displayControl & PULSE_WIDTH_MASK }
  }

  /** Which LEDs are lit, leftmost first: the modules hang them on segments 9 and 10. */
  get leds(): boolean[] {
    const on = (this.#displayControl & DISPLAY_ON) > 0
    return Array.from(
      { length: GRIDS },
      (_, grid) => on && ((this.#ram[2 * grid + 1] ?? 0) & LED_MASK) > 0,
    )
  }

  /** Calls the listener after each byte (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  /** The data sheet names only the address, 00H. Dark until told otherwise is how modules start. */
  #reset(): void {
    this.#ram.fill(this.#powerOnRam)
    this.#displayControl = 0
    this.#fixedAddress = false
    this.#address = 0
    this.#expected = 'nothing'
    this.#bits = 0
    this.#shift = 0
  }

  #strobe(fell: boolean): void {
    if (this.#bits > 0) this.#violation(`STB moved after ${this.#bits} bits of a byte`)
    this.#bits = 0
    this.#shift = 0
    this.#expected = fell ? 'command' : 'nothing'
  }

  /** The low bit comes first. */
  #clockRose(data: number): void {
    this.#shift |= data << this.#bits
    this.#bits++
    if (this.#bits < BYTE_BITS) return
    const byte = this.#shift
    this.#bits = 0
    this.#shift = 0
    this.#changes.after(() => this.#take(byte))
  }

  #take(byte: number): void {
    if (this.#expected === 'command') this.#command(byte)
    else if (this.#expected === 'data') this.#store(byte)
    else this.#violation(`${hex(byte)} came where the command was complete`)
  }

  #command(byte: number): void {
    this.#expected = 'nothing'
    switch (byte >> 6) {
      case DATA_COMMAND:
        if (byte & TEST_MODE) this.#violation(`${hex(byte)} is for internal use`)
        else if ((byte & READ_WRITE_MASK) === WRITE_DISPLAY) {
          this.#fixedAddress = (byte & FIXED_ADDRESS) > 0
        } else this.#violation(`${hex(byte)} does not write the display`)
        break
      case DISPLAY_CONTROL:
        this.#displayControl = byte & (DISPLAY_ON | PULSE_WIDTH_MASK)
        break
      case ADDRESS_COMMAND:
        this.#address = byte & 0x3f
        this.#expected = 'data'
        break
      default:
        this.#violation(`${hex(byte)} is no command`)
    }
  }

  /** "Data at an address from 10H on is ignored until a valid address is set." */
  #store(byte: number): void {
    if (this.#address < REGISTERS) this.#ram[this.#address] = byte
    else this.#violation(`there is no display register ${hex(0xc0 | this.#address)}`)
    if (this.#fixedAddress) this.#expected = 'nothing'
    else this.#address++
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}
