import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announced } from '../../../device/feed/announce.ts'
import type { FeedAnswer } from '../../../device/feed/answer.ts'
import { recordingLog } from '../../support/log.ts'

test('the log says what is shown with the first number, and when it becomes old or current', () => {
  const log = recordingLog()
  const heard: number[] = []
  const listener = announced(({ value }) => void heard.push(value), log)
  const caption = 'visitors in total of www.example.com'
  const says = (more: Partial<FeedAnswer>, lines: string[]) => {
    listener({ value: 193, ageSeconds: 0, stale: false, caption, ...more })
    assert.deepEqual(log.lines.splice(0), lines)
  }
  says({}, ['info: showing 193 visitors in total of www.example.com'])
  says({ value: 194 }, [])
  says({ value: 194, stale: true, ageSeconds: 61 }, [
    'warn: showing 194 visitors in total of www.example.com, which is 61 s old',
  ])
  says({ value: 194, stale: true, ageSeconds: 62 }, [])
  says({ value: 200 }, ['info: showing 200 visitors in total of www.example.com'])
  assert.deepEqual(heard, [193, 194, 194, 194, 200])

  // An address that prints a number tells no more of it.
  const bare = recordingLog()
  announced(() => undefined, bare)({ value: 7, ageSeconds: 0, stale: undefined })
  assert.deepEqual(bare.lines, ['info: showing 7'])
})
