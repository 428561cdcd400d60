import type { FirmataMessage } from './firmata-parser.ts'
import {
  ANALOG_MAPPING_QUERY,
  ANALOG_MAPPING_RESPONSE,
  ANALOG_MESSAGE,
  CAPABILITY_QUERY,
  CAPABILITY_RESPONSE,
  DIGITAL_MESSAGE,
  END_SYSEX,
  EXTENDED_ANALOG,
  from7Bit,
  I2C_CONFIG,
  I2C_REQUEST,
  NOTHING,
  PIN_MODE,
  PIN_STATE_QUERY,
  PIN_STATE_RESPONSE,
  REPORT_ANALOG,
  REPORT_DIGITAL,
  REPORT_FIRMWARE,
  REPORT_VERSION,
  SAMPLING_INTERVAL,
  SERVO_CONFIG,
  SET_DIGITAL_PIN_VALUE,
  START_SYSEX,
  STRING_DATA,
  SYSTEM_RESET,
  sysex,
  to7Bit,
} from './firmata-protocol.ts'
import { I2cBus } from './i2c.ts'
import {
  type Chip,
  MODE_ANALOG,
  MODE_I2C,
  MODE_INPUT,
  MODE_OUTPUT,
  MODE_PULLUP,
  MODE_PWM,
  MODE_SERIAL,
  MODE_SERVO,
  type Pins,
} from './pins.ts'
import * as uno from './uno.ts'

const VERSION = [2, 5] as const
const FIRMWARE_NAME = 'StandardFirmata.ino'

/**
 * What StandardFirmata.ino 2.5 does on an Arduino Uno with nothing connected to its inputs. As
 * nothing changes there, inputs are reported when asked for and not again.
 */
export class StandardFirmata {
  readonly #pins: Pins
  readonly #send: (bytes: readonly number[]) => void
  readonly #i2c: I2cBus
  /** By pin: the value last written; of an input, whether its pull-up is on. */
  readonly #state = uno.pins.map(() => 0)

  constructor(
    pins: Pins,
    chips: readonly Chip[],
    send: (bytes: readonly number[]) => void,
    onViolation: (what: string) => void = () => {},
  ) {
    this.#pins = pins
    this.#send = send
    this.#i2c = new I2cBus(chips, send, onViolation)
  }

  /** Pins and their states as after the reset button. */
  reset(): void {
    this.#state.fill(0)
    this.#i2c.enabled = false
    this.#pins.reset(uno.resetModes)
  }

  /** Says the version and the firmware, as at the end of the boot. */
  announce(): void {
    this.#sendVersion()
    this.#sendFirmware()
  }

  /** Carries out a message; false if this firmware does not know it. */
  handle({ command, channel, data }: FirmataMessage): boolean {
    const [first = 0, second = 0] = data
    switch (command) {
      case REPORT_VERSION:
        this.#sendVersion()
        return true
      // It ends nothing: a client makes sure that no half message is left.
      case END_SYSEX:
        return true
      case SYSTEM_RESET:
        this.reset()
        return true
      case PIN_MODE:
        this.#setPinMode(first, second)
        return true
      case DIGITAL_MESSAGE:
        this.#writePort(channel, from7Bit(first, second) & 0xff)
        return true
      case SET_DIGITAL_PIN_VALUE:
        this.#writePin(first, second)
        return true
      case ANALOG_MESSAGE:
        this.#writeAnalog(channel, from7Bit(first, second))
        return true
      case REPORT_ANALOG:
        if (first > 0) this.#sendAnalog(channel)
        return true
      case REPORT_DIGITAL:
        if (first > 0) this.#sendPort(channel)
        return true
      case START_SYSEX:
        return this.#handleSysex(first, data.slice(1))
      default:
        return false
    }
  }

  #handleSysex(id: number, data: readonly number[]): boolean {
    const [first = 0, second = 0, third = 0, fourth = 0] = data
    switch (id) {
      case REPORT_FIRMWARE:
        this.#sendFirmware()
        return true
      case CAPABILITY_QUERY:
        this.#sendCapabilities()
        return true
      case ANALOG_MAPPING_QUERY:
        this.#sendAnalogMapping()
        return true
      case PIN_STATE_QUERY:
        if (data.length > 0) this.#sendPinState(first)
        return true
      case EXTENDED_ANALOG:
        if (data.length > 1) this.#writeAnalog(first, from7Bit(second, third) | (fourth << 14))
        return true
      case SERVO_CONFIG:
        if (data.length > 4) this.#setPinMode(first, MODE_SERVO)
        return true
      case I2C_CONFIG:
        for (const pin of uno.pins) {
          if (uno.supports(pin, MODE_I2C)) this.#setPinMode(pin, MODE_I2C)
        }
        this.#i2c.enabled = true
        return true
      case I2C_REQUEST:
        return this.#i2c.request(data)
      case SAMPLING_INTERVAL:
      case STRING_DATA:
        return true
      default:
        return false
    }
  }

  #setPinMode(pin: number, mode: number): void {
    switch (mode) {
      case MODE_INPUT:
      case MODE_OUTPUT:
      case MODE_ANALOG:
      case MODE_PWM:
      case MODE_SERVO:
      case MODE_I2C:
      case MODE_PULLUP:
        if (!uno.supports(pin, mode)) return
        this.#state[pin] = mode === MODE_PULLUP ? 1 : 0
        this.#pins.setMode(pin, mode)
        if (mode === MODE_ANALOG) this.#sendAnalog(uno.analogChannel(pin) ?? NOTHING)
        return
      case MODE_SERIAL:
        return
      default:
        this.#send(sysex(STRING_DATA, Buffer.from('Unknown pin mode')))
    }
  }

  /** The firmware stores the whole port at once (firmata/arduino, Boards.h, writePort). */
  #writePort(port: number, value: number): void {
    const pins = uno.pinsOf(port)
    if (pins.length === 0) return
    for (const pin of pins) {
      const mode = this.#pins.mode(pin)
      if (mode === MODE_OUTPUT || mode === MODE_INPUT) this.#state[pin] = (value >> (pin % 8)) & 1
    }
    this.#pins.write(0xff << (8 * port), value << (8 * port))
  }

  #writePin(pin: number, value: number): void {
    if (this.#pins.mode(pin) !== MODE_OUTPUT) return
    this.#state[pin] = value
    this.#pins.write(1 << pin, value > 0 ? 1 << pin : 0)
  }

  #writeAnalog(pin: number, value: number): void {
    const mode = this.#pins.mode(pin)
    if (mode === MODE_PWM || mode === MODE_SERVO) this.#state[pin] = value
  }

  #sendVersion(): void {
    this.#send([REPORT_VERSION, ...VERSION])
  }

  #sendFirmware(): void {
    const name = [...Buffer.from(FIRMWARE_NAME)].flatMap(to7Bit)
    this.#send([START_SYSEX, REPORT_FIRMWARE, ...VERSION, ...name, END_SYSEX])
  }

  #sendCapabilities(): void {
    const lists = uno.pins.flatMap((pin) => [...uno.capabilities(pin).flat(), NOTHING])
    this.#send([START_SYSEX, CAPABILITY_RESPONSE, ...lists, END_SYSEX])
  }

  #sendAnalogMapping(): void {
    const channels = uno.pins.map((pin) => uno.analogChannel(pin) ?? NOTHING)
    this.#send([START_SYSEX, ANALOG_MAPPING_RESPONSE, ...channels, END_SYSEX])
  }

  #sendPinState(pin: number): void {
    const state = this.#state[pin] ?? 0
    const bits = [state & 0x7f]
    if (state & 0xff80) bits.push((state >> 7) & 0x7f)
    if (state & 0xc000) bits.push((state >> 14) & 0x7f)
    const known = pin < uno.pins.length ? [this.#pins.mode(pin), ...bits] : []
    this.#send([START_SYSEX, PIN_STATE_RESPONSE, pin, ...known, END_SYSEX])
  }

  #sendAnalog(channel: number): void {
    if (channel < uno.TOTAL_ANALOG_PINS) this.#send([ANALOG_MESSAGE | channel, 0, 0])
  }

  /** Only inputs count, and with nothing connected those are high that have a pull-up. */
  #sendPort(port: number): void {
    const pins = uno.pinsOf(port)
    if (pins.length === 0) return
    const value = pins.reduce((bits, pin) => {
      const mode = this.#pins.mode(pin)
      const high = (mode === MODE_INPUT || mode === MODE_PULLUP) && this.#state[pin] === 1
      return high ? bits | (1 << (pin % 8)) : bits
    }, 0)
    this.#send([DIGITAL_MESSAGE | port, ...to7Bit(value)])
  }
}
