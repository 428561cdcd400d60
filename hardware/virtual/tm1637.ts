import type { SegmentAppearance } from './appearance.ts'
import { type DisplayChip, type Drive, type Levels, levelOf } from './pins.ts'
import { TitanMicro } from './titan-micro.ts'
import { visibleChanges } from './visible-changes.ts'

// Page numbers are those of the Titan Micro TM1637 data sheet, V2.4.
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
  readonly #pins: Tm1637Pins
  readonly #grids: readonly number[]
  readonly #registers: TitanMicro
  readonly #pullUps: Levels
  readonly #changes = visibleChanges(() => this.display())
  #powered = true
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
    this.#registers = new TitanMicro({
      registers: GRIDS,
      addressMask: 0x0f,
      hasKeys: false,
      powerOnRam,
    })
    this.#pullUps = pullUps ? (1 << pins.clock) | (1 << pins.data) : 0
  }

  /** Broken rules of the data sheet, as sentences, oldest first. */
  get violations(): readonly string[] {
    return this.#registers.violations
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

  display(): SegmentAppearance {
    const { on, intensity } = this.#registers
    return {
      segments: this.#grids.map((grid) => this.#registers.segments(grid - 1)),
      on,
      intensity,
    }
  }

  /** Calls the listener after each byte (or loss of power) that changed what is visible. */
  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener)
  }

  #reset(): void {
    this.#registers.reset()
    this.#bits = 0
    this.#ack = false
  }

  /** The level of a wire: who drives nothing leaves it to the pull-up. */
  #line({ levels, outputs }: Drive, pin: number): number {
    return levelOf(outputs, pin) ? levelOf(levels, pin) : levelOf(this.#pullUps, pin)
  }

  #start(): void {
    this.#endByte('start')
    this.#registers.begin()
  }

  #stop(): void {
    this.#endByte('stop')
    this.#registers.end()
  }

  /** CLK has to rise before a stop, so that one bit of the next byte is no fault. */
  #endByte(condition: string): void {
    if (this.#registers.isUnderWay && this.#bits > 1) {
      this.#violation(`${condition} after ${this.#bits} bits of a byte (p. 4)`)
    }
    this.#bits = 0
    this.#shift = 0
  }

  /** The low bit comes first. */
  #clockRose(data: number): void {
    if (!this.#registers.isUnderWay || this.#ack) return
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
      this.#changes.after(() => void this.#registers.take(byte))
    }
  }

  #violation(what: string): void {
    this.#registers.violations.push(what)
  }
}
