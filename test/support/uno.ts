import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  changeMessage,
  parseAnswer,
  picturesMessage,
  type SetUp,
  setUpMessage,
} from '../../device/boards/desk-messages.ts'
import type { Operation, Slot, View } from '../../device/displays/pictures.ts'
import { parseIntelHex } from '../../hardware/arduino/intel-hex.ts'
import { Atmega328p } from '../../hardware/virtual/atmega328p.ts'
import type { Chip } from '../../hardware/virtual/pins.ts'

const hexPath = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'hardware',
  'arduino',
  'visitor-counter.hex',
)
/** What an Optiboot of 512 bytes leaves of the flash. */
const programBytes = 0x7e00

/** The firmware as it is checked in. */
export function firmware(): Uint8Array {
  return parseIntelHex(readFileSync(hexPath, 'utf8'), 'visitor-counter.hex', programBytes)
}

/** A simulated Uno on whose serial port a test sits. Its clock only goes on within these calls. */
export class Bench {
  readonly uno: Atmega328p
  /** What the board has said and nobody has taken. */
  said: number[] = []

  constructor(chips: readonly Chip[], { program = firmware(), eeprom }: Partial<Opts> = {}) {
    this.uno = new Atmega328p({
      program,
      chips,
      ...(eeprom === undefined ? {} : { eeprom }),
      onByte: (byte) => this.said.push(byte),
    })
  }

  /** Lets bytes come in at the pace of the wire, and time pass after them; what the board says. */
  send(bytes: readonly number[], thenMs = 12): number[] {
    this.said = []
    this.uno.receive(bytes)
    while (this.uno.waiting > 0) this.uno.run(1)
    this.uno.run(thenMs)
    return this.said
  }

  /** Sets the firmware's count of milliseconds, which is found by its growth. */
  setClock(ms: number): void {
    const view = () => {
      const { buffer, byteOffset, byteLength } = this.uno.memory
      return new DataView(buffer, byteOffset, byteLength)
    }
    const firstSram = 0x100
    const addresses = Array.from(
      { length: view().byteLength - firstSram - 3 },
      (_, i) => firstSram + i,
    )
    let found = addresses.map((at) => [at, view().getUint32(at, true)] as const)
    for (const passedMs of [3, 300, 17]) {
      this.uno.run(passedMs)
      found = found
        .filter(([at, before]) => view().getUint32(at, true) === before + passedMs)
        .map(([at]) => [at, view().getUint32(at, true)] as const)
    }
    const [[at] = [undefined], ...others] = found
    if (at === undefined || others.length > 0) throw new Error(`${found.length} counts of ms`)
    view().setUint32(at, ms % 2 ** 32, true)
  }

  /** The payloads of the sysex messages in what was said, id first. */
  sysex(): number[][] {
    const found: number[][] = []
    let current: number[] | undefined
    for (const byte of this.said) {
      if (byte === 0xf0) current = []
      else if (byte === 0xf7) {
        if (current) found.push(current)
        current = undefined
      } else current?.push(byte)
    }
    return found
  }

  /** The strings in what was said. */
  strings(): string[] {
    return this.sysex()
      .filter(([id]) => id === 0x71)
      .map(([, ...sevens]) =>
        String.fromCharCode(
          ...sevens.flatMap((low, i) => (i % 2 === 0 ? [low | ((sevens[i + 1] ?? 0) << 7)] : [])),
        ),
      )
  }

  setUp(setUp: SetUp) {
    return this.#desk(setUpMessage(0, setUp))
  }

  pictures(sequence: number, slots: readonly Slot[], view: View = 'fresh') {
    return this.#desk(picturesMessage(sequence, view, slots) ?? [])
  }

  change(sequence: number, operations: readonly Operation[], view: View = 'fresh') {
    return this.#desk(changeMessage(sequence, view, operations))
  }

  /** The outcome that the board answers with. */
  #desk(bytes: readonly number[]): string | undefined {
    this.send(bytes, 12)
    return this.sysex()
      .map(parseAnswer)
      .find((answer) => answer !== undefined)?.outcome
  }
}

type Opts = { program: Uint8Array; eeprom: Uint8Array }
