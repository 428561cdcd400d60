import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clockFinding } from '../../server/clock-check.ts'

const cases: [
  aheadSeconds: number,
  isSet: boolean | undefined,
  status: string,
  text: RegExp,
  advice: RegExp | undefined,
][] = [
  [0.4, undefined, 'ok', /^the database's clock is 0\.4 s ahead of this machine's$/, undefined],
  [-5, true, 'ok', /5\.0 s behind this machine's$/, undefined],
  [
    -3600,
    true,
    'warning',
    /3600\.0 s behind this machine's, which takes .*: the database's is wrong$/,
    /on that machine, sudo timedatectl/,
  ],
  [
    90,
    false,
    'warning',
    /90\.0 s ahead of this machine's, which does not .*: this machine's may be wrong$/,
    /here, sudo timedatectl/,
  ],
  [90, undefined, 'warning', /90\.0 s ahead of this machine's$/, /both machines/],
]

describe('of two clocks', () => {
  for (const [aheadSeconds, isSet, status, text, advice] of cases) {
    it(`one that is ${aheadSeconds} s ahead of ours, which NTP sets: ${isSet}`, async () => {
      const finding = await clockFinding("the database's", aheadSeconds, async () => isSet)
      assert.equal(finding.status, status)
      assert.match(finding.text, text)
      if (advice === undefined) assert.equal(finding.advice, undefined)
      else assert.match(finding.advice ?? '', advice)
    })
  }
})
