import * as v from 'valibot'
import { format } from './format.ts'

/** The most that a counter of so many digits can show. */
const most = { '5': 99_999, '7': 9_999_999 }

/**
 * Smiirl's Custom Counter asks for an object with an integer `number` (smiirl/smiirl-custom-samples).
 * Past the end it is held at the most it can show: any other digits would be a wrong number.
 */
export const smiirl = format({
  path: '/smiirl',
  summary: 'Smiirl Custom Counter',
  contentType: 'application/json',
  query: v.object({ digits: v.optional(v.picklist(['5', '7'], '5, 7'), '5') }),
  document: v.strictObject({
    number: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most['7'])),
  }),
  render(view, { digits }) {
    const { value, site, metric, period } = view.reading
    return {
      document: { number: Math.min(value, most[digits]) },
      remark: {
        text: `${site}: ${metric}.${period} is past what a Smiirl with ${digits} digits can show, which is held at ${most[digits]}`,
        holds: value > most[digits],
      },
    }
  },
})
