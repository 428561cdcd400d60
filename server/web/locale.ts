import { parseAccept } from 'hono/utils/accept'
import { Text } from './text.ts'
import { languages } from './words/index.ts'

/**
 * What a reader understands: numbers and dates in the first language that `Intl` knows, words in the first
 * that there are words for, else in English.
 *
 * @param accepted a header `Accept-Language` (RFC 9110, section 12.5.4)
 * @param chosen a language that goes before it, as BCP 47 has it; what is none is ignored
 */
export function textFor(accepted: string | undefined, chosen: string | undefined): Text {
  const wanted = parseAccept(accepted ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type)
  const known = [chosen ?? '', ...wanted].filter(isLanguage)
  const locale = known[0] ?? 'en'
  const language = known.map(languageOf).find((each) => languages[each] !== undefined) ?? 'en'
  return new Text(language, locale)
}

/** Whether there are numbers and dates of it. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0
  } catch {
    return false
  }
}

function languageOf(tag: string): string {
  return new Intl.Locale(tag).language
}
