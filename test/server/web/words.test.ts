import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Reading } from '../../../reading.ts'
import { textFor } from '../../../server/web/locale.ts'
import { Text } from '../../../server/web/text.ts'
import { en } from '../../../server/web/words/en.ts'
import { languages } from '../../../server/web/words/index.ts'

const reading: Reading = {
  value: 1,
  metric: 'visitors',
  period: 'total',
  site: 'blog',
  source: 'statify',
  unit: 'visitor-days',
  bots: 'excluded',
  asOf: '2026-10-15T12:00:00Z',
  stale: false,
}

/** All texts of a language by where they stand; those of a plural together, with their forms. */
function textsOf(words: object, path = ''): [string, string | object][] {
  return Object.entries(words).flatMap(([key, value]): [string, string | object][] => {
    const place = `${path}.${key}`
    if (typeof value === 'string') return [[place, value]]
    return 'other' in value ? [[place, value]] : textsOf(value, place)
  })
}
const braces = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

test('every file of words is a language of the page', () => {
  const folder = join(import.meta.dirname, '../../../../server/web/words')
  const files = readdirSync(folder).map((file) => file.replace('.ts', ''))
  const expected = [...Object.keys(languages), 'index', 'words'].sort()
  assert.deepEqual(files.sort(), expected)
})

const english = new Map(textsOf(en))
for (const [language, words] of Object.entries(languages)) {
  test(`${language} lacks no word, and puts in what English puts in`, () => {
    const texts = textsOf(words)
    assert.deepEqual(
      texts.map(([place]) => place),
      [...english.keys()],
    )
    for (const [place, value] of texts) {
      const wanted = english.get(place)
      if (typeof value !== 'string' || typeof wanted !== 'string') continue
      assert.notEqual(value.trim(), '', place)
      assert.deepEqual(braces(value), braces(wanted), place)
    }
  })

  test(`${language} has the plural forms that the language has`, () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
    for (const [place, forms] of textsOf(words)) {
      if (typeof forms === 'string') continue
      assert.deepEqual(Object.keys(forms).sort(), [...pluralCategories].sort(), place)
      for (const text of Object.values(forms)) assert.match(text, /\{count\}/, place)
    }
  })
}

const plurals: [language: string, value: number, words: string][] = [
  ['en', 0, '0 visitors today'],
  ['en', 1, '1 visitor today'],
  ['en', 1234, '1,234 visitors today'],
  ['de', 1234, '1.234 Besucher heute'],
  ['fr', 0, '0 visiteur aujourd’hui'],
  ['fr', 1, '1 visiteur aujourd’hui'],
  ['fr', 2, '2 visiteurs aujourd’hui'],
  ['fr', 1_000_000, '1\u202f000\u202f000 de visiteurs aujourd’hui'],
  ['es', 1, '1 visitante hoy'],
  ['es', 12_345, '12.345 visitantes hoy'],
]
for (const [language, value, words] of plurals) {
  test(`${language}: ${words}`, () => {
    const text = new Text(language, language)
    assert.equal(text.plural(text.words.today.visitors, value), words)
  })
}

const choices: [accepted: string | undefined, chosen: string | undefined, found: string[]][] = [
  [undefined, undefined, ['en', 'en']],
  ['*', undefined, ['en', 'en']],
  ['de-CH,de;q=0.9,en;q=0.8', undefined, ['de', 'de-CH']],
  ['en;q=0.5, fr;q=0.9', undefined, ['fr', 'fr']],
  ['ja,de;q=0.5', undefined, ['de', 'ja']],
  ['ar-EG', undefined, ['en', 'ar-EG']],
  ['tlh, es', undefined, ['es', 'es']],
  ['de;q=0, fr', undefined, ['fr', 'fr']],
  ['de', 'fr', ['fr', 'fr']],
  ['de', 'nonsense!', ['de', 'de']],
  ['de', '"><script>', ['de', 'de']],
  [',,;;=,\u0000', undefined, ['en', 'en']],
]
for (const [accepted, chosen, found] of choices) {
  test(`a reader of "${accepted}" who chooses "${chosen}" has ${found.join(' and ')}`, () => {
    const { language, locale } = textFor(accepted, chosen)
    assert.deepEqual([language, locale], found)
  })
}

const regions: [locale: string, count: string, day: string][] = [
  ['en', '1,234,567', 'Thu, Nov 12'],
  ['en-GB', '1,234,567', 'Thu 12 Nov'],
  ['de', '1.234.567', 'Do., 12. Nov.'],
  ['de-AT', '1\u00a0234\u00a0567', 'Do., 12. Nov.'],
  ['ja', '1,234,567', '11月12日(木)'],
  ['ar-EG', '١٬٢٣٤٬٥٦٧', 'الخميس، ١٢ نوفمبر'],
]
for (const [locale, count, day] of regions) {
  test(`${locale} writes ${count} and ${day}`, () => {
    const text = textFor(locale, undefined)
    assert.equal(text.count(1_234_567), count)
    assert.equal(text.day('2026-11-12T00:00:00+13:00').replace(',', ''), day.replace(',', ''))
  })
}

test('a day is that of the site, wherever the reader is', () => {
  const text = new Text('en', 'en-GB')
  for (const time of ['2026-11-12T00:00:00+13:00', '2026-11-12T00:00:00-10:00']) {
    assert.match(text.day(time), /^Thu,? 12 Nov$/)
  }
})

const abouts: [part: Partial<Reading>, words: string][] = [
  [{}, 'Everybody counts once a day, robots do not count. Counted by Statify.'],
  [
    { unit: 'visitors', bots: 'included' },
    'Everybody counts once, robots count too. Counted by Statify.',
  ],
  [
    { unit: 'views', bots: 'unknown', carried: 1234 },
    'Every page that is opened counts, robots may be among them. Counted by Statify. 1,234 of them are carried forward.',
  ],
]
for (const [part, words] of abouts) {
  test(words, () => {
    assert.equal(new Text('en', 'en').about({ ...reading, ...part }, 'Statify'), words)
  })
}

const ages: [seconds: number, words: string][] = [
  [0, 'Read now.'],
  [1.9, 'Read now.'],
  [2, 'Read 2 seconds ago.'],
  [119.9, 'Read 119 seconds ago.'],
  [120, 'Read 2 minutes ago.'],
  [7199, 'Read 119 minutes ago.'],
  [7200, 'Read 2 hours ago.'],
  [172_799, 'Read 47 hours ago.'],
  [172_800, 'Read 2 days ago.'],
]
for (const [seconds, words] of ages) {
  test(`after ${seconds} s: ${words}`, () => {
    assert.equal(new Text('en', 'en').freshness(seconds, false), words)
  })
}

test('a caption of the owner stands as it is, in every language', () => {
  const german = new Text('de', 'de')
  assert.equal(german.label({ ...reading, label: 'Visitors in total' }), 'Besucher insgesamt')
  assert.equal(german.label({ ...reading, label: 'Orders' }), 'Orders')
})
