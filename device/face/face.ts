import type { FeedAnswer } from '../feed/answer.ts'
import type { Schedule } from './brightness.ts'
import { Counter, type CounterOptions, type Instant, type RememberedCounter } from './counter.ts'
import { Dimmer } from './dimmer.ts'
import { blank, type Cell, type Frame, toCells, withSign } from './frame.ts'
import { celebration, celebrationMs, nextCelebrationMs } from './milestones.ts'
import { dashes, numberText } from './number.ts'
import { isPaused, nextBlinkMs, nextPauseMs, statusSign } from './status.ts'

export interface FaceOptions extends CounterOptions {
  readonly digits: number
  /** Whether the display has points at all. */
  readonly hasPoints: boolean
  /** Whether thousands are marked with points. */
  readonly points: boolean
  /** Whether the rightmost point tells of an old number; without points, digits that blink. */
  readonly statusSign: boolean
  /** One letter for each counter, shown when there are several. */
  readonly legends: readonly string[]
  /** How long each of several counters is shown. */
  readonly dwellMs: number
  readonly brightness: Schedule
}

/** What to show, and when it is to be looked at again. */
export interface Look {
  readonly frame: Frame
  /** Whether the number is marked as old, also while its sign blinks and is dark. */
  readonly isOld: boolean
  /** On the clock that never jumps. */
  readonly nextMs: number
}

/** What the places show, the number in it, and when that may change. */
interface NumberCells extends Required<Pick<Frame, 'cells' | 'number'>> {
  readonly isOld: boolean
  readonly nextMs: readonly (number | undefined)[]
}

/** Brightness follows a calendar, whose minutes are looked at so often. */
const calendarMs = 5000
/** Of a number that rolls: where events come all the time a roll never ends. */
const mostDwells = 2
/** How long a legend stands alone where there is no room for it beside the number; half a dwell at most. */
const legendMs = 1000

/** The rules from answers to frames. */
export class Face {
  readonly #options: FaceOptions
  readonly #counters: readonly Counter[]
  #turn = 0
  #turnedMs: number
  readonly #dimmer: Dimmer
  #celebrating: { index: number; startedMs: number } | undefined

  constructor(
    options: FaceOptions,
    remembered: readonly (RememberedCounter | undefined)[],
    now: Instant,
    dimmer: Dimmer = new Dimmer(options.brightness),
  ) {
    this.#options = options
    this.#dimmer = dimmer
    this.#counters = options.legends.map((_, i) => new Counter(options, remembered[i], now))
    this.#turnedMs = now.monotonicMs
  }

  /** Takes an answer to the question for one of the counters. */
  answer(index: number, answer: FeedAnswer, now: Instant): void {
    const milestone = this.#counters[index]?.answer(answer, now)
    if (milestone !== undefined && !this.#dimmer.isQuiet(now)) {
      this.#celebrating = { index, startedMs: now.monotonicMs }
    }
  }

  /** Shows the next counter whose number is known, and that for its whole dwell. */
  next(now: Instant): void {
    this.#celebrating = undefined
    this.#turnTo(this.#known(this.#turn, now) ?? this.#turn, now)
  }

  look(now: Instant): Look {
    const level = this.#dimmer.fadedLevel(now)
    const index = this.#turnAt(now)
    const { cells, number, isOld, nextMs } = this.#cells(index, now)
    const times = [
      ...nextMs,
      now.monotonicMs + calendarMs,
      this.#dimmer.nextMs(now),
      this.#counters.length > 1 ? this.#turnedMs + this.#turnMs(index, now) : undefined,
    ].filter((time) => time !== undefined)
    return {
      frame: { cells, number, intensity: level === 'off' ? 0 : level, on: level !== 'off' },
      isOld,
      nextMs: Math.max(now.monotonicMs + 1, Math.min(...times)),
    }
  }

  remembered(now: Instant): (RememberedCounter | undefined)[] {
    return this.#counters.map((counter) => counter.remembered(now))
  }

  /** The counter whose turn it is: each for its dwell, longer while it rolls or celebrates. */
  #turnAt(now: Instant): number {
    const celebrating = this.#celebrating
    if (celebrating !== undefined) {
      if (now.monotonicMs < celebrating.startedMs + celebrationMs) {
        this.#turnTo(celebrating.index, now)
        return this.#turn
      }
      this.#celebrating = undefined
    }
    const isKnown = this.#counters[this.#turn]?.value(now) !== undefined
    const shownMs = now.monotonicMs - this.#turnedMs
    const over = shownMs >= this.#turnMs(this.#turn, now)
    if (this.#counters.length > 1 && (over || !isKnown)) {
      const next = this.#known(this.#turn, now)
      if (next !== undefined || over) this.#turnTo(next ?? this.#turn, now)
    }
    return this.#turn
  }

  #turnTo(index: number, now: Instant): void {
    this.#turn = index
    this.#turnedMs = now.monotonicMs
  }

  /** The next counter after one whose number is known, which may be itself. */
  #known(after: number, now: Instant): number | undefined {
    const count = this.#counters.length
    const turns = Array.from({ length: count }, (_, i) => (after + 1 + i) % count)
    return turns.find((turn) => this.#counters[turn]?.value(now) !== undefined)
  }

  /** How long a counter is shown. */
  #turnMs(index: number, now: Instant): number {
    const isRolling = this.#counters[index]?.nextMs(now) !== undefined
    return (isRolling ? mostDwells : 1) * this.#options.dwellMs
  }

  /** What the places show of one counter, and when that may change. */
  #cells(index: number, now: Instant): NumberCells {
    const { digits, points, hasPoints, legends } = this.#options
    const counter = this.#counters[index]
    const value = counter?.value(now)
    if (counter === undefined || value === undefined) {
      const unknown = toCells(dashes(digits))
      return { cells: unknown, number: { fresh: unknown, old: unknown }, isOld: false, nextMs: [] }
    }
    const text = numberText(value, digits, points, hasPoints)
    const legend = legends.length > 1 ? legends[index] : undefined
    const shownMs = now.monotonicMs - this.#turnedMs
    const aloneMs = Math.min(legendMs, this.#options.dwellMs / 2)
    const alone = legend !== undefined && !text.startsWith('  ') && shownMs < aloneMs
    const withLegend =
      legend === undefined || !text.startsWith('  ') ? text : legend + text.slice(1)
    const fresh = toCells(withLegend)
    const number = { fresh, old: this.#old(fresh) }
    const marked = this.#isMarked(counter, now) ? number.old : fresh
    const isOld = this.#options.statusSign && !counter.freshness(now).fresh
    const cells = alone ? toCells(legend.padEnd(digits)) : marked
    const nextMs = [
      counter.nextMs(now),
      (hasPoints ? nextBlinkMs : nextPauseMs)(counter.freshness(now), now.monotonicMs),
      alone ? this.#turnedMs + aloneMs : undefined,
    ]
    const celebrating = this.#celebrating
    if (celebrating?.index !== index) return { cells, number, isOld, nextMs }
    const elapsedMs = now.monotonicMs - celebrating.startedMs
    return {
      cells: celebration(cells, elapsedMs),
      number,
      isOld,
      nextMs: [...nextMs, nextCelebrationMs(elapsedMs, now.monotonicMs)],
    }
  }

  /** A number that is old: with the rightmost point lit; where there is none the digits go out now and then. */
  #old(number: readonly Cell[]): readonly Cell[] {
    const { hasPoints, statusSign: isWanted } = this.#options
    if (!isWanted) return number
    return hasPoints ? withSign(number) : number.map(() => blank)
  }

  #isMarked(counter: Counter, now: Instant): boolean {
    const isMarkedAt = this.#options.hasPoints ? statusSign : isPaused
    return isMarkedAt(counter.freshness(now), now.monotonicMs)
  }
}
