import { label as englishLabel, type Reading } from '../../reading.ts'
import { en } from './words/en.ts'
import { languages } from './words/index.ts'
import type { Plural, Words } from './words/words.ts'

/** A reading with the caption that its owner may have chosen. */
type Captioned = Pick<Reading, 'metric' | 'period'> & { readonly label: string }

/** What the page says to one reader: words in a language, numbers and dates as the reader's region has them. */
export class Text {
  /** Of the words, as `lang` has it. */
  readonly language: string
  /** Of numbers and dates, BCP 47. */
  readonly locale: string
  readonly words: Words

  constructor(language: string, locale: string) {
    this.words = languages[language] ?? en
    this.language = this.words === en ? 'en' : language
    this.locale = locale
  }

  /** A count as people write it. */
  count(value: number): string {
    return new Intl.NumberFormat(this.locale).format(value)
  }

  /** A difference with its sign: `+12`. */
  difference(value: number): string {
    return new Intl.NumberFormat(this.locale, { signDisplay: 'exceptZero' }).format(value)
  }

  /** @param part from 0 to 1; cut off, so that nothing unfinished is 100 % */
  percent(part: number): string {
    return new Intl.NumberFormat(this.locale, { style: 'percent' }).format(
      Math.floor(part * 100) / 100,
    )
  }

  /** As an axis has it: `12K`. */
  shortCount(value: number): string {
    return new Intl.NumberFormat(this.locale, { notation: 'compact' }).format(value)
  }

  /** The right form of a text for a number, and the number in it. */
  plural(forms: Plural, value: number): string {
    const form = new Intl.PluralRules(this.language).select(value)
    return fill(forms[form] ?? forms.other, { count: this.count(value) })
  }

  /** A day, from its date, `2026-11-12`, with or without a time behind it. */
  day(date: string): string {
    return this.#date(date, { weekday: 'short', day: 'numeric', month: 'short' })
  }

  /** A day without that of the week. */
  shortDay(date: string): string {
    return this.#date(date, { day: 'numeric', month: 'short' })
  }

  /** @param wallTime of the site, `2026-10-15 21:30:00` */
  time(wallTime: string): string {
    return new Intl.DateTimeFormat(this.locale, {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'UTC',
    }).format(new Date(`${wallTime.replace(' ', 'T')}Z`))
  }

  /** How long ago, in the language of the words, because it stands in a sentence of theirs. */
  ago(seconds: number): string {
    const region = this.locale.startsWith(this.language) ? this.locale : this.language
    const format = new Intl.RelativeTimeFormat(region, { numeric: 'auto' })
    if (seconds < 2) return format.format(0, 'second')
    if (seconds < 120) return format.format(-Math.floor(seconds), 'second')
    if (seconds < 2 * 3600) return format.format(-Math.floor(seconds / 60), 'minute')
    if (seconds < 2 * 86_400) return format.format(-Math.floor(seconds / 3600), 'hour')
    return format.format(-Math.floor(seconds / 86_400), 'day')
  }

  /** The caption of a number; the owner's own where there is one. */
  label({ metric, period, label }: Captioned): string {
    return this.ownLabel({ metric, period, label }) ?? this.words.labels[metric][period]
  }

  /** The caption that the owner has chosen; undefined where it is ours. */
  ownLabel({ metric, period, label }: Captioned): string | undefined {
    return label === englishLabel({ metric, period }) ? undefined : label
  }

  /** What one unit of a number is, and who is in it, in one sentence. */
  about({ unit, unitLabel, bots, carried = 0 }: Reading, source: string): string {
    const { about, units, bots: botWords, carried: kept } = this.words
    const ours = fill(about, { unit: units[unit], bots: botWords[bots], source })
    const sentence = unitLabel === undefined ? ours : `${unitLabel}.`
    return carried === 0 ? sentence : `${sentence} ${fill(kept, { count: this.count(carried) })}`
  }

  /** How fresh a number is. */
  freshness(ageSeconds: number, isOld: boolean): string {
    const { read, old } = this.words
    return fill(isOld ? old : read, { ago: this.ago(ageSeconds) })
  }

  /** A number with its caption, to be heard. */
  spoken(reading: Captioned & Pick<Reading, 'value'>): string {
    return `${this.label(reading)}: ${this.count(reading.value)}`
  }

  #date(date: string, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.locale, { ...options, timeZone: 'UTC' }).format(
      new Date(`${date.slice(0, 10)}T00:00:00Z`),
    )
  }
}

/** A text with what its braces name put in. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (brace, name: string) => values[name] ?? brace)
}
