import { backoffMs } from '../../common/backoff.ts'
import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { DisplayDriver, Press, Transfer } from '../displays/driver.ts'
import { changes, initialize, refresh } from '../displays/transfers.ts'
import type { Frame } from '../face/frame.ts'
import { type Board, BoardReset, type OpenBoard, type Wiring } from './board.ts'
import {
  confirmed,
  connected,
  type LinkState,
  looksTheSame,
  nextStep,
  resetUnderWay,
  restarted,
  type Step,
  sending,
  stopping,
} from './next-step.ts'

export interface LinkOptions {
  readonly open: OpenBoard
  readonly wiring: Wiring
  readonly display: DisplayDriver
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  readonly onReport?: (report: LinkReport) => void
}

/** How it stands with the board, for people. */
export interface LinkReport {
  readonly link: 'connected' | 'disconnected' | 'display trouble'
  /** What is connected, or was last. */
  readonly board: string | undefined
}

/** What stopping may take when a board does not answer, or an attempt cannot be broken off. */
const farewellMs = 500
/** Short at the end, too: within 5 s of its return the board is served, 3 s of which an Uno takes itself. */
const retry = { firstMs: 250, mostMs: 1200 }
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
  /** Of the board that is connected. */
  #state: LinkState | undefined
  #wake: () => void = () => undefined
  #board: Board | undefined
  #running: Promise<void> = Promise.resolve()
  #report: LinkReport = { link: 'disconnected', board: undefined }
  #pressed: (press: Press) => void = () => undefined

  constructor(options: LinkOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Shows a frame as soon as the board can take it. */
  show(frame: Frame): void {
    this.#wanted = frame
    if (!this.#stopped) this.#change((state) => ({ ...state, wanted: frame }))
  }

  /** Told of each press of a key at the display. */
  onPress(listener: (press: Press) => void): void {
    this.#pressed = listener
  }

  /**
   * Lets the board go.
   *
   * @param farewell what the display is left with; as it is when undefined
   */
  async stop(farewell: Frame | undefined): Promise<void> {
    this.#farewell = farewell
    this.#stopping.abort()
    this.#change((state) => stopping(state, farewell))
    this.#wake()
    let force: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      force = setTimeout(resolve, farewellMs)
    })
    await Promise.race([this.#running, late])
    clearTimeout(force)
    this.#board?.close()
  }

  #say(report: Partial<LinkReport>): void {
    this.#report = { ...this.#report, ...report }
    this.#options.onReport?.(this.#report)
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  #change(change: (state: LinkState) => LinkState): void {
    if (this.#state === undefined) return
    this.#state = change(this.#state)
    this.#wake()
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
        // Before the pause: a board that serves one client would refuse the next.
        this.#close()
        if (this.#stopped) return
        this.#say({ link: 'disconnected' })
        failures += 1
        const reason = messageOf(error)
        if (reason !== said) log.warn(`board: ${reason}; trying again`)
        said = reason
        await this.#sleep(backoffMs(failures, retry, random), () => this.#stopped)
      }
    }
    this.#close()
  }

  #close(): void {
    this.#board?.close()
    this.#board = undefined
    this.#state = undefined
  }

  /** Keeps one connected board up to date until it is lost or we stop. */
  async #drive(board: Board, onReady: () => void): Promise<void> {
    const { display, log, now } = this.#options
    let state = connected(now(), this.#wanted)
    if (this.#stopped) state = stopping(state, this.#farewell)
    this.#state = state
    let loss: Error | undefined
    void board.lost.then((error) => {
      loss = error
      this.#wake()
    })
    let resets = 0
    board.onReset(() => {
      resets += 1
      if (resets === 1) log.warn('the board was reset; setting it up again')
      this.#change((before) => restarted(before, now()))
    })
    board.onPress?.((press) => this.#pressed(press))
    let isReady = false
    let trouble: string | undefined
    while (this.#state !== undefined) {
      if (loss !== undefined) throw loss
      const before = this.#state
      const step = nextStep(before, now())
      switch (step.do) {
        case 'done':
          return
        case 'give up':
          throw new Error('the board resets again and again; has it enough power, and is it one?')
        case 'wait': {
          const ms = step.until === undefined ? undefined : Math.max(0, step.until - now())
          await this.#sleep(ms, () => loss !== undefined || this.#state !== before)
          break
        }
        default: {
          const byItself = step.do === 'send' && board.show !== undefined
          const transfers =
            byItself || step.do === 'ask' ? [] : transfersFor(display, before.shown, step)
          if (step.do === 'send' && !byItself && transfers.length === 0) {
            this.#state = looksTheSame(before, step.frame)
            break
          }
          this.#state = sending(before, step)
          const sentAt = now()
          try {
            if (byItself) await board.show?.(display, step.frame, step.how)
            else await board.send(transfers)
          } catch (error) {
            if (!(error instanceof BoardReset)) throw error
            this.#change(resetUnderWay)
            break
          }
          this.#change((state) => confirmed(state, step, now(), now() - sentAt))
          const { displayTrouble } = board
          if (!isReady || displayTrouble !== trouble) {
            if (displayTrouble !== undefined) log.warn(displayTrouble)
            const link = displayTrouble === undefined ? 'connected' : 'display trouble'
            this.#say({ link, board: board.name })
          }
          trouble = displayTrouble
          if (isReady) break
          isReady = true
          log.info(`board ready: ${board.name}`)
          onReady()
        }
      }
    }
  }

  /** Waits for a time, for ever when undefined, or until woken when there is something to do. */
  #sleep(ms: number | undefined, isDue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (isDue()) {
        resolve()
        return
      }
      const end = () => {
        clearTimeout(timer)
        this.#wake = () => undefined
        resolve()
      }
      const timer = ms === undefined ? undefined : setTimeout(end, ms)
      this.#wake = () => {
        if (isDue()) end()
      }
    })
  }
}

function transfersFor(
  display: DisplayDriver,
  shown: Frame | undefined,
  { frame, how }: Extract<Step, { do: 'send' }>,
): Transfer[] {
  if (shown === undefined || how === 'initialize') return initialize(display, frame)
  const changed = shown === frame ? [] : changes(display, shown, frame)
  return how === 'refresh' ? [...changed, ...refresh(display, frame)] : changed
}
