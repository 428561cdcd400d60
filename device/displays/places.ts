/**
 * The chip's own position of each place that people see, leftmost first.
 *
 * @param noun what there are so many of
 * @throws RangeError when an order does not name each position once
 */
export function positionsOf(
  digits: number,
  digitOrder: readonly number[] | undefined,
  noun = 'digits',
): number[] {
  if (digitOrder === undefined) return Array.from({ length: digits }, (_, place) => place)
  const sorted = [...digitOrder].sort((a, b) => a - b)
  if (sorted.length !== digits || sorted.some((position, place) => position !== place)) {
    throw new RangeError(
      `--digit-order: an order of ${digits} ${noun} names each of 1 to ${digits} once`,
    )
  }
  return [...digitOrder]
}

/** The other way round: the place that each position of the chip is seen at. */
export function placesByPosition(positions: readonly number[]): number[] {
  const places: number[] = []
  for (const [place, position] of positions.entries()) places[position] = place
  return places
}
