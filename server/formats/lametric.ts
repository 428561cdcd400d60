import * as v from 'valibot'
import { format } from './format.ts'
import { milestonesAround } from './milestone.ts'
import { shortText } from './short.ts'

/** A visitor in 8 by 8 dots, so that none is needed from the gallery. */
const visitor =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQMAAAD+wSzIAAAABlBMVEUAAAAzqv/6oFnoAAAAFElEQVR42mOQYLABQgmGOob/IAgAFFkEJJr+7RIAAAAASUVORK5CYII='

/** A column of dots for each. */
const chartDays = 37

const Integer = v.pipe(v.number(), v.integer())
const Frame = v.strictObject({
  icon: v.string(),
  text: v.exactOptional(v.string()),
  goalData: v.exactOptional(v.strictObject({ start: Integer, current: Integer, end: Integer })),
  chartData: v.exactOptional(v.array(Integer)),
})

/**
 * LaMetric Time, My Data DIY: the count, its way to the next round number, and the last days (LaMetric
 * help 6000225467).
 */
export const lametric = format({
  path: '/lametric',
  summary: 'LaMetric Time, My Data DIY',
  contentType: 'application/json',
  query: v.object({
    short: v.optional(v.picklist(['0', '1'], '0, 1'), '0'),
    icon: v.optional(v.pipe(v.string(), v.regex(/^[ai]?\d{1,9}$/, 'numbers of LaMetric icons'))),
  }),
  document: v.strictObject({
    frames: v.pipe(v.array(Frame), v.minLength(1), v.maxLength(20)),
  }),
  render(view, { short, icon = visitor }) {
    const { value } = view.reading
    const days = view.series(chartDays).map((day) => day.value)
    const frames: v.InferInput<typeof Frame>[] = [
      { icon, text: short === '1' ? shortText(value) : String(value) },
      { icon, goalData: { ...milestonesAround(value), current: value } },
    ]
    if (days.length > 0) frames.push({ icon, chartData: days })
    return { document: { frames } }
  },
})
