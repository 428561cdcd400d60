import type { FeedAnswer } from '../feed/answer.ts'
import type { Schedule } from './brightness.ts'
import { Counter, type CounterOptions, type Instant, type RememberedCounter } from './counter.ts'
import { Dimmer } from './dimmer.ts'
import { blank, type Cell, type Frame, toCells, withSign } from './frame.ts'
import { celebration, celebrationMs, nextCelebrationMs } from './milestones.ts'
import { dashes, numberText } from './number.ts'
import { shares } from './side-by-side.ts'
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
  /** The counters of each turn, one, or two that stand side by side; each its own when undefined. */
  readonly turns?: readonly (readonly number[])[] | undefined
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
  readonly secondAt?: number
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
  readonly #turns: readonly (readonly number[])[]
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
    this.#turns = options.turns ?? options.legends.map((_, i) => [i])
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
    const turn = this.#turnAt(now)
    const { cells, number, secondAt, isOld, nextMs } = this.#cells(turn, now)
    const times = [
      ...nextMs,
      now.monotonicMs + calendarMs,
      this.#dimmer.nextMs(now),
      this.#turns.length > 1 ? this.#turnedMs + this.#turnMs(turn, now) : undefined,
    ].filter((time) => time !== undefined)
    return {
      frame: {
        cells,
        number,
        secondAt,
        intensity: level === 'off' ? 0 : level,
        on: level !== 'off',
      },
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
        this.#turnTo(this.#turnOf(celebrating.index), now)
        return this.#turn
      }
      this.#celebrating = undefined
    }
    const isKnown = this.#isKnown(this.#turn, now)
    const shownMs = now.monotonicMs - this.#turnedMs
    const over = shownMs >= this.#turnMs(this.#turn, now)
    if (this.#turns.length > 1 && (over || !isKnown)) {
      const next = this.#known(this.#turn, now)
      if (next !== undefined || over) this.#turnTo(next ?? this.#turn, now)
    }
    return this.#turn
  }

  #turnTo(turn: number, now: Instant): void {
    this.#turn = turn
    this.#turnedMs = now.monotonicMs
  }

  /** The next turn after one of whose numbers one is known, which may be itself. */
  #known(after: number, now: Instant): number | undefined {
    const count = this.#turns.length
    const turns = Array.from({ length: count }, (_, i) => (after + 1 + i) % count)
    return turns.find((turn) => this.#isKnown(turn, now))
  }

  #countersOf(turn: number): Counter[] {
    return (this.#turns[turn] ?? []).flatMap((index) => this.#counters[index] ?? [])
  }

  #turnOf(counter: number): number {
    return this.#turns.findIndex((counters) => counters.includes(counter))
  }

  #isKnown(turn: number, now: Instant): boolean {
    return this.#countersOf(turn).some((counter) => counter.value(now) !== undefined)
  }

  /** How long a turn takes. */
  #turnMs(turn: number, now: Instant): number {
    const isRolling = this.#countersOf(turn).some((counter) => counter.nextMs(now) !== undefined)
    return (isRolling ? mostDwells : 1) * this.#options.dwellMs
  }

  /** What the places show in a turn, and when that may change. */
  #cells(turn: number, now: Instant): NumberCells {
    const [counter, second] = this.#countersOf(turn)
    const shown =
      counter !== undefined && second !== undefined
        ? this.#sideBySide(counter, second, now)
        : this.#alone(turn, counter, now)
    const celebrating = this.#celebrating
    if (celebrating === undefined || this.#turnOf(celebrating.index) !== turn) return shown
    const elapsedMs = now.monotonicMs - celebrating.startedMs
    return {
      ...shown,
      cells: celebration(shown.cells, elapsedMs),
      nextMs: [...shown.nextMs, nextCelebrationMs(elapsedMs, now.monotonicMs)],
    }
  }

  #alone(turn: number, counter: Counter | undefined, now: Instant): NumberCells {
    const { digits, legends } = this.#options
    const text = this.#text(counter, digits, now)
    const isKnown = counter?.value(now) !== undefined
    const legend =
      this.#turns.length > 1 && isKnown ? legends[this.#turns[turn]?.[0] ?? 0] : undefined
    const shownMs = now.monotonicMs - this.#turnedMs
    const aloneMs = Math.min(legendMs, this.#options.dwellMs / 2)
    const alone = legend !== undefined && !text.startsWith('  ') && shownMs < aloneMs
    const withLegend =
      legend === undefined || !text.startsWith('  ') ? text : legend + text.slice(1)
    const { cells, number, isOld, nextMs } = this.#marked(counter, withLegend, now)
    return {
      cells: alone ? toCells(legend.padEnd(digits)) : cells,
      number,
      isOld,
      nextMs: [...nextMs, alone ? this.#turnedMs + aloneMs : undefined],
    }
  }

  /** Each with its own sign. */
  #sideBySide(first: Counter, second: Counter, now: Instant): NumberCells {
    const places = shares(this.#options.digits, [first.value(now), second.value(now)])
    const [left, right] = [
      this.#marked(first, this.#text(first, places[0], now), now),
      this.#marked(second, this.#text(second, places[1], now), now),
    ]
    return {
      cells: [...left.cells, blank, ...right.cells],
      number: {
        fresh: [...left.number.fresh, blank, ...right.number.fresh],
        old: [...left.number.old, blank, ...right.number.old],
      },
      secondAt: places[0],
      isOld: left.isOld || right.isOld,
      nextMs: [...left.nextMs, ...right.nextMs],
    }
  }

  #text(counter: Counter | undefined, places: number, now: Instant): string {
    const { points, hasPoints } = this.#options
    const value = counter?.value(now)
    return value === undefined ? dashes(places) : numberText(value, places, points, hasPoints)
  }

  /** A number with the sign that it is old where it is. */
  #marked(counter: Counter | undefined, text: string, now: Instant): NumberCells {
    const fresh = toCells(text)
    if (counter?.value(now) === undefined) {
      return { cells: fresh, number: { fresh, old: fresh }, isOld: false, nextMs: [] }
    }
    const { hasPoints, statusSign: isWanted } = this.#options
    const number = { fresh, old: this.#old(fresh) }
    const freshness = counter.freshness(now)
    return {
      cells: this.#isMarked(counter, now) ? number.old : fresh,
      number,
      isOld: isWanted && !freshness.fresh,
      nextMs: [
        counter.nextMs(now),
        (hasPoints ? nextBlinkMs : nextPauseMs)(freshness, now.monotonicMs),
      ],
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
