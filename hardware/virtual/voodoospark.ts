import { from7Bit, to7Bit } from './firmata-protocol.ts'
import { hex } from './hex.ts'
import * as photon from './photon.ts'
import {
  type Chip,
  i2cAt,
  type Levels,
  levelOf,
  MODE_I2C,
  MODE_INPUT,
  MODE_OUTPUT,
  MODE_SERVO,
  type Pins,
} from './pins.ts'
import {
  ACTION_RANGE,
  ANALOG_READ,
  ANALOG_WRITE,
  DIGITAL_READ,
  DIGITAL_WRITE,
  I2C_CONFIG,
  I2C_READ,
  I2C_READ_CONTINUOUS,
  I2C_REGISTER_NOT_SPECIFIED,
  I2C_REPLY,
  I2C_WRITE,
  INTERNAL_RGB,
  operandBytes,
  PIN_MODE,
  PING_READ,
  REPORTING,
  SERVO_WRITE,
  SET_SAMPLE_INTERVAL,
} from './voodoospark-protocol.ts'

/** What Device OS takes from the network at a time (TCPClient). */
const CLIENT_BUFFER_BYTES = 128
/** MAX_DATA_BYTES, and the sizes of `cached` and `i2cRxData`. */
const BUFFER_BYTES = 128
const CACHE_BYTES = 64
const RX_BYTES = 64
/** After an action, so few bytes are left lying until more come. */
const LEFT_LYING = 2
/** The Wire library's buffer. */
const WIRE_BUFFER_BYTES = 32
/** A byte counts the payload of an I2C write. */
const MAX_COUNTABLE = 254

type VoodooSparkEvents = {
  /** An answer to the client. */
  send(bytes: readonly number[]): void
  /** The client asks for something that is answered in order. */
  onQuestion(): void
  /** So many bytes have turned out to belong to no message. */
  onStray(bytes: number): void
  /** An action that the firmware does not know. */
  onUnknown(): void
  /** The client has done what real firmware answers with undefined behaviour. */
  onViolation(what: string): void
}

/**
 * What VoodooSpark 3 does on a Photon with nothing but pull-ups at its inputs. As nothing changes
 * there, pins and I2C registers that are to be reported are reported once. Where the firmware would
 * run over its memory, the same bytes reach the chip and the rest is noted instead.
 */
export class VoodooSpark {
  readonly #pins: Pins
  readonly #chips: readonly Chip[]
  readonly #events: VoodooSparkEvents
  /** Taken from the client and not worked on yet. */
  readonly #held: number[] = []
  /** Bytes of an I2C write that was carried out before they came. */
  #late = 0
  /** By pin: what it drives as an output. The microcontroller keeps it while the pin is none. */
  #latch: Levels = 0
  #reported = 0
  #wireEnabled = false
  /** Nothing more is taken: from this client, or from any until a reset. */
  #stuck: 'client' | 'board' | undefined
  readonly #rxData = new Uint8Array(RX_BYTES)

  constructor(pins: Pins, chips: readonly Chip[], events: VoodooSparkEvents) {
    this.#pins = pins
    this.#chips = chips
    this.#events = events
  }

  /** The reset button. All pins float until a client connects. */
  reset(): void {
    this.#latch = 0
    this.#wireEnabled = false
    this.#stuck = undefined
    this.#pins.reset([])
  }

  /** A client has connected: D0 to D7 become outputs and A0 to A7 inputs, whatever they were. */
  restore(): void {
    if (this.#stuck === 'board') return
    this.#stuck = undefined
    this.#held.length = 0
    this.#late = 0
    this.#reported = 0
    this.#rxData.fill(0)
    const [digital = [], analog = []] = photon.ports
    for (const pin of digital) this.#setMode(pin, MODE_OUTPUT)
    for (const pin of analog) this.#setMode(pin, MODE_INPUT)
  }

  receive(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; start += CLIENT_BUFFER_BYTES) {
      let available = chunk.subarray(start, start + CLIENT_BUFFER_BYTES)
      while (available.length > 0) {
        const taken = available.subarray(0, this.#room())
        available = available.subarray(taken.length)
        this.#take(taken)
      }
    }
  }

  /**
   * The firmware's loop counts what it takes against a room that it computes anew for each byte and
   * that shrinks with each: it takes half of what is free, 64 bytes when nothing is held.
   */
  #room(): number {
    return Math.ceil((BUFFER_BYTES - this.#held.length + this.#late) / 2)
  }

  #take(bytes: Uint8Array): void {
    if (this.#stuck) {
      this.#events.onStray(bytes.length)
      return
    }
    const late = Math.min(this.#late, bytes.length)
    this.#late -= late
    if (late > 0) this.#events.onStray(late)
    this.#held.push(...bytes.subarray(late))
    this.#process()
  }

  #process(): void {
    do {
      const [action] = this.#held
      if (action === undefined) return
      if (action >= ACTION_RANGE) {
        this.#stick('client', `${hex(action)} is no action: this client is no longer served`)
        return
      }
      const length = 1 + (operandBytes.get(action) ?? 0)
      if (this.#held.length < length) return
      this.#act(action, this.#held.splice(0, length))
    } while (this.#held.length > LEFT_LYING)
  }

  #act(action: number, message: readonly number[]): void {
    const [, first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = message
    switch (action) {
      case PIN_MODE:
        this.#pinMode(first, second)
        return
      case DIGITAL_WRITE:
        this.#digitalWrite(first, second)
        return
      case DIGITAL_READ:
        this.#answer(DIGITAL_READ, first, this.#digitalRead(first))
        return
      case ANALOG_READ:
        this.#answer(ANALOG_READ, first, 0)
        return
      case REPORTING:
        this.#report(first, second)
        return
      case PING_READ:
        this.#events.onQuestion()
        this.#events.send([PING_READ, first, 0, 0, 0, 0])
        return
      case I2C_CONFIG:
        for (const pin of photon.i2cPins) this.#setMode(pin, MODE_I2C)
        this.#wireEnabled = true
        return
      case I2C_WRITE:
        this.#i2cWrite(first, from7Bit(second, third))
        return
      case I2C_READ:
      case I2C_READ_CONTINUOUS:
        this.#i2cRead(first, from7Bit(second, third), from7Bit(fourth, fifth) & 0xff)
        return
      // PWM, servo pulses and colours are nothing that a chip here could see.
      case ANALOG_WRITE:
      case SERVO_WRITE:
      case SET_SAMPLE_INTERVAL:
      case INTERNAL_RGB:
        return
      default:
        this.#events.onUnknown()
    }
  }

  /** Mode 2, analog input, changes nothing on a Photon. */
  #pinMode(pin: number, mode: number): void {
    if (mode === 0) this.#setMode(pin, MODE_INPUT)
    if (mode === 1 || mode === 3) this.#setMode(pin, MODE_OUTPUT)
    if (mode === 4) this.#setMode(pin, MODE_SERVO)
  }

  /** Device OS leaves the pins of the bus alone while it is on (pinAvailable). */
  #setMode(pin: number, mode: number): void {
    if (!photon.isPin(pin) || this.#isOnBus(pin)) return
    this.#pins.setMode(pin, mode, levelOf(this.#latch, pin))
  }

  #isOnBus(pin: number): boolean {
    return this.#wireEnabled && photon.i2cPins.includes(pin)
  }

  #digitalWrite(pin: number, value: number): void {
    if (!photon.isPin(pin) || this.#pins.mode(pin) !== MODE_OUTPUT) return
    const bit = 1 << pin
    this.#latch = value > 0 ? this.#latch | bit : this.#latch & ~bit
    this.#pins.write(bit, this.#latch)
  }

  /** Inputs have a pull-down, which a pull-up at the wire outdoes. */
  #digitalRead(pin: number): number {
    if (!photon.isPin(pin)) return 0
    if (this.#pins.mode(pin) === MODE_OUTPUT) return levelOf(this.#pins.levels, pin)
    return this.#chips.some((chip) =>
      levelOf((chip.pullUps?.() ?? 0) & ~(chip.pulls?.() ?? 0), pin),
    )
      ? 1
      : 0
  }

  #report(pin: number, type: number): void {
    const port = photon.ports.findIndex((pins) => pins.includes(pin))
    if (port < 0) return
    if (type === 2) {
      this.#answer(ANALOG_READ, pin, 0)
      return
    }
    this.#reported |= 1 << pin
    const value = (photon.ports[port] ?? []).reduce((bits, other, bit) => {
      const high = levelOf(this.#reported, other) === 1 && this.#digitalRead(other) === 1
      return high ? bits | (1 << bit) : bits
    }, 0)
    this.#answer(REPORTING, port, value)
  }

  /** `length` counts 7-bit bytes, two for each byte on the bus. */
  #i2cWrite(address: number, length: number): void {
    if (length > MAX_COUNTABLE) {
      this.#stick('board', `an I2C write of ${length} bytes never ends: the firmware hangs`)
      return
    }
    const payload = this.#held.splice(0, length)
    this.#late = length - payload.length
    if (this.#late > 0) {
      this.#events.onViolation(
        `an I2C write of ${length} bytes was carried out with ${this.#late} of them still to come`,
      )
    }
    if (length > CACHE_BYTES) {
      this.#events.onViolation(`an I2C write of ${length} bytes does not fit into ${CACHE_BYTES}`)
    }
    // What has not come is read from the cache: the head of the message is still there, then zeros.
    const cached = [I2C_WRITE, address, ...to7Bit(length), ...Array<number>(length).fill(0)]
    cached.splice(0, payload.length, ...payload)
    const values: number[] = []
    for (let i = 0; i < length; i += 2) values.push(from7Bit(cached[i], cached[i + 1]) & 0xff)
    this.#bus(address)?.write(values.slice(0, WIRE_BUFFER_BYTES))
  }

  /** The reply carries whole bytes, filled up with what the buffer held before. */
  #i2cRead(address: number, register: number, count: number): void {
    const head = [I2C_REPLY, count, address, ...to7Bit(register)]
    if (head.length + count > RX_BYTES) {
      this.#events.onViolation(`an I2C read of ${count} bytes does not fit into ${RX_BYTES}`)
    }
    const chip = this.#bus(address)
    if (register !== I2C_REGISTER_NOT_SPECIFIED) chip?.write([register & 0xff])
    const bytes = chip?.read(Math.min(count, WIRE_BUFFER_BYTES)) ?? []
    this.#rxData.set([...head, ...bytes])
    this.#events.onQuestion()
    this.#events.send([...this.#rxData.subarray(0, head.length + count)])
  }

  #bus(address: number): Chip['i2c'] {
    if (this.#wireEnabled) return i2cAt(this.#chips, address)
    this.#events.onViolation('I2C before I2C_CONFIG: the bus is off')
    return undefined
  }

  #answer(action: number, pinOrPort: number, value: number): void {
    this.#events.onQuestion()
    this.#events.send([action, pinOrPort, ...to7Bit(value)])
  }

  #stick(until: 'client' | 'board', what: string): void {
    this.#stuck = until
    this.#events.onViolation(what)
    this.#events.onStray(this.#held.length)
    this.#held.length = 0
  }
}
