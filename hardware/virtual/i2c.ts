import { from7Bit, I2C_REPLY, STRING_DATA, sysex } from './firmata-protocol.ts'
import { type Chip, i2cAt } from './pins.ts'

// Mode byte of an I2C request: github.com/firmata/protocol, i2c.md.
const ADDRESS_10_BIT = 0x20
const READ_WRITE_MASK = 0x18
const WRITE = 0x00
const READ = 0x08

/** Size of the Wire library's buffer: the most that one transaction can carry. */
const WIRE_BUFFER_BYTES = 32
/** i2cRxData of StandardFirmata.ino. */
const RX_BYTES = 64

/** The I2C part of StandardFirmata 2.5. */
export class I2cBus {
  readonly #chips: readonly Chip[]
  readonly #send: (bytes: readonly number[]) => void
  readonly #onViolation: (what: string) => void
  readonly #rxData = new Uint8Array(RX_BYTES)
  /** After I2C_CONFIG, which calls `Wire.begin`. */
  enabled = false

  constructor(
    chips: readonly Chip[],
    send: (bytes: readonly number[]) => void,
    onViolation: (what: string) => void,
  ) {
    this.#chips = chips
    this.#send = send
    this.#onViolation = onViolation
  }

  /** Carries out the payload of an I2C_REQUEST; false if it asks for what is not built here. */
  request([address = 0, mode = 0, ...pairs]: readonly number[]): boolean {
    // The bit rate is then that of the reset, 1 MHz, and the pins have no pull-ups.
    if (!this.enabled) this.#onViolation('I2C before I2C_CONFIG: the bus runs at 1 MHz')
    if (mode & ADDRESS_10_BIT) {
      this.#say('10-bit addressing not supported')
      return true
    }
    const values = pairs7Bit(pairs)
    const operation = mode & READ_WRITE_MASK
    if (operation === WRITE) this.#write(address, values)
    else if (operation === READ) this.#read(address, values)
    else return false
    return true
  }

  #write(address: number, bytes: readonly number[]): void {
    i2cAt(this.#chips, address)?.write(bytes.slice(0, WIRE_BUFFER_BYTES))
  }

  /** With two values the first is the register, else only the count is given. */
  #read(address: number, values: readonly number[]): void {
    const [count = 0, register = 0] = values.length === 2 ? values.toReversed() : values
    if (values.length === 2) this.#write(address, [register])
    const bytes = i2cAt(this.#chips, address)?.read(Math.min(count, WIRE_BUFFER_BYTES)) ?? []
    if (bytes.length < count) this.#say('I2C: Too few bytes received')
    // The reply follows even then, filled up with what the buffer held before.
    this.#rxData.set([address, register, ...bytes])
    this.#send(sysex(I2C_REPLY, this.#rxData.subarray(0, count + 2)))
  }

  #say(text: string): void {
    this.#send(sysex(STRING_DATA, Buffer.from(text)))
  }
}

function pairs7Bit(bytes: readonly number[]): number[] {
  const values: number[] = []
  for (let i = 0; i < bytes.length; i += 2) values.push(from7Bit(bytes[i], bytes[i + 1]) & 0xff)
  return values
}
