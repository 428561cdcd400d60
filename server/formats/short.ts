const scales = ['', 'k', 'M', 'G', 'T', 'P']

/**
 * A count in at most 6 characters, as `34.6k`: shortened downwards, so that it never claims visitors
 * who have not come.
 *
 * @param value integer from 0 to 2^53 - 1
 */
export function shortText(value: number): string {
  const digits = String(value)
  if (digits.length <= 3) return digits
  const thousands = Math.floor((digits.length - 1) / 3)
  const whole = digits.length - 3 * thousands
  const tenth = digits[whole] === '0' ? '' : `.${digits[whole]}`
  return `${digits.slice(0, whole)}${tenth}${scales[thousands]}`
}
