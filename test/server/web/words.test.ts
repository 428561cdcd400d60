import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '../../../reading.ts'
import { aboutWords, dayWords, freshnessWords } from '../../../server/web/words.ts'

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

const abouts: [part: Partial<Reading>, words: string][] = [
  [{}, 'visitors a day, added up; robots left out'],
  [{ unit: 'visitors', bots: 'included' }, 'each visitor counted once; robots counted too'],
  [{ unit: 'views', bots: 'unknown' }, 'page views; robots perhaps among them'],
  [{ carried: 1234 }, 'visitors a day, added up; robots left out; 1,234 carried forward'],
]
for (const [part, words] of abouts) {
  test(`a number is ${words}`, () => assert.equal(aboutWords({ ...reading, ...part }), words))
}

const ages: [seconds: number, words: string][] = [
  [0, 'read just now'],
  [1.9, 'read just now'],
  [2, 'read 2 s ago'],
  [119.9, 'read 119 s ago'],
  [120, 'read 2 min ago'],
  [7199, 'read 119 min ago'],
  [7200, 'read 2 h ago'],
  [172_799, 'read 47 h ago'],
  [172_800, 'read 2 days ago'],
]
for (const [seconds, words] of ages) {
  test(`after ${seconds} s: ${words}`, () =>
    assert.equal(freshnessWords(seconds, undefined), words))
}

test('an old number says whose fault it is', () => {
  assert.equal(
    freshnessWords(240, 'bridge'),
    'an old number, read 4 min ago: the bridge does not answer, trying again',
  )
  assert.match(freshnessWords(240, 'database'), /the database has not confirmed it since$/)
})

test('a day is that of the site, wherever the reader is', () => {
  for (const time of ['2026-11-12T00:00:00+13:00', '2026-11-12T00:00:00-10:00']) {
    assert.match(dayWords(time), /^Thu,? 12 Nov$/)
  }
})
