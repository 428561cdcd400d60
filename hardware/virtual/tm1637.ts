import { hex } from './hex.ts'
import { type DisplayChip, type Drive, type Levels, levelOf } from './pins.ts'
import { type Appearance, segmentsFromLowA } from './seven-segment.ts'
import { visibleChanges } from './visible-changes.ts'

// Titan Micro TM1637 data sheet, V2.4. Kinds of commands, B7 and B6: "Data command", p. 4.
const DATA_COMMAND = 0b01
const DISPLAY_CONTROL = 0b10
const ADDRESS_COMMAND = 0b11

// B3 to B0 of a data command (p. 4).
const READ_WRITE_MASK = 0b0011
const WRITE_DISPLAY = 0b0000
const FIXED_ADDRESS = 0b0100
const TEST_MODE = 0b1000

// B3 to B0 of a display control command (p. 5).
const DISPLAY_ON = 0b1000
const PULSE_WIDTH_MASK = 0b0111

const GRIDS = 6
const BYTE_BITS = 8

/** The pins of the board that CLK and DIO are wired to. */
type Tm1637Pins = { clock: number; data: number }

type Tm1637Options = {
  digits?: number
  /** The GRID, 1 to 6, that each place from the left hangs on. Usual 6-digit modules: 3 2 1 6 5 4. */
  gridOrder?: readonly number[]
  /** What every display register holds after power-on; the data sheet says nothing of it. */
  powerOnRam?: number
  /** Whether the module has pull-ups on both wires, as most have; else they fall when nobody drives them. */
  pullUps?: boolean
}

/**
 * A TM1637 without keys. It follows its wires as silicon would; what breaks the data sheet's rules
 * is noted as well.
 */
export class Tm1637 implements DisplayChip {
  /** Broken rules of the data sheet, as sentences, oldest first. */
  readonly violations: string[] = []
  readonly #pins: Tm1637Pins
  readonly #grids: readonly number[]
  readonly #powerOnRam: number
  readonly #pullUps: Levels
  readonly #changes = visibleChanges(() => this.display())
  readonly #ram = new Uint8Array(GRIDS)
  #powered = true
  #displayControl = 0
  #fixedAddress = false
  #address = 0
  /** What the next byte is: undefined before a start, nothing after a complete command. */
  #expected: 'command' | 'data' | 'nothing' | undefined
  #shift = 0
  /** Bits of the current byte that have come. */
  #bits = 0
  /** The chip pulls DIO low, from the 8th falling edge of CLK to the 9th. */
  #ack = false
  #foughtOver = false

  constructor(pins: Tm1637Pins, options: Tm1637Options = {}) {
    const { digits = 4, gridOrder = [1, 2, 3, 4, 5, 6], powerOnRam = 0, pullUps = true } = options
    this.#pins = pins
    this.#grids = gridOrder.slice(0, digits)
    this.#powerOnRam = powerOnRam
    this.#pullUps = pullUps ? (1 << pins.clock) | (1 << pins.data) : 0
    this.#reset()
  }

  power(on: boolean): void {
    this.#changes.after(() => {
      this.#powered = on
      this.#reset()
    })
  }

  /** True while the chip pulls DIO low to acknowledge a byte. */
  get acknowledges(): boolean {
    return this.#ack
  }

  pulls(): Levels {
    return this.#ack ? 1 << this.#pins.data : 0
  }

  pullUps(): Levels {
    return this.#pullUps
  }

  /** "Interface interpretation", p. 3. */
  driveChanged(before: Drive, after: Drive): void {
    if (!this.#powered) return
    const { clock, data } = this.#pins
    const hadAck = this.#ack
    const [clockWas, clockIs] = [this.#line(before, clock), this.#line(after, clock)]
    const [dataWas, dataIs] = [this.#line(before, data), this.#line(after, data)]

    if (clockWas < clockIs) {
      if (dataWas !== dataIs && !hadAck) {
        this.#violation('DIO changed in the same instant as CLK rose (p. 3)')
      }
      this.#clockRose(dataWas)
    } else if (clockWas > clockIs) this.#clockFell()
    else if (clockIs === 1 && !hadAck && dataWas > dataIs) this.#start()
    else if (clockIs === 1 && !hadAck && dataWas < dataIs) this.#stop()

    // Up to 300 ns after the 9th falling edge the chip still pulls (tPLZ).
    const drivenHigh = levelOf(after.outputs & after.levels, data) === 1
    if ((hadAck || this.#ack) && drivenHigh && !this.#foughtOver) {
      this.#foughtOver = true
      this.#violation('DIO was driven high against the ACK of the chip (p. 3)')
    }
  }

  display(): Appearance {
    const on = (this.#displayControl & DISPLAY_ON) > 0
    return {
      segments: this.#grids.map((grid) => (on ? segmentsFromLowA(this.#ram[grid - 1] ?? 0) : 0)),
      on,
      intensity: this.#displayControl & PULSE_WIDTH_MASK,
    }
  }

  /** Calls the listener after each byte (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  /** The data sheet names only the address, 00H (p. 5). Dark until told otherwise is how modules start. */
  #reset(): void {
    this.#ram.fill(this.#powerOnRam)
    this.#displayControl = 0
    this.#fixedAddress = false
    this.#address = 0
    this.#expected = undefined
    this.#bits = 0
    this.#ack = false
  }

  /** The level of a wire: who drives nothing leaves it to the pull-up. */
  #line({ levels, outputs }: Drive, pin: number): number {
    return levelOf(outputs, pin) ? levelOf(levels, pin) : levelOf(this.#pullUps, pin)
  }

  #start(): void {
    this.#endByte('start')
    this.#expected = 'command'
  }

  #stop(): void {
    this.#endByte('stop')
    this.#expected = undefined
  }

  /** CLK has to rise before a stop, so that one bit of the next byte is no fault. */
  #endByte(condition: string): void {
    if (this.#expected && this.#bits > 1) {
      this.#violation(`${condition} after ${this.#bits} bits of a byte (p. 4)`)
    }
    this.#bits = 0
    this.#shift = 0
  }

  /** The low bit comes first. */
  #clockRose(data: number): void {
    if (this.#expected === undefined || this.#ack) return
    this.#shift |= data << this.#bits
    this.#bits++
  }

  #clockFell(): void {
    if (this.#ack) {
      this.#ack = false
    } else if (this.#bits === BYTE_BITS) {
      this.#ack = true
      this.#foughtOver = false
      const byte = this.#shift
      this.#bits = 0
      this.#shift = 0
      this.#changes.after(() => this.#take(byte))
    }
  }

  #take(byte: number): void {
    if (this.#expected === 'command') this.#command(byte)
    else if (this.#expected === 'data') this.#store(byte)
    else this.#violation(`${hex(byte)} came where the command was complete (p. 4)`)
  }

  #command(byte: number): void {
    this.#expected = 'nothing'
    switch (byte >> 6) {
      case DATA_COMMAND:
        if (byte & TEST_MODE) this.#violation(`${hex(byte)} is for internal use (p. 4)`)
        else if ((byte & READ_WRITE_MASK) === WRITE_DISPLAY) {
          this.#fixedAddress = (byte & FIXED_ADDRESS) > 0
        } else this.#violation(`${hex(byte)} does not write the display (p. 4)`)
        break
      case DISPLAY_CONTROL:
        this.#displayControl = byte & (DISPLAY_ON | PULSE_WIDTH_MASK)
        break
      case ADDRESS_COMMAND:
        this.#address = byte & 0x0f
        this.#expected = 'data'
        break
      default:
        this.#violation(`${hex(byte)} is no command (p. 4)`)
    }
  }

  #store(byte: number): void {
    if (this.#address < GRIDS) this.#ram[this.#address] = byte
    else this.#violation(`there is no display register ${hex(0xc0 | this.#address)} (p. 3)`)
    if (this.#fixedAddress) this.#expected = 'nothing'
    else this.#address = (this.#address + 1) & 0x0f
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}
