import * as v from 'valibot'
import { metrics, periods } from '../../reading.ts'
import { type CountQuery, parseCountQuery } from '../readings/choose-count.ts'

/** Of the digits, as displays are sold. */
const colors = ['red', 'green', 'blue', 'white', 'amber'] as const
type FaceColor = (typeof colors)[number]

/** How many days the chart may have. */
export const ranges = [7, 30, 90, 365] as const

const showMessage = `${metrics.join(' or ')}, a point and ${periods.join(', ')}; several separated by commas, as visitors.today,views.total`
const dwellMessage = 'a time from 1s to 1h, as 10s'
const dimMessage = 'two times of the day, as 22:00-07:00'

/** A flag in an address: it is there, or it is not. */
const Flag = v.pipe(
  v.optional(v.string(), 'false'),
  v.transform((text) => !['0', 'false'].includes(text)),
)

/** The query parameters of the page beside those of every route; a message lists what is allowed. */
export const PageQuery = v.object({
  show: v.pipe(
    v.optional(v.string(), ''),
    v.transform((text): (CountQuery | undefined)[] =>
      text === '' ? [] : text.split(',').map((each) => parseCountQuery(each.trim())),
    ),
    v.check((shown) => shown.every((each) => each !== undefined), showMessage),
    v.transform((shown) => shown.filter((each) => each !== undefined)),
  ),
  days: v.pipe(
    v.optional(v.string(), '30'),
    v.transform(Number),
    v.picklist(ranges, ranges.join(', ')),
  ),
  lang: v.optional(v.string()),
  color: v.optional(v.picklist(colors, colors.join(', ')), 'red'),
  /** How long each of several stays on the face. */
  dwell: v.pipe(
    v.optional(v.string(), '10s'),
    v.regex(/^\d{1,4}(s|m|h)?$/, dwellMessage),
    v.transform((text) => {
      const unitMs = text.endsWith('h') ? 3_600_000 : text.endsWith('m') ? 60_000 : 1000
      return Number.parseInt(text, 10) * unitMs
    }),
    v.minValue(1000, dwellMessage),
    v.maxValue(3_600_000, dwellMessage),
  ),
  /** When the face is dark for the night, by the clock of who looks at it. */
  dim: v.optional(
    v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, dimMessage)),
  ),
  points: Flag,
  kiosk: Flag,
  all: Flag,
})

/** What a reader has chosen of the page. */
export interface PageOptions {
  readonly color: FaceColor
  readonly days: (typeof ranges)[number]
  readonly dwellMs: number
  readonly dim: string | undefined
  /** Whether thousands are marked. */
  readonly points: boolean
}
