import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAnswer } from '../../../device/feed/answer.ts'

const accepted: [body: string, value: number][] = [
  ['1234', 1234],
  ['1234\n', 1234],
  ['  0 \r\n', 0],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['{"count": 12}', 12],
  ['{"count": "12"}', 12],
  ['{"number": 7, "color": "red"}', 7],
  ['{"value": 5, "metric": "visitors"}', 5],
]

for (const [body, value] of accepted) {
  test(`${JSON.stringify(body)} is the count ${value}`, () => {
    assert.deepEqual(parseAnswer(body), { value, ageSeconds: 0, stale: undefined })
  })
}

test("our bridge's document says how old its number is", () => {
  const body = JSON.stringify({ value: 5, age: 90, stale: true, asOf: '2026-10-15T00:00:00Z' })
  assert.deepEqual(parseAnswer(body), {
    value: 5,
    ageSeconds: 90,
    stale: true,
    asOfMs: Date.parse('2026-10-15T00:00:00Z'),
  })
})

const refused = [
  '',
  ' ',
  '-1',
  '1.5',
  '1e400',
  '1e3',
  '12,345',
  '9007199254740992',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '{"value": null}',
  '{"value": -1}',
  '{"value": 1.5}',
  '{"value": 1e400}',
  '<!DOCTYPE html><title>Error</title>',
]

for (const body of refused) {
  test(`${JSON.stringify(body)} is no count`, () => {
    assert.throws(() => parseAnswer(body), /the answer is no count but "/)
  })
}
