import { messageOf } from '../../common/errors.ts'
import type { Board } from '../../device/boards/board.ts'
import { initialize } from '../../device/displays/transfers.ts'
import { type Frame, toCells } from '../../device/face/frame.ts'
import { type DisplayAt, displayAt } from '../display-at.ts'
import type { Setup } from './setup.ts'

const screenSettings = [
  'board',
  'particleToken',
  'particleUrl',
  'show',
  'display',
  'digits',
  'modules',
  'moduleWiring',
  'digitOrder',
  'addresses',
  'pins',
  'decimalPoints',
] as const

/** The display of the answers so far, while a step needs it. */
export class Trial {
  readonly #setup: Setup
  #at: DisplayAt | undefined
  #board: Board | undefined

  constructor(setup: Setup) {
    this.#setup = setup
    setup.stops.push(() => this.close())
  }

  /**
   * Takes the display as the answers have it now.
   *
   * @returns how many places it has
   * @throws UsageError for a display that there is not
   */
  async open(): Promise<number> {
    await this.close()
    const { answers, context } = this.#setup
    // Lines one after another: nothing is to be drawn over.
    this.#at = await displayAt(await answers.values(screenSettings), {
      write: (text) => context.stdout.write(`  the display shows: ${text}`),
    })
    return this.#at.display.digits
  }

  /** Shows a text, however long the board takes to be there; resolves when the board has carried it out. */
  async show(text: string, level: number | 'off'): Promise<void> {
    const on = level !== 'off'
    const frame = { cells: toCells(text), intensity: on ? level : 0, on }
    const { talk, context } = this.#setup
    // A board that was unplugged for its wires is another connection.
    let isNew = this.#board === undefined
    for (;;) {
      try {
        await this.#send(frame)
        return
      } catch (error) {
        this.#drop()
        context.signal.throwIfAborted()
        if (isNew) {
          talk.say(`The board does not answer: ${messageOf(error)}`)
          const question = 'Press Enter to try it again.'
          // By --yes there is nobody who could do something about it.
          if (this.#setup.yes) throw error
          await talk.ask({ text: question, flag: '--board', usual: '' })
        }
        isNew = true
      }
    }
  }

  async #send(frame: Frame): Promise<void> {
    if (this.#at === undefined) await this.open()
    const { wiring, display, open } = this.#at ?? {}
    if (wiring === undefined || display === undefined || open === undefined) return
    if (this.#board === undefined) {
      const board = await open(wiring, this.#setup.context.signal)
      this.#board = board
      void board.lost.then(() => {
        if (this.#board === board) this.#drop()
      })
    }
    const board = this.#board
    // Our own firmware takes pictures; all else takes transfers.
    if (board.show === undefined) await board.send(initialize(display, frame))
    else await board.show(display, frame, 'initialize')
  }

  #drop(): void {
    this.#board?.close()
    this.#board = undefined
  }

  /** Lets the board go; the display keeps what it shows. */
  async close(): Promise<void> {
    this.#drop()
    const at = this.#at
    this.#at = undefined
    await at?.stop()
  }
}
