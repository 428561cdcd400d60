import { hex } from './hex.ts'
import { segmentsFromLowA } from './seven-segment.ts'

// Titan Micro TM1637 (V2.4, pp. 3 to 5) and TM1638 (V1.3). Kinds of commands, B7 and B6.
const DATA_COMMAND = 0b01
const DISPLAY_CONTROL = 0b10
const ADDRESS_COMMAND = 0b11

// B3 to B0 of a data command.
const READ_WRITE_MASK = 0b0011
const WRITE_DISPLAY = 0b0000
const READ_KEYS = 0b0010
const FIXED_ADDRESS = 0b0100
const TEST_MODE = 0b1000

// B3 to B0 of a display control command.
const DISPLAY_ON = 0b1000
const PULSE_WIDTH_MASK = 0b0111

type Options = {
  /** Display registers that it has. */
  registers: number
  /** The bits of an address command that are the address. */
  addressMask: number
  /** Whether there are keys to be read. */
  hasKeys: boolean
  /** What every register holds after power-on; the data sheets say nothing of it. */
  powerOnRam: number
}

/** The commands that the chips of Titan Micro have in common, and the registers behind them. */
export class TitanMicro {
  /** Broken rules of the data sheet, as sentences, oldest first. */
  readonly violations: string[] = []
  readonly #options: Options
  readonly #ram: Uint8Array
  #displayControl = 0
  #fixedAddress = false
  #address = 0
  /** The last data command was for the keys, so that it is not told what becomes of data. */
  #isForKeys = false
  /** What the next byte is: undefined between transfers, nothing after a complete command. */
  #expected: 'command' | 'data' | 'nothing' | undefined

  constructor(options: Options) {
    this.#options = options
    this.#ram = new Uint8Array(options.registers)
    this.reset()
  }

  /** The data sheets name only the address, 00H. Dark until told otherwise is how modules start. */
  reset(): void {
    this.#ram.fill(this.#options.powerOnRam)
    this.#displayControl = 0
    this.#fixedAddress = false
    this.#address = 0
    this.#isForKeys = false
    this.#expected = undefined
  }

  get on(): boolean {
    return (this.#displayControl & DISPLAY_ON) > 0
  }

  get intensity(): number {
    return this.#displayControl & PULSE_WIDTH_MASK
  }

  /** What a register lights. */
  lit(register: number): number {
    return this.on ? (this.#ram[register] ?? 0) : 0
  }

  /** The same, as segments of a digit. */
  segments(register: number): number {
    return segmentsFromLowA(this.lit(register))
  }

  /** The next byte is a command. */
  begin(): void {
    this.#expected = 'command'
  }

  end(): void {
    this.#expected = undefined
  }

  get isUnderWay(): boolean {
    return this.#expected !== undefined
  }

  /** @returns whether the chip gives the state of its keys now */
  take(byte: number): boolean {
    if (this.#expected === 'command') return this.#command(byte)
    if (this.#expected === 'data') this.#store(byte)
    else this.violations.push(`${hex(byte)} came where the command was complete`)
    return false
  }

  #command(byte: number): boolean {
    this.#expected = 'nothing'
    switch (byte >> 6) {
      case DATA_COMMAND:
        return this.#dataCommand(byte)
      case DISPLAY_CONTROL:
        this.#displayControl = byte & (DISPLAY_ON | PULSE_WIDTH_MASK)
        break
      case ADDRESS_COMMAND:
        this.#address = byte & this.#options.addressMask
        this.#expected = 'data'
        if (this.#isForKeys) this.violations.push('data came while the keys were read')
        break
      default:
        this.violations.push(`${hex(byte)} is no command`)
    }
    return false
  }

  #dataCommand(byte: number): boolean {
    const what = byte & READ_WRITE_MASK
    if (byte & TEST_MODE) {
      this.violations.push(`${hex(byte)} is for internal use`)
    } else if (what === WRITE_DISPLAY) {
      this.#fixedAddress = (byte & FIXED_ADDRESS) > 0
      this.#isForKeys = false
    } else if (what === READ_KEYS && this.#options.hasKeys) {
      this.#isForKeys = true
      return true
    } else {
      this.violations.push(`${hex(byte)} does not write the display`)
    }
    return false
  }

  #store(byte: number): void {
    const { registers, addressMask } = this.#options
    if (this.#address < registers) this.#ram[this.#address] = byte
    else this.violations.push(`there is no display register ${hex(0xc0 | this.#address)}`)
    if (this.#fixedAddress) this.#expected = 'nothing'
    else this.#address = (this.#address + 1) & addressMask
  }
}
