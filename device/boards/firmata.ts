import type { EventEmitter } from 'node:events'
import firmataIo, { type Firmata, type Transport } from 'firmata-io'
import type { Transfer } from '../displays/driver.ts'
import { Asking, REPORT_VERSION } from './asking.ts'
import { type Board, BoardReset, outputPins, type PinLevels, type Wiring } from './board.ts'
import { ownFirmware } from './desk-messages.ts'
import { levelSteps } from './levels.ts'
import { PicturesBoard } from './pictures-board.ts'
import { readyIo } from './ready-io.ts'
import { within } from './within.ts'

// Firmata protocol 2.5
const DIGITAL_MESSAGE = 0x90
const SET_PIN_MODE = 0xf4
/** What a board says about itself: firmware, what its pins can do, which are analog. */
const neededSysex = [0x79, 0x6c, 0x6a]
const INPUT = 0
const OUTPUT = 1
const START_SYSEX = 0xf0
const I2C_REQUEST = 0x76
const I2C_CONFIG = 0x78
const END_SYSEX = 0xf7
const I2C_WRITE = 0

/** Twice what a byte takes at 57600 baud: a whole matrix of 16 modules is 22 thousand of them. */
const byteMs = 0.35

/** A way to a board: what firmata-io calls a transport, and its end. */
export interface FirmataLink {
  readonly transport: Transport & EventEmitter
  /** For people, "tcp:10.0.0.7:3030". */
  readonly name: string
  /** From opening, or from a reset, until the board must have answered all questions. */
  readonly readyMs: number
  /** How long a frame may take to be confirmed; one of 16 digits takes 450 ms at 57600 baud. */
  readonly confirmMs: number
  /**
   * When the version is asked for, if the board has not said it unasked: at once on a network; later
   * on a serial port, where a boot loader would take the question for a program.
   */
  readonly askAfterMs: number
  /** @param isDead whether the board has stopped answering */
  close(isDead: boolean): void
}

/**
 * A board with Firmata, through johnny-five and firmata-io. Both notice no loss and confirm
 * no write, so both are done here: a frame is one buffer with a request for the version behind it,
 * which the firmware answers once it has carried out what came before.
 */
export async function openFirmata(
  link: FirmataLink,
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Board> {
  const { transport } = link
  const asking = new Asking(transport, link.askAfterMs)
  // Before firmata-io listens: what it writes itself comes after.
  transport.on('open', () => asking.start([...endOfStaleMessage(wiring), REPORT_VERSION]))
  const io = new firmataIo.Firmata(transport, { reportVersionTimeout: never })
  clearTimeout(io.reportVersionTimeoutId)
  io.once('reportversion', () => {
    asking.stop()
    // A board that has just started says its firmware too; one that has not does not.
    io.queryFirmware(() => undefined)
  })
  // The rest is for sensors; firmata-io prints or throws when it comes garbled.
  for (const id of Object.keys(firmataIo.Firmata.SYSEX_RESPONSE).map(Number)) {
    if (!neededSysex.includes(id)) io.clearSysexResponse(id)
  }
  const lost = whenLost(io, link)
  try {
    const unready = `${link.name} does not get ready; is our firmware or StandardFirmata on it, and no other client? One that was served before may hold on to a dead connection: power-cycle it`
    await readyIo(io, unready, lost, link.readyMs, signal)
    checkPins(io, wiring)
  } catch (error) {
    link.close(true)
    throw error
  } finally {
    asking.stop()
  }
  const { name, version } = io.firmware
  const isOwn = name === ownFirmware.name && version?.major === ownFirmware.major
  if (!isOwn || wiring.exceedsPictures === true) {
    return new FirmataBoard(io, link, wiring, lost)
  }
  // It has another language beside Firmata, which firmata-io does not know.
  transport.removeAllListeners('data')
  return new PicturesBoard(name, link, wiring, lost)
}

/** Firmata-io does not ask by itself: the most that a timer takes. */
const never = 2 ** 31 - 1

/**
 * What ends a message that a client before us may have left half written: the parser of the firmware
 * outlives its clients, and would take our first questions for bytes on the I2C bus. The zeros fill up
 * an I2C write, so that a number of which only the first figures have come is blank behind them.
 */
function endOfStaleMessage({ bus }: Wiring): number[] {
  return [...(bus === 'i2c' ? Array<number>(staleBytes).fill(0) : []), END_SYSEX]
}

/** Seven bytes of a display's memory, where one is half there too: more would go round to its beginning. */
const staleBytes = 15

class FirmataBoard implements Board {
  readonly name: string
  readonly lost: Promise<Error>
  readonly #io: Firmata
  readonly #link: FirmataLink
  readonly #wiring: Wiring
  readonly #asking: Asking
  /** Bytes that wait for the next write. */
  #queue: number[] = []
  /** Levels of the driven pins. Key: port of 8 pins. */
  readonly #ports: Map<number, number> = new Map()
  readonly #released: Set<number> = new Set()
  /** Requests for the version that are not answered yet, oldest first. */
  #asked: { resolve(): void; reject(error: Error): void }[] = []
  /**
   * After a reset the board is asked until it listens. What comes then may be a late answer to an
   * earlier question; the firmware, asked for once, is said after all of these.
   */
  #state: 'ready' | 'starts' | 'listens' = 'ready'
  #reset: () => void = () => {}
  #deadline: NodeJS.Timeout | undefined
  #lose: (error: Error) => void = () => {}
  #isDead = false

  constructor(io: Firmata, link: FirmataLink, wiring: Wiring, lost: Promise<Error>) {
    this.name = `${printable(io.firmware.name ?? '') || 'Firmata'} at ${link.name}`
    const late = new Promise<Error>((resolve) => {
      this.#lose = resolve
    })
    this.lost = Promise.race([lost, late])
    this.#io = io
    this.#link = link
    this.#wiring = wiring
    this.#asking = new Asking(link.transport, 0)
    this.#setUp()
    io.on('reportversion', () => this.#onVersion())
    io.on('queryfirmware', () => this.#onFirmware())
    void this.lost.then((error) => this.#rejectAll(error))
  }

  async send(transfers: readonly Transfer[]): Promise<void> {
    if (this.#state !== 'ready') throw this.#wasReset()
    for (const transfer of transfers) {
      if (transfer.bus === 'i2c') this.#writeI2c(transfer.address, transfer.bytes)
      else this.#writeLevels(levelSteps(this.#wiring.pins, transfer))
    }
    const confirmed = new Promise<void>((resolve, reject) => this.#asked.push({ resolve, reject }))
    this.#queue.push(REPORT_VERSION)
    this.#link.transport.write(Buffer.from(this.#queue))
    const confirmMs = Math.max(this.#link.confirmMs, this.#queue.length * byteMs)
    this.#queue = []
    try {
      await within(confirmMs, `${this.#link.name} does not answer`, confirmed)
    } catch (error) {
      this.#isDead = !(error instanceof BoardReset)
      throw error
    }
  }

  onReset(listener: () => void): void {
    this.#reset = listener
  }

  close(): void {
    this.#asking.stop()
    clearTimeout(this.#deadline)
    this.#link.close(this.#isDead)
  }

  #writeLevels(steps: readonly PinLevels[]): void {
    for (const step of steps) {
      const touched = new Set<number>()
      for (const [pin, level] of step) {
        if (level === 'released') {
          this.#released.add(pin)
          this.#queue.push(SET_PIN_MODE, pin, INPUT)
          continue
        }
        // As an output the pin starts low.
        if (this.#released.delete(pin)) this.#queue.push(SET_PIN_MODE, pin, OUTPUT)
        const port = pin >> 3
        const bit = 1 << (pin & 7)
        const before = this.#ports.get(port) ?? 0
        this.#ports.set(port, level === 1 ? before | bit : before & ~bit)
        touched.add(port)
      }
      for (const port of touched) {
        const value = this.#ports.get(port) ?? 0
        this.#queue.push(DIGITAL_MESSAGE | port, value & 0x7f, value >> 7)
      }
    }
  }

  #writeI2c(address: number, bytes: readonly number[]): void {
    const data = bytes.flatMap((byte) => [byte & 0x7f, byte >> 7])
    this.#queue.push(START_SYSEX, I2C_REQUEST, address, I2C_WRITE, ...data, END_SYSEX)
  }

  #setUp(): void {
    this.#ports.clear()
    this.#released.clear()
    for (const pin of outputPins(this.#wiring)) this.#queue.push(SET_PIN_MODE, pin, OUTPUT)
    if (this.#wiring.bus === 'i2c') this.#queue.push(START_SYSEX, I2C_CONFIG, 0, 0, END_SYSEX)
  }

  #onVersion(): void {
    if (this.#state === 'starts') {
      this.#asking.stop()
      this.#state = 'listens'
      this.#io.queryFirmware(() => undefined)
      return
    }
    if (this.#state === 'listens') return
    const oldest = this.#asked.shift()
    if (oldest === undefined) this.#afterReset()
    else oldest.resolve()
  }

  #onFirmware(): void {
    if (this.#state === 'ready') this.#afterReset()
    else if (this.#state === 'listens') {
      this.#state = 'ready'
      clearTimeout(this.#deadline)
      this.#setUp()
      this.#reset()
    }
  }

  /** The board said its version or its firmware unasked, as it does before it listens. */
  #afterReset(): void {
    this.#state = 'starts'
    this.#queue = []
    this.#asking.start([REPORT_VERSION])
    const { name, readyMs } = this.#link
    this.#deadline = setTimeout(() => {
      this.#isDead = true
      this.#lose(new Error(`${name} was reset and does not answer`))
    }, readyMs)
    this.#rejectAll(this.#wasReset())
  }

  #wasReset(): BoardReset {
    return new BoardReset(`the board at ${this.#link.name} was reset`)
  }

  #rejectAll(error: Error): void {
    const asked = this.#asked
    this.#asked = []
    for (const { reject } of asked) reject(error)
  }
}

/** What a board calls itself goes into our log. */
function printable(name: string): string {
  return name.replace(/[^ -~]/g, '').slice(0, 40)
}

/** Resolves with the reason when the link ends. */
function whenLost(io: Firmata, { transport, name }: FirmataLink): Promise<Error> {
  return new Promise((resolve) => {
    io.on('error', (error: Error) => resolve(new Error(`${name}: ${error.message}`)))
    transport.on('close', () => resolve(new Error(`${name} closed the connection`)))
  })
}

/** Whether the board has the pins, and they can do what they must. */
function checkPins({ pins, MODES }: Firmata, wiring: Wiring): void {
  const usable = pins.flatMap(({ supportedModes }, pin) =>
    supportedModes.includes(MODES.OUTPUT) ? [pin] : [],
  )
  const wrong = outputPins(wiring).filter((pin) => !usable.includes(pin))
  if (wrong.length > 0) {
    throw new Error(
      `--pins: the board has no digital output at pin ${wrong.join(', ')}; it has ${usable.join(', ')}`,
    )
  }
  const canI2c = pins.some(({ supportedModes }) => supportedModes.includes(MODES.I2C))
  if (wiring.bus === 'i2c' && !canI2c) throw new Error('the board has no I2C')
}
