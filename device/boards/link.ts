import { backoffMs } from '../../backoff.ts'
import type { Logger } from '../../log.ts'
import type { Display } from '../displays/display.ts'
import type { Frame } from '../face/frame.ts'
import type { Board, OpenBoard } from './board.ts'

export interface LinkOptions {
  readonly open: OpenBoard
  readonly display: Display
  readonly random: () => number
  readonly log: Logger
}

/** A board that says nothing for so long is asked whether it is still there. */
const heartbeatMs = 5000
/** What stopping may take when a board does not answer. */
const farewellMs = 700
const retry = { firstMs: 1000, mostMs: 60_000 }

/**
 * The supervised connection to a board: it comes back whenever the board does, and then tells the
 * display everything anew. One frame is under way at a time; of those that come meanwhile, the newest
 * is sent next.
 */
export class Link {
  readonly #options: LinkOptions
  #wanted: Frame | undefined
  #wake: () => void = () => undefined
  readonly #stopping = new AbortController()
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

  /** Leaves the display dark and lets the board go. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake()
    const force = setTimeout(() => this.#board?.close(), farewellMs)
    await this.#running
    clearTimeout(force)
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    const { open, random, log } = this.#options
    let failures = 0
    let said = ''
    while (!this.#stopped) {
      try {
        const board = await open(this.#stopping.signal)
        failures = 0
        said = ''
        log.info(`board ready: ${board.name}`)
        await this.#drive(board)
      } catch (error) {
        if (this.#stopped) return
        failures += 1
        const reason = error instanceof Error ? error.message : String(error)
        if (reason !== said) log.warn(`board: ${reason}; trying again`)
        said = reason
        await this.#pause(backoffMs(failures, retry, random), () => this.#stopped)
      }
    }
  }

  /** Keeps one connected board up to date until it is lost or we stop. */
  async #drive(board: Board): Promise<void> {
    const { display } = this.#options
    this.#board = board
    let reason: Error | undefined
    void board.lost.then((error) => {
      reason = error
      this.#wake()
    })
    let shown: Frame | undefined
    try {
      while (!this.#stopped) {
        if (reason !== undefined) throw reason
        const frame = this.#wanted
        if (frame !== undefined && frame !== shown) {
          const transfers =
            shown === undefined ? display.full(frame) : display.changes(shown, frame)
          if (transfers.length > 0) await board.send(transfers)
          shown = frame
        }
        const due = () => this.#stopped || reason !== undefined || this.#wanted !== shown
        if (await this.#pause(heartbeatMs, due)) await board.send([])
      }
      if (shown !== undefined) await board.send(display.off())
    } finally {
      board.close()
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
