import { dashes, numberText } from '../../../device/face/number.ts'

/** What is known of a number. */
interface Known {
  readonly value: number
  readonly stale: boolean
}

/**
 * The payload of Tasmota's command `DisplayText`: a text and its place from the left, 0 first. It strips
 * leading blanks and shows the leading figures of what is too long (arendst/Tasmota,
 * xdsp_15_tm1637.ino), so that what it gets is finished and put to the right.
 *
 * @param known undefined while no number is known
 */
export function displayText(known: Known | undefined, digits: number): string {
  const text = known === undefined ? dashes(digits) : numberText(known.value, digits)
  const shown = text.trimStart()
  const places = shown.replace('.', '').length
  return `${shown}${known?.stale ? '.' : ''},${digits - places}`
}
