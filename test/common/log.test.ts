import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textLine } from '../../common/log.ts'

const line = (level: number, more: object) => JSON.stringify({ level, time: 0, ...more })

test('a line of the log is words with its time, in the journal with its priority', () => {
  const cases: [level: number, more: object, text: string, journal: string][] = [
    [
      30,
      { msg: 'board ready' },
      '1970-01-01T00:00:00.000Z info: board ready\n',
      '<6>board ready\n',
    ],
    [40, { msg: 'a\nb' }, '1970-01-01T00:00:00.000Z warning: a b\n', '<4>a b\n'],
    [
      50,
      { msg: 'x', err: { message: 'why' } },
      '1970-01-01T00:00:00.000Z error: x: why\n',
      '<3>x: why\n',
    ],
    [20, { err: { message: 'why' } }, '1970-01-01T00:00:00.000Z debug: why\n', '<7>why\n'],
  ]
  for (const [level, more, text, journal] of cases) {
    assert.equal(textLine(line(level, more), false), text)
    assert.equal(textLine(line(level, more), true), journal)
  }
})
