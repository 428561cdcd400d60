import type { DigitPlaces } from './display.ts'

/**
 * The chip's own position of each place that people see, leftmost first.
 *
 * @throws RangeError when an order does not name each position once
 */
export function positionsOf({ digits, digitOrder }: DigitPlaces): number[] {
  const positions = Array.from({ length: digits }, (_, place) => place)
  if (digitOrder === undefined) return positions
  const sorted = [...digitOrder].sort((a, b) => a - b)
  if (sorted.length !== digits || sorted.some((position, place) => position !== place)) {
    throw new RangeError(
      `--digit-order: an order of ${digits} digits names each of 1 to ${digits} once`,
    )
  }
  return [...digitOrder]
}

/** Values by place, put in the order of the chip's positions. */
export function byPosition<T>(positions: readonly number[], places: readonly T[]): T[] {
  const ordered: T[] = []
  places.forEach((value, place) => {
    const position = positions[place]
    if (position !== undefined) ordered[position] = value
  })
  return ordered
}
