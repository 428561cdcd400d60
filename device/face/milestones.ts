import { blank, type Cell, chaseSteps } from './frame.ts'

/** Which numbers are worth a celebration. */
export interface MilestoneRules {
  /** 1, 2 and 5 times a power of ten, from 10. */
  readonly round: boolean
  /** 111, 2222, 77777: three equal digits or more. */
  readonly repdigits: boolean
  readonly list: readonly number[]
}

/** The greatest milestone above one count and at or below the next; undefined when there is none. */
export function milestoneCrossed(
  { round, repdigits, list }: MilestoneRules,
  before: number,
  after: number,
): number | undefined {
  const candidates = [
    ...(round ? roundNumbers(after) : []),
    ...(repdigits ? repdigitNumbers(after) : []),
    ...list,
  ].filter((milestone) => milestone > before && milestone <= after)
  return candidates.length === 0 ? undefined : Math.max(...candidates)
}

function roundNumbers(most: number): number[] {
  const numbers: number[] = []
  for (let power = 10; power <= most; power *= 10) {
    numbers.push(...[1, 2, 5].map((factor) => factor * power))
  }
  return numbers
}

function repdigitNumbers(most: number): number[] {
  const numbers: number[] = []
  for (let ones = 111; ones <= most; ones = ones * 10 + 1) {
    numbers.push(...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => digit * ones))
  }
  return numbers
}

const chaseMs = 5000
const chaseStepMs = 100
const blinks = 3
const blinkMs = 400
/** From the first lit bar to the last blink. */
export const celebrationMs = chaseMs + blinks * 2 * blinkMs

/**
 * The cells of a celebration: a light that runs through the places, then three blinks of the number.
 * Only two places change at a step, which is what the wire to a board takes in that time.
 */
export function celebration(number: readonly Cell[], elapsedMs: number): readonly Cell[] {
  const dark = number.map(() => blank)
  if (elapsedMs >= celebrationMs) return number
  if (elapsedMs < chaseMs) {
    const step = Math.floor(elapsedMs / chaseStepMs)
    const place = step % number.length
    return dark.with(place, { chase: Math.floor(step / number.length) % chaseSteps })
  }
  return Math.floor((elapsedMs - chaseMs) / blinkMs) % 2 === 0 ? dark : number
}

/** When a celebration looks different next; undefined at its end. */
export function nextCelebrationMs(elapsedMs: number, nowMs: number): number | undefined {
  if (elapsedMs >= celebrationMs) return undefined
  if (elapsedMs < chaseMs) return nowMs + chaseStepMs - (elapsedMs % chaseStepMs)
  return nowMs + blinkMs - ((elapsedMs - chaseMs) % blinkMs)
}
