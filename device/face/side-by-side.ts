/** Two places each, in which two figures are exact, and a gap. */
export const leastDigits = 5

/**
 * The places of two counts that stand side by side, with one between them that is always dark. Each has half;
 * where that does not do for one of them it takes what the other does not need.
 *
 * @param digits of the display, from `leastDigits` on
 * @param values undefined where a count is not known
 */
export function shares(
  digits: number,
  values: readonly [left: number | undefined, right: number | undefined],
): readonly [left: number, right: number] {
  const places = digits - 1
  const half = Math.floor(places / 2)
  const [left, right] = values.map((value) => (value === undefined ? 0 : String(value).length))
  const [leftNeeds, rightNeeds] = [left ?? 0, right ?? 0]
  if (rightNeeds > places - half && leftNeeds < half) {
    const taken = Math.max(leftNeeds, 2, places - rightNeeds)
    return [taken, places - taken]
  }
  if (leftNeeds > half && rightNeeds < places - half) {
    const left = Math.min(leftNeeds, places - Math.max(rightNeeds, 2))
    return [left, places - left]
  }
  return [half, places - half]
}
