import type { AVRTWI, CPU, TWIEventHandler } from 'avr8js'
import { type Chip, i2cAt } from './pins.ts'

/** Eight bits and the acknowledgement. */
const CLOCKS_PER_BYTE = 9

/** The wires between the two-wire interface of a simulated chip and those on its I2C bus. */
export class TwiBus implements TWIEventHandler {
  readonly #cpu: CPU
  readonly #twi: AVRTWI
  readonly #chips: readonly Chip[]
  readonly #frequencyHz: number
  #chip: Chip['i2c']
  /** What has been written since the start; the chip takes it at the end of the transaction. */
  #written: number[] | undefined

  constructor(cpu: CPU, twi: AVRTWI, chips: readonly Chip[], frequencyHz: number) {
    this.#cpu = cpu
    this.#twi = twi
    this.#chips = chips
    this.#frequencyHz = frequencyHz
  }

  start(): void {
    this.#deliver()
    this.#after(1, () => this.#twi.completeStart())
  }

  stop(): void {
    this.#deliver()
    this.#after(1, () => this.#twi.completeStop())
  }

  connectToSlave(address: number, write: boolean): void {
    this.#chip = i2cAt(this.#chips, address)
    if (write && this.#chip) this.#written = []
    const acknowledges = this.#chip !== undefined
    this.#after(CLOCKS_PER_BYTE, () => this.#twi.completeConnect(acknowledges))
  }

  writeByte(value: number): void {
    this.#written?.push(value)
    this.#after(CLOCKS_PER_BYTE, () => this.#twi.completeWrite(true))
  }

  readByte(): void {
    const [byte = 0xff] = this.#chip?.read(1) ?? []
    this.#after(CLOCKS_PER_BYTE, () => this.#twi.completeRead(byte))
  }

  #deliver(): void {
    if (this.#written) this.#chip?.write(this.#written)
    this.#written = undefined
  }

  #after(clocks: number, step: () => void): void {
    const cyclesPerClock = this.#frequencyHz / this.#twi.sclFrequency
    this.#cpu.addClockEvent(step, Math.round(clocks * cyclesPerClock))
  }
}
