import * as v from 'valibot'

/** What an answer says: the number, and how old and reliable it is where the sender knows. */
export interface FeedAnswer {
  readonly value: number
  /** Seconds since the number was read from the database. */
  readonly ageSeconds: number
  /** Whether the sender takes it for old; undefined when it does not say. */
  readonly stale: boolean | undefined
  /** When it was read by the sender's clock, milliseconds since 1970; undefined when it does not say. */
  readonly asOfMs?: number | undefined
  /** What it is the number of, in words, where the sender says so. */
  readonly caption?: string | undefined
}

/** Words that go into a log; anything can be sent. */
const Words = v.optional(v.pipe(v.string(), v.maxLength(200), v.regex(/^[^\p{Cc}]*$/u)))

/** A whole number; some pages quote it. */
const Count = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))]),
  v.safeInteger(),
  v.minValue(0),
)

/** Our own bridge's document, or another page's under one of the usual names. */
const Document = v.union([
  v.object({
    value: Count,
    age: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
    stale: v.optional(v.boolean()),
    asOf: v.optional(v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse))),
    label: v.fallback(Words, undefined),
    site: v.fallback(Words, undefined),
  }),
  ...(['count', 'number', 'visitors', 'total'] as const).map((name) =>
    v.pipe(
      v.looseObject({ [name]: Count }),
      v.transform((document) => ({
        value: Number(document[name]),
        age: 0,
        stale: undefined,
        asOf: undefined,
        label: undefined,
        site: undefined,
      })),
    ),
  ),
])

/**
 * Reads a body that is a bare number, as the classic PHP page answers, or JSON.
 *
 * @throws Error that says what was expected, for anything but a whole number from 0 to 2^53 - 1
 */
export function parseAnswer(body: string): FeedAnswer {
  const text = body.trim()
  const number = v.safeParse(Count, text)
  if (number.success) return { value: number.output, ageSeconds: 0, stale: undefined }
  const document = v.safeParse(v.pipe(v.string(), v.parseJson(), Document), text)
  if (document.success) {
    const { value, age, stale, asOf, label, site } = document.output
    const caption =
      label === undefined || site === undefined ? undefined : `${label.toLowerCase()} of ${site}`
    return {
      value,
      ageSeconds: age,
      stale,
      ...(asOf === undefined ? {} : { asOfMs: asOf }),
      ...(caption === undefined ? {} : { caption }),
    }
  }
  const start = text.slice(0, 40).replace(/\s+/g, ' ')
  throw new Error(
    `the answer is no count but "${start}"; expected are digits, or JSON with a whole number as value`,
  )
}
