import {
  ANALOG_MESSAGE,
  DIGITAL_MESSAGE,
  END_SYSEX,
  PIN_MODE,
  REPORT_ANALOG,
  REPORT_DIGITAL,
  SET_DIGITAL_PIN_VALUE,
  START_SYSEX,
  SYSTEM_RESET,
} from './firmata-protocol.ts'

/** One message; of a sysex, `data` is what stands between F0 and F7, the id first. */
export type FirmataMessage = { command: number; channel: number; data: readonly number[] }

type ParserEvents = {
  onMessage(message: FirmataMessage): void
  /** So many bytes have turned out to belong to no message. */
  onStray(bytes: number): void
}

/** Size of the firmware's parser buffer on an Uno (firmata/arduino, FirmataConstants.h). */
const MAX_DATA_BYTES = 64

/** Data bytes that follow a command. */
const dataBytes = new Map([
  [DIGITAL_MESSAGE, 2],
  [ANALOG_MESSAGE, 2],
  [PIN_MODE, 2],
  [SET_DIGITAL_PIN_VALUE, 2],
  [REPORT_ANALOG, 1],
  [REPORT_DIGITAL, 1],
])

/**
 * Bytes to messages with the states of the firmware's FirmataParser::parse (firmata/arduino,
 * FirmataParser.cpp). There is no running status. Whatever comes between F0 and F7 is data, a
 * command byte too. A message of several bytes may be interrupted by one without data bytes or by
 * a sysex, and goes on after it.
 */
export class FirmataParser {
  readonly #events: ParserEvents
  /** One buffer for both kinds: a sysex inside another message spoils the data of that one. */
  readonly #buffer = new Uint8Array(MAX_DATA_BYTES)
  #command = 0
  #channel = 0
  #waitForData = 0
  /** Bytes of the incomplete message so far, not counting a sysex. */
  #held = 0
  #sysexBytes: number | undefined

  constructor(events: ParserEvents) {
    this.#events = events
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.#parse(byte)
  }

  /** Forgets the message that has begun, as at power-on. */
  reset(): void {
    const lost = this.#held + (this.#sysexBytes === undefined ? 0 : 1 + this.#sysexBytes)
    this.#held = 0
    this.#waitForData = 0
    this.#sysexBytes = undefined
    this.#buffer.fill(0)
    if (lost > 0) this.#events.onStray(lost)
  }

  #parse(byte: number): void {
    if (this.#sysexBytes !== undefined) this.#parseSysex(byte, this.#sysexBytes)
    else if (byte >= 0x80) this.#parseCommand(byte)
    else if (this.#waitForData > 0) this.#parseData(byte)
    else this.#events.onStray(1)
  }

  #parseSysex(byte: number, length: number): void {
    if (byte !== END_SYSEX) {
      if (length < MAX_DATA_BYTES) this.#buffer[length] = byte
      this.#sysexBytes = length + 1
      return
    }
    this.#sysexBytes = undefined
    // The firmware acts on what lies around its buffer then; no host can want that.
    if (length === 0 || length > MAX_DATA_BYTES) this.#events.onStray(length + 2)
    else this.#emit(START_SYSEX, [...this.#buffer.subarray(0, length)])
  }

  #parseCommand(byte: number): void {
    const command = byte < START_SYSEX ? byte & 0xf0 : byte
    if (byte < START_SYSEX) this.#channel = byte & 0x0f
    const expected = dataBytes.get(command)
    if (expected !== undefined) {
      if (this.#held > 0) this.#events.onStray(this.#held)
      this.#command = command
      this.#waitForData = expected
      this.#held = 1
    } else if (command === START_SYSEX) {
      this.#sysexBytes = 0
    } else {
      if (command === SYSTEM_RESET) this.reset()
      this.#emit(command, [])
    }
  }

  #parseData(byte: number): void {
    this.#waitForData--
    this.#held++
    this.#buffer[this.#waitForData] = byte
    if (this.#waitForData > 0) return
    const data = [...this.#buffer.subarray(0, this.#held - 1)].reverse()
    this.#held = 0
    this.#emit(this.#command, data)
  }

  #emit(command: number, data: readonly number[]): void {
    this.#events.onMessage({ command, channel: this.#channel, data })
  }
}
