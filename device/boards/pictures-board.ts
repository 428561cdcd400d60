import type { DisplayDriver, Keys, Press, Transfer } from '../displays/driver.ts'
import {
  carriedOut,
  operationsOf,
  type Pictures,
  picturesOf,
  type Slot,
  slotsOf,
} from '../displays/pictures.ts'
import { blank, type Cell, type Frame, withSign } from '../face/frame.ts'
import { type Board, BoardReset, type Wiring } from './board.ts'
import {
  type Answer,
  changeMessage,
  isChange,
  parseAnswer,
  parseButtons,
  picturesMessage,
  type SetUp,
  setUpMessage,
  type Times,
} from './desk-messages.ts'
import type { FirmataLink } from './firmata.ts'
import { sysexReader } from './sysex-reader.ts'
import { within } from './within.ts'

const REPORT_VERSION = 0xf9
const REPORT_FIRMWARE = 0x79
const sequences = 128
/** What is not answered by then is sent again, which changes nothing where it did arrive. */
const resendMs = 400
/** The clock of a TM1637 goes up to 500 kHz, and modules have capacitors at their wires. */
const halfBitUs = 5

/** A key is told when it reads the same twice, so a press of 40 ms is not missed. */
const keysPollMs = 20

/** How the number looks without us is what `face/status.ts` makes of it. */
const deskTimes: Times = {
  ttlMs: 10_000,
  hourMs: 3_600_000,
  turnMs: 1000,
  oldMs: 500,
  betweenMs: 0,
}
/** On a display without points. */
const pausedMs = 3500
const silent =
  'the display does not answer the board; are its wires at the right pins, and has it power?'

/** Whether a board with our own firmware has room for both pictures of a display. */
export function fitsPictures(display: DisplayDriver): boolean {
  const all = Array<Cell>(display.digits).fill({ character: '8', point: false })
  const old = display.points ? withSign(all) : all.map(() => blank)
  const frame = { cells: all, number: { fresh: all, old }, intensity: 0, on: true }
  return picturesMessage(0, 'fresh', slotsOf(display, picturesOf(frame))) !== undefined
}

/** What the display at the board holds, as far as we told it. */
interface Held {
  readonly pictures: Pictures
  readonly slots: readonly Slot[]
  readonly sentMs: number
}

/**
 * A board with our own firmware, which keeps the number in two pictures and shows the old one by itself
 * when it does not hear from us: hardware/arduino/README.md.
 */
export class PicturesBoard implements Board {
  readonly name: string
  readonly lost: Promise<Error>
  readonly #link: FirmataLink
  readonly #wiring: Wiring
  readonly #times: Times
  readonly #now: () => number
  #held: Held | undefined
  #sequence = 0
  #pending:
    | { sequence: number; answer(answer: Answer): void; reject(error: Error): void }
    | undefined
  #greeted: (() => void) | undefined
  #reset: () => void = () => {}
  #pressed: (press: Press) => void = () => {}
  #keys: Keys | undefined
  /** As the board has told them last. */
  #keysState: readonly number[] = []
  #isDead = false
  displayTrouble: string | undefined

  constructor(
    name: string,
    link: FirmataLink,
    wiring: Wiring,
    lost: Promise<Error>,
    { times = deskTimes, now = () => performance.now() } = {},
  ) {
    this.name = `${name} at ${link.name}`
    this.lost = lost
    this.#link = link
    this.#times = times
    this.#now = now
    this.#wiring = wiring
    const read = sysexReader({
      onVersion: () => this.#greeted?.(),
      onSysex: (sysex) => {
        // It says its name when it starts, and is never asked here.
        if (sysex[0] === REPORT_FIRMWARE) this.#wasReset()
        const answer = parseAnswer(sysex)
        if (answer !== undefined) this.#answered(answer)
        const state = parseButtons(sysex)
        if (state !== undefined) this.#keysAre(state)
      },
    })
    link.transport.on('data', read)
    void lost.then((error) => this.#pending?.reject(error))
  }

  /** Only whether it is there: no transfers come this way. */
  async send(transfers: readonly Transfer[]): Promise<void> {
    if (transfers.length > 0) throw new RangeError('this board takes pictures, no transfers')
    if (this.#held !== undefined) return this.#vouch(this.#held)
    const greeted = new Promise<void>((resolve) => {
      this.#greeted = resolve
    })
    this.#link.transport.write(Buffer.from([REPORT_VERSION]))
    await this.#inTime(greeted)
  }

  async show(
    display: DisplayDriver,
    frame: Frame,
    how: 'initialize' | 'refresh' | 'change',
  ): Promise<void> {
    const pictures = picturesOf(frame)
    const held = how === 'initialize' ? undefined : this.#held
    // The board may have begun to show the old picture, from which another order would be safe.
    const isSure = held !== undefined && this.#now() - held.sentMs < this.#times.ttlMs / 2
    const operations = isSure
      ? operationsOf(display, held.pictures, held.slots, pictures)
      : undefined
    if (held === undefined || operations === undefined || !isChange(operations)) {
      return this.#whole(display, pictures)
    }
    const slots = carriedOut(held.slots, operations)
    if (operations.length === 0) return this.#vouch({ ...held, pictures })
    const sentMs = this.#now()
    await this.#exchange((n) => changeMessage(n, pictures.view, operations))
    this.#held = { pictures, slots, sentMs }
  }

  onReset(listener: () => void): void {
    this.#reset = listener
  }

  onPress(listener: (press: Press) => void): void {
    this.#pressed = listener
  }

  close(): void {
    this.#link.close(this.#isDead)
  }

  async #whole(display: DisplayDriver, pictures: Pictures): Promise<void> {
    this.#held = undefined
    const slots = slotsOf(display, pictures)
    const setUp = this.#setUp(display)
    await this.#exchange((n) => setUpMessage(n, setUp))
    const sentMs = this.#now()
    await this.#exchange((n) => {
      const message = picturesMessage(n, pictures.view, slots)
      if (message === undefined) throw new Error('the display has more than the board has room for')
      return message
    })
    this.#held = { pictures, slots, sentMs }
  }

  #setUp({ points, keys }: DisplayDriver): SetUp {
    const times = points ? this.#times : { ...this.#times, betweenMs: pausedMs }
    this.#keys = keys
    return { wires: wiresOf(this.#wiring, keys), halfBitUs, times }
  }

  #keysAre(state: readonly number[]): void {
    if (this.#keys === undefined || state.length !== this.#keys.bytes) return
    const presses = this.#keys.presses(this.#keysState, state)
    this.#keysState = state
    for (const press of presses) this.#pressed(press)
  }

  /** The pictures still hold. */
  async #vouch(held: Held): Promise<void> {
    const sentMs = this.#now()
    await this.#ask(this.#sequence, changeMessage(this.#sequence, held.pictures.view, []))
    this.#held = { ...held, sentMs }
  }

  async #exchange(message: (sequence: number) => readonly number[]): Promise<void> {
    const sequence = (this.#sequence + 1) % sequences
    const bytes = message(sequence)
    this.#sequence = sequence
    await this.#ask(sequence, bytes)
  }

  /** Sends a message until it is answered. */
  async #ask(sequence: number, message: readonly number[]): Promise<void> {
    const { name, transport } = this.#link
    let timer: NodeJS.Timeout | undefined
    const resend = () => {
      transport.write(Buffer.from(message))
      timer = setTimeout(resend, resendMs)
    }
    const answered = new Promise<Answer>((answer, reject) => {
      this.#pending = { sequence, answer, reject }
    })
    resend()
    try {
      const { outcome } = await this.#inTime(answered)
      this.displayTrouble = outcome === 'display-silent' ? silent : undefined
      if (outcome === 'malformed') throw new Error(`${name} does not take what it is sent`)
    } finally {
      clearTimeout(timer)
      this.#pending = undefined
    }
  }

  async #inTime<T>(answered: Promise<T>): Promise<T> {
    const { confirmMs, name } = this.#link
    try {
      return await within(confirmMs, `${name} does not answer`, answered)
    } catch (error) {
      this.#isDead = !(error instanceof BoardReset)
      throw error
    }
  }

  #answered(answer: Answer): void {
    const pending = this.#pending
    if (pending === undefined || answer.outcome === 'bad-crc') return
    if (answer.sequence !== pending.sequence) return
    // It has been restarted, or has not heard what came before.
    if (answer.outcome === 'not-set-up' || answer.outcome === 'out-of-sequence') this.#wasReset()
    else pending.answer(answer)
  }

  /** The board listens as soon as it says something; what it was told it may have forgotten. */
  #wasReset(): void {
    this.#held = undefined
    this.#keysState = []
    this.#pending?.reject(new BoardReset(`the board at ${this.#link.name} was reset`))
    // Behind what waits for that.
    setImmediate(() => this.#reset())
  }
}

function wiresOf(
  { bus, pins: { data, clock, cs } }: Wiring,
  keys: Keys | undefined,
): SetUp['wires'] {
  switch (bus) {
    case 'spi':
      return {
        kind: 'three-wires',
        data,
        clock,
        select: cs,
        lowBitFirst: false,
        clockIdlesHigh: false,
      }
    case 'three-wire':
      return {
        kind: 'three-wires',
        data,
        clock,
        select: cs,
        lowBitFirst: true,
        clockIdlesHigh: true,
        ...(keys === undefined ? {} : { buttons: { ...keys, pollMs: keysPollMs } }),
      }
    case 'two-wire':
      return { kind: 'two-wires', data, clock }
    case 'i2c':
      return { kind: 'i2c' }
  }
}
