import * as v from 'valibot'
import { didYouMean } from '../../common/did-you-mean.ts'

// What the text of several settings may be; what only one subject needs stands beside its settings.
// Each message says what is allowed, in words that follow "it must be".

/** Any text but none: an empty `--host` would listen on every address. */
export const Text = v.pipe(v.string(), v.nonEmpty('some text, and not empty'))

/** Text that a function understands; what it gives undefined for is refused. */
export function parsed<Value>(
  parse: (text: string) => Value | undefined,
  message: string | ((text: string) => string),
) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }): Value => {
      const value = parse(dataset.value)
      if (value !== undefined) return value
      addIssue({ message: typeof message === 'string' ? message : message(dataset.value) })
      return NEVER
    }),
  )
}

/** One of some words. */
export function choice<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, ({ input }) => `${either(words)}${didYouMean(String(input), words)}`)
}

/** `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

/** A flag without a value. */
export const Switch = v.pipe(
  choice(['true', 'false']),
  v.transform((text) => text === 'true'),
)

export const OnOff = v.pipe(
  choice(['on', 'off']),
  v.transform((text) => text === 'on'),
)

/** Several, separated by commas, each of which a function understands. */
export function listOf<Value>(
  parse: (part: string) => Value | undefined,
  message: string | ((text: string) => string),
) {
  return parsed((text) => {
    const values = text.split(',').map((part) => parse(part.trim()))
    return values.every((value) => value !== undefined) ? values : undefined
  }, message)
}

/** Text of a pattern. */
export function matching(pattern: RegExp, message: string) {
  return v.pipe(v.string(), v.regex(pattern, message))
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds, written `500ms`, `5s`, `2m` or `1h`. */
export const Duration = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 500ms, 5s, 2m or 1h'),
  v.transform((text) => {
    const [, size = '', , unit = 's'] = /^(\d+(\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
    return Number(size) * unitMs[unit as keyof typeof unitMs]
  }),
  v.minValue(100, 'at least 100ms'),
  v.maxValue(24 * 3_600_000, 'at most 24h'),
)

export const HttpUrl = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:/.test(text), 'an http:// or https:// address'),
  v.transform((text) => new URL(text)),
)

/** What fits into a header. */
export const Token = matching(
  /^[\x21-\x7e]+$/,
  'letters, digits and signs of ASCII, without spaces',
)

/** A whole number, within bounds. */
export function whole(least: number, most: number, message: string) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  )
}
