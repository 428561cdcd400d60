/**
 * A count as so many digits show it: exact, right-aligned, padded with blanks. One that is too long is
 * shortened downwards with an exponent, `1.234E6`, so that it never claims visitors who have not come;
 * where not even that fits, dashes. Points share the place of the digit before them.
 *
 * @param value integer from 0 to 2^53 - 1
 * @param digits places of the display, from 1
 * @param points whether thousands are marked; the rightmost digit never has such a point
 * @param decimals whether the display has points at all: without, an exponent follows whole figures
 */
export function numberText(value: number, digits: number, points = false, decimals = true): string {
  const exact = String(value)
  if (exact.length <= digits) {
    const text = points && decimals ? exact.replace(/\B(?=(\d{3})+$)/g, '.') : exact
    return ' '.repeat(digits - exact.length) + text
  }
  const short = shortened(exact, digits, decimals)
  return short?.padStart(digits) ?? dashes(digits)
}

/** What stands for a number that is not known. */
export function dashes(digits: number): string {
  return '-'.repeat(digits)
}

/**
 * Exponents go in steps of three, as people read them (E3 thousand, E6 million), unless too few places
 * are left for the figures before the point.
 */
function shortened(exact: string, digits: number, decimals: boolean): string | undefined {
  const engineering = Math.floor((exact.length - 1) / 3) * 3
  const places = digits - 1 - String(engineering).length
  const whole = exact.length - engineering
  if (places >= whole && !decimals) return `${exact.slice(0, whole)}E${engineering}`
  if (places >= whole) {
    const point = places > whole ? '.' : ''
    return `${exact.slice(0, whole)}${point}${exact.slice(whole, places)}E${engineering}`
  }
  for (let exponent = exact.length - 1; exponent > 0; exponent -= 1) {
    const figures = exact.length - exponent
    if (figures + 1 + String(exponent).length === digits) {
      return `${exact.slice(0, figures)}E${exponent}`
    }
  }
  return undefined
}
