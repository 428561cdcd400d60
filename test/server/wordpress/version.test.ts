import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFrom, toVersion } from '../../../server/wordpress/version.ts'

const cases: [version: string, first: string, isFrom: boolean][] = [
  ['3.6', '3.6', true],
  ['3.6.0', '3.6', true],
  ['3.6', '3.6.0.1', false],
  ['3.10.0', '3.9', true],
  ['2.2.6.1', '2.2.6', true],
  ['2.2.5', '2.2.6', false],
  ['3.3.0-beta1', '3.3', true],
  ['10', '9.9.9', true],
]

test('versions are compared number by number', () => {
  for (const [version, first, wanted] of cases) {
    assert.equal(isFrom(version, first), wanted, `${version} from ${first}`)
  }
})

test('a version is read from what stands before other text', () => {
  assert.equal(toVersion('3.6.1'), '3.6.1')
  assert.equal(toVersion(' 1.7.3#1730000000'), '1.7.3')
  assert.equal(toVersion('trunk'), undefined)
  assert.equal(toVersion(''), undefined)
  assert.equal(toVersion(undefined), undefined)
})
