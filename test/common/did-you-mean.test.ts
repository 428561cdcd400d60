import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean } from '../../common/did-you-mean.ts'

const known = ['poll', 'port', 'particle-token', 'max7219', 'ht16k33']
const cases: [word: string, advice: string][] = [
  ['pol', '; did you mean poll?'],
  ['particel-token', '; did you mean particle-token?'],
  ['max7129', '; did you mean max7219?'],
  ['frobnicate', ''],
  ['x', ''],
  ['', ''],
]
for (const [word, advice] of cases) {
  test(`"${word}" ${advice === '' ? 'is like nothing that is known' : `gets "${advice}"`}`, () => {
    assert.equal(didYouMean(word, known), advice)
  })
}
