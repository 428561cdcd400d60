import {
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  AVRWatchdog,
  avrInstruction,
  CPU,
  eepromConfig,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  twiConfig,
  usart0Config,
  watchdogConfig,
} from 'avr8js'
import { JUMP_BACK_TO_LDS, SLEEP, skipWaiting, sleep } from './idle-cycles.ts'
import type { Chip, Drive, Levels } from './pins.ts'
import { SelfProgramming, SPM } from './self-programming.ts'
import { TwiBus } from './twi-bus.ts'

// ATmega328P data sheet (DS40002061): memories, chapter 8.
const FLASH_BYTES = 0x8000
const SRAM_BYTES = 2048
const EEPROM_BYTES = 1024
const FREQUENCY_HZ = 16_000_000
const CYCLES_PER_MS = FREQUENCY_HZ / 1000
/** "Instruction Set Summary", chapter 31. */
const JUMP_TO_ITSELF = 0xcfff
/** "Reset Sources", chapter 11: what MCUSR says afterwards. */
const EXTERNAL_RESET = 0x02
const WATCHDOG_RESET = 0x08
/** Bits of WDTCSR, "Register Description" of chapter 11. */
const WDE = 0x08
const WDIE = 0x40

/** The ports as an Uno counts pins: 0 to 7 are port D, 8 to 13 port B, 14 to 19 (A0 to A5) port C. */
const PORTS = [
  { config: portDConfig, firstPin: 0, bits: 8 },
  { config: portBConfig, firstPin: 8, bits: 6 },
  { config: portCConfig, firstPin: 14, bits: 6 },
] as const

export type Atmega328pOptions = {
  /** What is in its flash, from address 0 on. */
  program: Uint8Array
  chips: readonly Chip[]
  /** Written to live; erased when left out. */
  eeprom?: Uint8Array
  /** Is in its flash, too, from an address on where each reset begins (the fuse BOOTRST). */
  bootLoader?: { program: Uint8Array; start: number }
  /** Told each byte that goes out of the serial port. */
  onByte: (byte: number) => void
}

/**
 * The ATmega328P of an Uno, which runs a program at 16 MHz of a clock that stands still between calls.
 * It has what the counter's firmware and boot loaders use. avr8js takes SLEEP and SPM for no operation, so
 * these are done here.
 */
export class Atmega328p {
  readonly eeprom: Uint8Array
  readonly #program: Uint16Array<ArrayBuffer>
  readonly #bootStart: number
  readonly #selfProgramming: SelfProgramming
  readonly #chips: readonly Chip[]
  readonly #onByte: (byte: number) => void
  #cpu: CPU
  #usart: AVRUSART
  #ports: readonly AVRIOPort[] = []
  #drive: Drive = { levels: 0, outputs: 0 }
  /** Bytes on their way in. */
  #incoming: number[] = []
  /** Levels of what is wired to inputs. Key: pin. */
  readonly #driven: Map<number, 0 | 1> = new Map()
  #unhang = () => {}
  #isWatchdogReset = false
  /** Before the last reset. */
  #cyclesBefore = 0

  constructor({ program, chips, eeprom, onByte, bootLoader }: Atmega328pOptions) {
    const flash = new Uint8Array(FLASH_BYTES).fill(0xff)
    flash.set(program)
    if (bootLoader !== undefined) flash.set(bootLoader.program, bootLoader.start)
    this.#bootStart = bootLoader?.start ?? 0
    this.#selfProgramming = new SelfProgramming(flash)
    this.#program = new Uint16Array(flash.buffer)
    this.#chips = chips
    this.#onByte = onByte
    this.eeprom = eeprom ?? new Uint8Array(EEPROM_BYTES).fill(0xff)
    this.#cpu = this.#newCpu(EXTERNAL_RESET)
    this.#usart = this.#wire(this.#cpu)
  }

  /** What is in its flash. */
  get flash(): Uint8Array {
    return new Uint8Array(this.#program.buffer)
  }

  /** Registers, then what else is in its address space of data. */
  get memory(): Uint8Array {
    return this.#cpu.data
  }

  /** At which its serial port is. */
  get baudRate(): number {
    return this.#usart.baudRate
  }

  /** Since power-on. */
  get nowMs(): number {
    return (this.#cyclesBefore + this.#cpu.cycles) / CYCLES_PER_MS
  }

  /** What it does to its wires. */
  get drive(): Drive {
    return this.#drive
  }

  /** The address of the next instruction, in bytes, to see whether it hangs. */
  get programCounter(): number {
    return 2 * this.#cpu.pc
  }

  /** Bytes of the stack that are in use or were: what a program has not written is zero. */
  get untouchedBytes(): number {
    const data = this.#cpu.data
    let longest = 0
    for (let at = 0x100, run = 0; at < data.length; at++) {
      run = data[at] === 0 ? run + 1 : 0
      longest = Math.max(longest, run)
    }
    return longest
  }

  /** Lets its clock go on. */
  run(ms: number): void {
    const cpu = this.#cpu
    const program = this.#program
    const end = cpu.cycles + ms * CYCLES_PER_MS
    while (cpu.cycles < end) {
      const opcode = program[cpu.pc]
      avrInstruction(cpu)
      if (opcode === SLEEP) sleep(cpu, end)
      else {
        if (opcode === SPM) this.#selfProgramming.store(cpu)
        if (opcode === JUMP_BACK_TO_LDS) skipWaiting(cpu, program, end)
        cpu.tick()
      }
      if (this.#isWatchdogReset) {
        const leftMs = (end - cpu.cycles) / CYCLES_PER_MS
        this.#restart(WATCHDOG_RESET)
        if (leftMs > 0) this.run(leftMs)
        return
      }
    }
  }

  /** Bytes for the serial port, which takes them at its own pace behind those that wait. */
  receive(bytes: Iterable<number>): void {
    this.#incoming.push(...bytes)
    this.#feed()
  }

  /** Bytes that have not come in yet. */
  get waiting(): number {
    return this.#incoming.length
  }

  /** Has the program hang where it is, until something leads it elsewhere. */
  hang(): void {
    const { pc } = this.#cpu
    const before = this.#program[pc] ?? 0
    this.#program[pc] = JUMP_TO_ITSELF
    this.#unhang = () => {
      this.#program[pc] = before
    }
  }

  /** Takes the cause of a hang away; the program goes on where it is. */
  unhang(): void {
    this.#unhang()
  }

  /** The bits of the watchdog: WDE resets the chip, WDIE interrupts it. */
  get watchdog(): { readonly resets: boolean; readonly interrupts: boolean } {
    const control = this.#cpu.data[watchdogConfig.WDTCSR] ?? 0
    return { resets: (control & WDE) > 0, interrupts: (control & WDIE) > 0 }
  }

  /** The reset button. Bytes on the wire are lost; what is in EEPROM stays. */
  reset(): void {
    this.#restart(EXTERNAL_RESET)
  }

  #restart(cause: number): void {
    this.#cyclesBefore += this.#cpu.cycles
    this.#incoming = []
    this.#isWatchdogReset = false
    this.#cpu = this.#newCpu(cause)
    this.#usart = this.#wire(this.#cpu)
    this.#pinsMoved()
  }

  #newCpu(cause: number): CPU {
    const cpu = new CPU(this.#program, SRAM_BYTES)
    cpu.pc = this.#bootStart / 2
    cpu.data[watchdogConfig.MCUSR] = cause
    // Called by the watchdog, in the midst of things.
    cpu.reset = () => {
      this.#isWatchdogReset = true
    }
    return cpu
  }

  /** Whether an input has its pull-up on. */
  hasPullup(pin: number): boolean {
    const port = PORTS.find(({ firstPin, bits }) => pin >= firstPin && pin < firstPin + bits)
    if (port === undefined) return false
    const mask = 1 << (pin - port.firstPin)
    const { data } = this.#cpu
    return ((data[port.config.PORT] ?? 0) & ~(data[port.config.DDR] ?? 0) & mask) !== 0
  }

  /** What is wired to a pin holds it at this level; undefined takes it off. */
  setInput(pin: number, level: 0 | 1 | undefined): void {
    if (level === undefined) this.#driven.delete(pin)
    else this.#driven.set(pin, level)
    this.#readInputs()
  }

  #wire(cpu: CPU): AVRUSART {
    this.#ports = PORTS.map(({ config }) => new AVRIOPort(cpu, config))
    for (const port of this.#ports) port.addListener(() => this.#pinsMoved())
    new AVRTimer(cpu, timer0Config)
    new AVRTimer(cpu, timer1Config)
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, FREQUENCY_HZ))
    const { eeprom } = this
    new AVREEPROM(
      cpu,
      {
        readMemory: (address) => eeprom[address] ?? 0xff,
        // Writing clears bits, erasing sets them.
        writeMemory: (address, value) => {
          eeprom[address] = (eeprom[address] ?? 0xff) & value
        },
        eraseMemory: (address) => {
          eeprom[address] = 0xff
        },
      },
      eepromConfig,
    )
    const twi = new AVRTWI(cpu, twiConfig, FREQUENCY_HZ)
    twi.eventHandler = new TwiBus(cpu, twi, this.#chips, FREQUENCY_HZ)
    const usart = new AVRUSART(cpu, usart0Config, FREQUENCY_HZ)
    usart.onByteTransmit = this.#onByte
    usart.onRxComplete = () => this.#feed()
    return usart
  }

  /** A byte that comes while the receiver is off is lost, as on a wire. */
  #feed(): void {
    const usart = this.#usart
    while (this.#incoming.length > 0 && !usart.rxBusy) {
      usart.writeByte(this.#incoming.shift() ?? 0)
    }
  }

  #pinsMoved(): void {
    const drive = { levels: 0, outputs: 0 }
    for (const { config, firstPin, bits } of PORTS) {
      const mask = (1 << bits) - 1
      const outputs = (this.#cpu.data[config.DDR] ?? 0) & mask
      drive.outputs |= outputs << firstPin
      drive.levels |= ((this.#cpu.data[config.PORT] ?? 0) & outputs) << firstPin
    }
    const before = this.#drive
    if (before.levels === drive.levels && before.outputs === drive.outputs) {
      this.#readInputs()
      return
    }
    this.#drive = drive
    for (const chip of this.#chips) {
      if (before.levels !== drive.levels) chip.pinsChanged?.(before.levels, drive.levels)
      chip.driveChanged?.(before, drive)
    }
    this.#readInputs()
  }

  /** An input is low where a chip pulls it, else as what is wired to it, else as its pull-up. */
  #readInputs(): void {
    let pulled: Levels = 0
    for (const chip of this.#chips) pulled |= chip.pulls?.() ?? 0
    for (const [index, { config, firstPin, bits }] of PORTS.entries()) {
      const pullups = this.#cpu.data[config.PORT] ?? 0
      for (let bit = 0; bit < bits; bit++) {
        const pin = firstPin + bit
        const open = this.#driven.get(pin) ?? (pullups >> bit) & 1
        this.#ports[index]?.setPin(bit, open === 1 && ((pulled >> pin) & 1) === 0)
      }
    }
  }
}
