import { backoffMs } from '../../common/backoff.ts'
import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { DisplayDriver, Transfer } from '../displays/driver.ts'
import { changes, initialize, refresh } from '../displays/transfers.ts'
import type { Frame } from '../face/frame.ts'
import { type Board, BoardReset, type OpenBoard, type Wiring } from './board.ts'

export interface LinkOptions {
  readonly open: OpenBoard
  readonly wiring: Wiring
  readonly display: DisplayDriver
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/**
 * A board that says nothing for so long is asked whether it is still there. One that was switched off
 * and on again has forgotten the connection, and only this tells.
 */
const heartbeatMs = 2000
/** A chip that lost power, or that noise has garbled, shows nothing or nonsense until then. */
const refreshMs = 10_000
/** What stopping may take when a board does not answer, or an attempt cannot be broken off. */
const farewellMs = 500
/** Short at the end, too: within 5 s of its return the board is served, 3 s of which an Uno takes itself. */
const retry = { firstMs: 250, mostMs: 1200 }
/** A board that starts anew more often than so is none, or has no proper supply. */
const mostResets = { count: 5, withinMs: 10_000 }

/**
 * The supervised connection to a board: it comes back whenever the board does, and then tells the
 * display everything anew. One frame is under way at a time; of those that come meanwhile, the newest
 * is sent next.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #stopping = new AbortController()
  #wanted: Frame | undefined
  #farewell: Frame | undefined
  #wake: () => void = () => undefined
  #board: Board | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: LinkOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Shows a frame as soon as the board can take it. */
  show(frame: Frame): void {
    this.#wanted = frame
    this.#wake()
  }

  /**
   * Lets the board go.
   *
   * @param farewell what the display is left with; as it is when undefined
   */
  async stop(farewell: Frame | undefined): Promise<void> {
    this.#farewell = farewell
    this.#stopping.abort()
    this.#wake()
    let force: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      force = setTimeout(resolve, farewellMs)
    })
    await Promise.race([this.#running, late])
    clearTimeout(force)
    this.#board?.close()
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    const { open, wiring, random, log } = this.#options
    let failures = 0
    let said = ''
    while (!this.#stopped) {
      try {
        this.#board = await open(wiring, this.#stopping.signal)
        await this.#drive(this.#board, () => {
          failures = 0
          said = ''
        })
      } catch (error) {
        if (this.#stopped) return
        failures += 1
        const reason = messageOf(error)
        if (reason !== said) log.warn(`board: ${reason}; trying again`)
        said = reason
        await this.#pause(backoffMs(failures, retry, random), () => this.#stopped)
      } finally {
        this.#board?.close()
        this.#board = undefined
      }
    }
  }

  /** Keeps one connected board up to date until it is lost or we stop. */
  async #drive(board: Board, onShown: () => void): Promise<void> {
    const { display, log, now } = this.#options
    let reason: Error | undefined
    void board.lost.then((error) => {
      reason = error
      this.#wake()
    })
    /** Undefined when the display must be told everything. */
    let shown: Frame | undefined
    let resets: number[] = []
    board.onReset(() => {
      resets = [...resets.filter((at) => now() < at + mostResets.withinMs), now()]
      if (resets.length === 1) log.warn('the board was reset; setting it up again')
      if (resets.length > mostResets.count) {
        reason = new Error('the board resets again and again; has it enough power, and is it one?')
      }
      shown = undefined
      this.#wake()
    })
    let isReady = false
    let heartbeatAt = now() + heartbeatMs
    let refreshAt = 0
    for (;;) {
      if (reason !== undefined) throw reason
      const before = shown
      const frame = this.#stopped ? (this.#farewell ?? before) : this.#wanted
      const rewrite = before === undefined || now() >= refreshAt
      const transfers = frame === undefined ? [] : transfersFor(display, before, frame, rewrite)
      if (transfers.length === 0 && now() < heartbeatAt) {
        if (this.#stopped) return
        const due = () =>
          this.#stopped || reason !== undefined || shown !== before || this.#wanted !== frame
        await this.#pause(Math.min(heartbeatAt, refreshAt || heartbeatAt) - now(), due)
        continue
      }
      shown = frame
      try {
        await board.send(transfers)
      } catch (error) {
        if (!(error instanceof BoardReset)) throw error
        shown = undefined
        continue
      }
      heartbeatAt = now() + heartbeatMs
      if (rewrite && frame !== undefined) refreshAt = now() + refreshMs
      if (!isReady) {
        isReady = true
        log.info(`board ready: ${board.name}`)
        onShown()
      }
    }
  }

  /** Waits, or until woken when there is something to do; whether the whole time passed. */
  #pause(ms: number, due: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      if (due()) {
        resolve(false)
        return
      }
      const end = (whole: boolean) => {
        clearTimeout(timer)
        this.#wake = () => undefined
        resolve(whole)
      }
      const timer = setTimeout(() => end(true), ms)
      this.#wake = () => {
        if (due()) end(false)
      }
    })
  }
}

function transfersFor(
  display: DisplayDriver,
  before: Frame | undefined,
  frame: Frame,
  rewrite: boolean,
): Transfer[] {
  if (before === undefined) return initialize(display, frame)
  const changed = before === frame ? [] : changes(display, before, frame)
  return rewrite ? [...changed, ...refresh(display, frame)] : changed
}
