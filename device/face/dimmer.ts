import {
  type Fade,
  fadedLevel,
  type Level,
  nextFadeMs,
  type Override,
  type Schedule,
  standing,
  windowAt,
} from './brightness.ts'
import type { Instant } from './counter.ts'

/** The step that a display is lit with where neither schedule nor anybody has named one. */
const usualStep = 3

/** How bright the display is: as its schedule says, or as somebody has said since the last step of that. */
export class Dimmer {
  readonly #schedule: Schedule
  #fade: Fade | undefined
  #override: Override | undefined
  /** With which the display was lit last. */
  #step: number

  constructor(schedule: Schedule) {
    this.#schedule = schedule
    this.#step = schedule.level === 'off' ? usualStep : schedule.level
  }

  /** The brightness that it has, or is on the way to. */
  level({ epochMs }: Instant): Level {
    // Once it is over it does not come back with the same window of the next day.
    this.#override = standing(this.#override, this.#schedule, epochMs)
    const level =
      this.#override?.level ?? windowAt(this.#schedule, epochMs)?.level ?? this.#schedule.level
    if (level !== 'off') this.#step = level
    return level
  }

  /** On the way from one brightness to the next. */
  fadedLevel(now: Instant): Level {
    const wanted = this.level(now)
    this.#fade ??= standstill(wanted)
    if (this.#fade.to !== wanted) {
      const from = fadedLevel(this.#fade, now.monotonicMs)
      this.#fade = { from, to: wanted, startedMs: now.monotonicMs }
    }
    return fadedLevel(this.#fade, now.monotonicMs)
  }

  /** When the faded level takes its next step; undefined when it stands still. */
  nextMs(now: Instant): number | undefined {
    return this.#fade && nextFadeMs(this.#fade, now.monotonicMs)
  }

  /** Whether it is a time of day with a brightness of its own. */
  isQuiet(now: Instant): boolean {
    return windowAt(this.#schedule, now.epochMs) !== undefined
  }

  /** Whether the display is lit, or on its way to it, and the step that it is, or was, lit with. */
  light(now: Instant): { readonly isOn: boolean; readonly step: number } {
    const isOn = this.level(now) !== 'off'
    return { isOn, step: this.#step }
  }

  /**
   * Overrides the schedule until its next step. Without a fade: somebody waits for it.
   *
   * @param level `on` is the step that the display was lit with last
   */
  set(level: Level | 'on', now: Instant): void {
    const { step } = this.light(now)
    const to = level === 'on' ? step : level
    this.#override = { level: to, chosenIn: windowAt(this.#schedule, now.epochMs) }
    this.#fade = standstill(to)
  }
}

/** A brightness without a way to it. */
function standstill(level: Level): Fade {
  return { from: level, to: level, startedMs: Number.NEGATIVE_INFINITY }
}
