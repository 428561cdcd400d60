import { Socket } from 'node:net'
import { Abortable } from '../../common/abortable.ts'
import type { Transfer } from '../displays/driver.ts'
import { type Board, type Level, outputPins, type Wiring } from './board.ts'
import { levelSteps } from './levels.ts'
import { within } from './within.ts'

// Actions of VoodooSpark 3.0 (firmware/voodoospark.cpp of voodoospark/voodoospark)
const PIN_MODE = 0x00
const DIGITAL_WRITE = 0x01
const DIGITAL_READ = 0x03
const I2C_CONFIG = 0x30
const I2C_WRITE = 0x31
/** Of PIN_MODE. */
const INPUT = 0
const OUTPUT = 1
/** Action, pin, and a value of two times 7 bits. */
const readReply = 4

const readyMs = 8000
const answerMs = 3000
/** A frame of a matrix is some 50 thousand bytes. */
const byteMs = 0.1
/** D7, the Photon's own LED: reading it changes nothing. */
const askedPin = 7
/** The firmware looks at the last two bytes of a piece only when more come: a write to no pin does. */
const push = [DIGITAL_WRITE, 8, 0]
/**
 * The firmware takes 128 bytes at a time and acts on an I2C write although its end has not come yet,
 * so each write goes alone and is waited for.
 */
const mostI2cBytes = 40
const noPullUps =
  'the data line of the display is low where nobody pulls it: has the display power, is DIO at its pin, and are there pull-ups of 10 kΩ at DIO and CLK? A Photon has none of its own'

/**
 * A first-generation Photon with VoodooSpark. Its protocol confirms no write; a question for the level
 * of a pin is answered in its turn, so it tells that what came before is done. There is no password on
 * that port: a trusted network only.
 */
export async function openVoodooSpark(
  host: string,
  port: number,
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Board> {
  const board = new VoodooSparkBoard(host, port, wiring)
  const stop = () => board.close(new Error('stopped'))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await within(readyMs, `${board.name} does not get ready`, board.setUp())
    return board
  } catch (error) {
    board.close()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

class VoodooSparkBoard implements Board {
  readonly name: string
  readonly lost: Promise<Error>
  readonly #wiring: Wiring
  readonly #socket = new Socket()
  readonly #ending = new Abortable()
  readonly #connected: Promise<void>
  /** Key: pin. A level that a pin has already is not written again. */
  readonly #levels: Map<number, Level> = new Map()
  #answered: (level: number) => void = () => {}
  #replyBytes: number[] = []
  displayTrouble: string | undefined

  constructor(host: string, port: number, wiring: Wiring) {
    this.name = `Photon at voodoospark:${host}:${port}`
    this.#wiring = wiring
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, 10_000)
    this.#socket.on('data', (data) => this.#reply(data))
    this.#connected = new Promise((resolve) => this.#socket.once('connect', () => resolve()))
    this.lost = new Promise((resolve) => {
      const lose = (error: Error) => {
        this.#ending.end(error)
        resolve(error)
      }
      this.#socket.on('error', (error) => lose(new Error(`${this.name}: ${error.message}`)))
      this.#socket.on('close', () => lose(new Error(`${this.name} closed the connection`)))
    })
    this.#socket.connect(port, host)
  }

  async setUp(): Promise<void> {
    await this.#ending.before(this.#connected)
    await this.#ask([])
    const modes = outputPins(this.#wiring).flatMap((pin) => [PIN_MODE, pin, OUTPUT])
    await this.#ask(this.#wiring.bus === 'i2c' ? [I2C_CONFIG, 0, 0] : modes)
  }

  async send(transfers: readonly Transfer[]): Promise<void> {
    const { bus } = this.#wiring
    if (transfers.length === 0 && bus === 'two-wire') return this.#askLine()
    const messages = transfers.map((transfer) =>
      transfer.bus === 'i2c'
        ? i2cWrite(transfer.address, transfer.bytes)
        : levelSteps(this.#wiring.pins, transfer).flatMap((step) =>
            [...step].flatMap(([pin, level]) => this.#pinBytes(pin, level)),
          ),
    )
    const alone = bus === 'i2c' && messages.length > 0
    for (const message of alone ? messages : [messages.flat()]) await this.#ask(message)
  }

  onReset(): void {}

  /** @param reason what those who wait are told */
  close(reason = new Error(`${this.name} is closed`)): void {
    this.#ending.end(reason)
    this.#socket.destroy()
  }

  #pinBytes(pin: number, level: Level): number[] {
    const before = this.#levels.get(pin)
    if (before === level) return []
    this.#levels.set(pin, level)
    if (level === 'released') return [PIN_MODE, pin, INPUT]
    const mode = before === 'released' ? [PIN_MODE, pin, OUTPUT] : []
    return [...mode, DIGITAL_WRITE, pin, level]
  }

  /**
   * VoodooSpark has no inputs but such with a pull-down: without pull-ups at the wires a released line falls,
   * which is a start or a stop to the chip. An idle line is asked for its level while nobody drives it, and
   * in a message of its own, so that it has had the time to rise.
   */
  async #askLine(): Promise<void> {
    const { data, clock } = this.#wiring.pins
    const isIdle = this.#levels.get(data) === 1 && this.#levels.get(clock) === 1
    if (!isIdle) {
      await this.#ask([])
      return
    }
    await this.#ask([PIN_MODE, data, INPUT])
    const level = await this.#ask([], data)
    await this.#ask([PIN_MODE, data, OUTPUT, DIGITAL_WRITE, data, 1])
    this.displayTrouble = level === 0 ? noPullUps : undefined
  }

  /**
   * Sends a message, and waits until the board has carried it out.
   *
   * @returns the level of a pin then
   */
  async #ask(message: readonly number[], pin = askedPin): Promise<number> {
    const answered = new Promise<number>((resolve) => {
      this.#answered = resolve
    })
    this.#socket.write(Buffer.from([...message, DIGITAL_READ, pin, ...push]))
    return within(
      Math.max(answerMs, message.length * byteMs),
      'the Photon does not answer',
      this.#ending.before(answered),
    )
  }

  /** Nothing else is asked for, so whatever comes is the reply to the question. */
  #reply(bytes: Uint8Array): void {
    this.#replyBytes.push(...bytes)
    if (this.#replyBytes.length < readReply) return
    const [, , level = 0] = this.#replyBytes
    this.#replyBytes = []
    this.#answered(level)
  }
}

function i2cWrite(address: number, bytes: readonly number[]): number[] {
  const payload = bytes.flatMap(sevenBits)
  const message = [I2C_WRITE, address, ...sevenBits(payload.length), ...payload]
  if (message.length > mostI2cBytes) throw new RangeError(`I2C write of ${message.length} bytes`)
  return message
}

function sevenBits(value: number): number[] {
  return [value & 0x7f, (value >> 7) & 0x7f]
}
