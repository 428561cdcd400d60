import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { Board, Wiring } from './board.ts'
import { type Io, openIo } from './io-board.ts'
import { within } from './within.ts'

// Actions of VoodooSpark 3.0 (firmware/voodoospark.cpp of voodoospark/voodoospark)
const PIN_MODE = 0x00
const DIGITAL_WRITE = 0x01
const DIGITAL_READ = 0x03
const I2C_CONFIG = 0x30
const I2C_WRITE = 0x31
/** Action, pin, and a value of two times 7 bits. */
const readReply = 4

const readyMs = 8000
const answerMs = 3000
/** D7, the Photon's own LED: reading it changes nothing. */
const askedPin = 7
/** The firmware looks at the last two bytes of a piece only when more come: a write to no pin does. */
const push = [DIGITAL_WRITE, 8, 0]
/**
 * The firmware takes 128 bytes at a time and acts on an I2C write although its end has not come yet,
 * so each write goes alone and is waited for.
 */
const mostI2cBytes = 40

/**
 * A first-generation Photon with VoodooSpark. Its protocol confirms no write; a question for the level
 * of a pin is answered in its turn, so it tells that what came before is done. There is no password on
 * that port: a trusted network only.
 */
export function openVoodooSpark(
  host: string,
  port: number,
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Board> {
  return openIo(
    new VoodooSparkIo(host, port),
    `voodoospark:${host}:${port}`,
    wiring,
    readyMs,
    signal,
  )
}

/** The johnny-five IO of a Photon with VoodooSpark, as far as displays need one. */
class VoodooSparkIo extends EventEmitter implements Io {
  readonly name = 'Photon'
  readonly MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4, I2C: 6 } as const
  readonly HIGH = 1
  readonly LOW = 0
  readonly pins: object[] = []
  readonly analogPins: number[] = []
  isReady = false
  readonly #socket = new Socket()
  /** Each goes out at once and is waited for. */
  #messages: number[][] = [[]]
  #answered: () => void = () => {}
  #replyBytes = 0

  constructor(host: string, port: number) {
    super()
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, 10_000)
    this.#socket.on('connect', () => this.emit('connect'))
    this.#socket.on('error', (error) => this.emit('error', error))
    this.#socket.on('close', () => this.emit('close'))
    this.#socket.on('data', (data) => this.#reply(data.length))
    this.once('connect', () => {
      this.flush().then(
        () => {
          this.isReady = true
          this.emit('ready')
        },
        (error: Error) => this.emit('error', error),
      )
    })
    this.#socket.connect(port, host)
  }

  pinMode(pin: number, mode: number): void {
    this.#queue(PIN_MODE, pin, mode)
  }

  digitalWrite(pin: number, level: 0 | 1): void {
    this.#queue(DIGITAL_WRITE, pin, level)
  }

  i2cConfig({ delay }: { delay: number }): void {
    this.#queue(I2C_CONFIG, ...sevenBits(delay))
  }

  i2cWrite(address: number, [register = 0, ...data]: readonly number[]): void {
    const payload = [register, ...data].flatMap(sevenBits)
    const message = [I2C_WRITE, address, ...sevenBits(payload.length), ...payload]
    if (message.length > mostI2cBytes) throw new RangeError(`I2C write of ${message.length} bytes`)
    this.#messages.push(message, [])
  }

  async flush(): Promise<void> {
    const messages = this.#messages.filter(({ length }) => length > 0)
    this.#messages = [[]]
    for (const message of messages.length === 0 ? [[]] : messages) {
      const answered = new Promise<void>((resolve) => {
        this.#answered = resolve
      })
      this.#socket.write(Buffer.from([...message, DIGITAL_READ, askedPin, ...push]))
      await within(answerMs, 'the Photon does not answer', answered)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #queue(...bytes: number[]): void {
    this.#messages.at(-1)?.push(...bytes)
  }

  /** Nothing else is asked for, so whatever comes is the reply to the question. */
  #reply(bytes: number): void {
    this.#replyBytes += bytes
    if (this.#replyBytes < readReply) return
    this.#replyBytes = 0
    this.#answered()
  }
}

function sevenBits(value: number): number[] {
  return [value & 0x7f, (value >> 7) & 0x7f]
}
