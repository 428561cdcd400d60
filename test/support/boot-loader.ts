import type { SerialLine } from '../../hardware/arduino/stk500.ts'

export interface BootLoaderOptions {
  readonly kind: 'optiboot' | 'old-nano'
  readonly signature?: number
  /** Says nothing ever: there is none. */
  readonly absent?: boolean
  /** Restarts of the board before it listens for once. */
  readonly deafRestarts?: number
  /** Waits before each answer, in ms of the line's clock. */
  readonly slowMs?: number
  /** Loses each n-th byte of the line, once the work has begun. */
  readonly losesEach?: number
  /** Of flash, which keeps what it has. */
  readonly brokenAt?: number
  /** What runs afterwards says its name. */
  readonly silentProgram?: boolean
}

const kinds = {
  optiboot: { baudRate: 115_200, ledMs: 300, listensMs: 1000 },
  'old-nano': { baudRate: 57_600, ledMs: 100, listensMs: 2000 },
} as const

const OK = 0x10
const IN_SYNC = 0x14
const EOP = 0x20

/** A chip with a boot loader in it, byte by byte. It does what Optiboot and ATmegaBOOT do with STK500 version 1. */
export class BootLoader {
  readonly flash = new Uint8Array(0x8000).fill(0xff)
  /** Pages that were written, by address, oldest first. */
  readonly written: number[] = []
  readonly options: BootLoaderOptions
  restarts = 0
  left = false
  #command: number[] = []
  #address = 0

  constructor(options: BootLoaderOptions) {
    this.options = options
  }

  restart(): void {
    this.restarts++
    this.left = false
    this.#command = []
  }

  /** The boot loader takes a byte; its answer, if that was the last of a command. */
  receive(byte: number): number[] {
    this.#command.push(byte)
    const command = this.#command
    const [code = 0, high = 0, low = 0] = command
    const size = (high << 8) | low
    const length =
      code === 0x64 ? size + 5 : code === 0x74 ? 5 : code === 0x55 ? 4 : code === 0x42 ? 22 : 2
    if (command.length < length) return []
    this.#command = []
    if (command.at(-1) !== EOP) return []
    return [IN_SYNC, ...this.#carryOut(command, size), OK]
  }

  #carryOut([code, low = 0, high = 0, , ...data]: readonly number[], size: number): number[] {
    const { signature = 0x1e950f, brokenAt } = this.options
    switch (code) {
      case 0x75:
        return [signature >> 16, (signature >> 8) & 0xff, signature & 0xff]
      case 0x55:
        this.#address = 2 * (low | (high << 8))
        return []
      case 0x64:
        this.written.push(this.#address)
        this.flash.set(data.slice(0, size), this.#address)
        if (brokenAt !== undefined) this.flash[brokenAt] = 0
        return []
      case 0x74:
        return [...this.flash.subarray(this.#address, this.#address + size)]
      case 0x51:
        this.left = true
        return []
      default:
        return []
    }
  }
}

const name = [...Buffer.from('VisitorCounter')].flatMap((byte) => [byte, 0])
export const nameAnswer = [0xf0, 0x79, 1, 0, ...name, 0xf7]

/** A line to such a chip with a clock of its own, which only waiting moves. */
export function lineTo(chip: BootLoader) {
  const { absent, deafRestarts = 0, slowMs = 0, losesEach, silentProgram } = chip.options
  const { baudRate, ledMs, listensMs } = kinds[chip.options.kind]
  let nowMs = 0
  let rate = 0
  let startedMs = -Infinity
  let heardMs = -Infinity
  let toCome: number[] = []
  let lateBy = 0
  let passed = 0
  const lost = () =>
    losesEach !== undefined && chip.written.length > 0 && ++passed % losesEach === 0
  const isListening = () =>
    absent !== true &&
    !chip.left &&
    chip.restarts > deafRestarts &&
    nowMs >= startedMs + ledMs &&
    nowMs < Math.max(startedMs + ledMs, heardMs) + listensMs
  let closed = false
  const line: SerialLine = {
    async write(bytes) {
      for (const byte of bytes) {
        if (lost()) continue
        if (!isListening()) continue
        // At another speed it hears other bytes.
        const answer = chip.receive(rate === baudRate ? byte : byte ^ 0x5a)
        if (answer.length > 0) heardMs = nowMs
        lateBy = slowMs
        toCome.push(...(rate === baudRate ? answer : answer.map(() => 0xfe)).filter(() => !lost()))
      }
      const runs = chip.left && rate === 57_600 && silentProgram !== true
      if (runs && bytes.includes(0x79)) toCome.push(...nameAnswer)
    },
    async read(count, withinMs) {
      if (lateBy > withinMs) {
        nowMs += withinMs
        lateBy -= withinMs
        return new Uint8Array()
      }
      nowMs += toCome.length >= count ? lateBy : withinMs
      lateBy = 0
      return Uint8Array.from(toCome.splice(0, count))
    },
    discard() {
      toCome = []
    },
    async setBaudRate(wanted) {
      rate = wanted
    },
    async pulseDtr() {
      chip.restart()
      startedMs = nowMs
      heardMs = -Infinity
      toCome = []
    },
    async close() {
      closed = true
    },
  }
  const sleep = async (ms: number) => {
    nowMs += ms
  }
  return { line, sleep, now: () => nowMs, isClosed: () => closed }
}
