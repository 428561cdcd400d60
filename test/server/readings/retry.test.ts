import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseError, type DatabaseErrorKind, FatalError } from '../../../common/errors.ts'
import { isFinal, Retry } from '../../../server/readings/retry.ts'

const failed = (kind: DatabaseErrorKind) => new DatabaseError(kind, 'no number')
const waits = (errors: readonly Error[]) => {
  const retry = new Retry(1000, () => 0.5)
  return errors.map((error) => retry.waitMs(error) / 1000)
}

const absence = Array(9).fill(failed('away'))
const refusals = Array(9).fill(failed('refused'))

test('a server that refuses after a long absence is asked again as soon as any that refuses', () => {
  assert.deepEqual(waits([...absence, failed('refused'), failed('refused')]).slice(-2), [1, 2])
  assert.deepEqual(waits([...refusals, failed('away'), failed('away')]).slice(-2), [1, 2])
})

test('who was refused again and again does not begin anew after an absence, as of a lock-out', () => {
  assert.equal(waits([...refusals, ...absence, failed('refused')]).at(-1), 300)
})

const patience: [Error, longestSeconds: number, isFinal: boolean][] = [
  [failed('away'), 5, false],
  [failed('host'), 5, true],
  [failed('schema'), 5, false],
  [failed('limit'), 5, false],
  [failed('refused'), 300, true],
  [new FatalError('no plugin'), 300, true],
]
for (const [error, longestSeconds, final] of patience) {
  const kind = error instanceof DatabaseError ? error.kind : error.message
  test(`after "${kind}" the waits grow to ${longestSeconds} s and begin anew after a success`, () => {
    const retry = new Retry(1000, () => 0.5)
    for (let failure = 0; failure < 12; failure += 1) retry.waitMs(error)
    assert.equal(retry.waitMs(error), longestSeconds * 1000)
    assert.ok(retry.isUnderWay)
    retry.succeeded()
    assert.ok(!retry.isUnderWay)
    assert.equal(retry.waitMs(error), 1000)
    assert.equal(isFinal(error), final)
  })
}

test('no wait is shorter than the interval', () => {
  const retry = new Retry(60_000, () => 0.5)
  assert.equal(retry.waitMs(failed('away')), 60_000)
})

test('an account that has used up its hour is left alone for five minutes, and that counts as no failure', () => {
  const spent = failed('exhausted')
  assert.deepEqual(waits([spent, spent, failed('away'), spent, failed('away')]), [
    ...[300, 300, 1, 300, 2],
  ])
  const retry = new Retry(1000, () => 0.5)
  retry.waitMs(spent)
  assert.equal(retry.isUnderWay, false)
  assert.equal(isFinal(spent), false)
})
