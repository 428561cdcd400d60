import { toSegments } from '../../device/face/font.ts'
import { numberText } from '../../device/face/number.ts'
import { faceSvg } from './face-svg.ts'

/** The still picture of a counter, for the README. */
export function picture(): string {
  const value = 128_507
  const title = `A counter of eight 7-segment digits that shows ${value}`
  return `${faceSvg(toSegments(numberText(value, 8)), { heightPx: 120, title })}\n`
}
