import type { FeedAnswer } from '../feed/answer.ts'
import { type MilestoneRules, milestoneCrossed } from './milestones.ts'
import { nextStepMs, type Roll, rolledValue } from './roll.ts'
import type { Freshness } from './status.ts'

/** A moment on two clocks: one that never jumps, and the calendar's. */
export interface Instant {
  readonly monotonicMs: number
  readonly epochMs: number
}

/** What of a counter outlives a restart. */
export interface RememberedCounter {
  readonly value: number
  /** When the number was true by the clock of this machine, milliseconds since 1970. */
  readonly asOfMs: number
  /** When it was read by the clock of its sender, which goes right where ours may have started anew. */
  readonly sentAsOfMs?: number | undefined
  /** The greatest milestone that has been celebrated. */
  readonly milestone: number
}

export interface CounterOptions {
  /** From one answer to the next, when all is well. */
  readonly intervalMs: number
  /** How long the digits roll from one number to the next; 0 when they jump. */
  readonly rollMs: number
  readonly milestones: MilestoneRules
}

interface Known {
  readonly value: number
  /** When the answer came, and how old the number was then. */
  readonly at: Instant
  readonly ageMs: number
  /** Whether the sender vouches for it; undefined when it does not say. */
  readonly stale: boolean | undefined
  /** When it was read, by the clock of its sender. */
  readonly sentAsOfMs: number | undefined
  readonly roll: Roll | undefined
}

/** By how much two ages may differ that mean the same moment: they are rounded to seconds. */
const agedMs = 2000

/** One number that is shown: what it is, how fresh, and on its way from one reading to the next. */
export class Counter {
  readonly #options: CounterOptions
  #known: Known | undefined
  #milestone = 0
  #answered = false

  constructor(options: CounterOptions, remembered: RememberedCounter | undefined, now: Instant) {
    this.#options = options
    if (remembered === undefined) return
    const ageMs = Math.max(0, now.epochMs - remembered.asOfMs)
    const { value, sentAsOfMs } = remembered
    this.#known = { value, at: now, ageMs, stale: true, sentAsOfMs, roll: undefined }
    this.#milestone = remembered.milestone
  }

  /** Takes an answer; the milestone that the number has just passed, if any. */
  answer({ value, ageSeconds, stale, asOfMs }: FeedAnswer, now: Instant): number | undefined {
    const before = this.#known
    const ageMs = ageSeconds * 1000
    // The two readings by one clock, where they tell; else by how old they are now.
    const isEarlier =
      asOfMs !== undefined && before?.sentAsOfMs !== undefined
        ? asOfMs < before.sentAsOfMs
        : ageMs > this.freshness(now).ageMs + agedMs
    if (before !== undefined && stale === true && isEarlier) {
      // A bridge that has just started again serves what it remembers: we know of later ones.
      this.#known = { ...before, stale: true }
      return undefined
    }
    const roll = this.#rollTo(value, now)
    const known = { value, at: now, ageMs, stale, sentAsOfMs: asOfMs, roll }
    this.#known = known
    const first = !this.#answered
    this.#answered = true
    if (first || before === undefined) return this.#remember(value)
    const milestone = this.#celebrate(before.value, value)
    // What is celebrated is not still on its way when the lights have stopped.
    if (milestone !== undefined) this.#known = { ...known, roll: undefined }
    return milestone
  }

  /** The number to show; undefined while none is known. */
  value(now: Instant): number | undefined {
    const known = this.#known
    if (known?.roll === undefined) return known?.value
    return rolledValue(known.roll, now.monotonicMs)
  }

  freshness(now: Instant): Freshness {
    const known = this.#known
    if (known === undefined) return { ageMs: 0, fresh: true, freshForMs: Number.POSITIVE_INFINITY }
    // A suspended machine stops the one clock, a correction moves the other.
    const since = Math.max(now.monotonicMs - known.at.monotonicMs, now.epochMs - known.at.epochMs)
    const limitMs = 2 * this.#options.intervalMs
    const ageMs = known.ageMs + since
    // A sender that does not say whether the number is old leaves that to its age.
    const countedMs = known.stale === undefined ? ageMs : since
    const fresh = known.stale !== true && countedMs <= limitMs
    return { ageMs, fresh, freshForMs: limitMs - countedMs }
  }

  /** When the number looks different next; undefined when it stands still. */
  nextMs(now: Instant): number | undefined {
    const roll = this.#known?.roll
    return roll === undefined ? undefined : nextStepMs(roll, now.monotonicMs)
  }

  remembered(now: Instant): RememberedCounter | undefined {
    if (this.#known === undefined) return undefined
    const asOfMs = now.epochMs - this.freshness(now).ageMs
    const { value, sentAsOfMs } = this.#known
    return { value, asOfMs, sentAsOfMs, milestone: this.#milestone }
  }

  /** Rolls on from what is shown; snaps on a fall, on the first value, and after a gap. */
  #rollTo(value: number, now: Instant): Roll | undefined {
    const { rollMs: durationMs } = this.#options
    const from = this.value(now)
    if (durationMs <= 0 || from === undefined || value <= from || !this.#answered) return undefined
    if (!this.freshness(now).fresh) return undefined
    return { from, to: value, startedMs: now.monotonicMs, durationMs }
  }

  /** What was passed before the first answer is no news. */
  #remember(value: number): undefined {
    const passed = milestoneCrossed(this.#options.milestones, this.#milestone, value)
    if (passed !== undefined) this.#milestone = passed
  }

  #celebrate(before: number, after: number): number | undefined {
    const start = Math.max(before, this.#milestone)
    const passed = milestoneCrossed(this.#options.milestones, start, after)
    if (passed !== undefined) this.#milestone = passed
    return passed
  }
}
