import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { FeedAnswer } from '../../../device/feed/answer.ts'
import { eventsFeed } from '../../../device/feed/events.ts'
import { guarded } from '../../../device/feed/feed.ts'
import { startAnswers } from '../../support/answers.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

type Answer = (response: ServerResponse) => void
const stream = { 'Content-Type': 'text/event-stream' }
const event = (value: number | string) => `event: count\ndata: {"value":${value},"stale":false}\n\n`

/** A feed of events from a bridge that answers each request as the test says. */
async function startFeed(t: TestContext, answer: () => Answer) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let asked = 0
  const { url } = await startAnswers(t, (_, response) => {
    asked += 1
    answer()(response)
  })
  const log = recordingLog()
  const answers: FeedAnswer[] = []
  let polling = false
  const otherwise = () => ({
    start: () => {
      polling = true
    },
    stop: () => {
      polling = false
    },
  })
  const feed = eventsFeed({ url, token: undefined, random: () => 0.5, log, otherwise }, (each) =>
    answers.push(each),
  )
  t.after(() => feed.stop())
  feed.start()
  return { answers, log, asked: () => asked, polling: () => polling }
}

test('a stream that was not there once is looked for again, and then there is no more asking', async (t) => {
  let isThere = false
  const { answers, asked, polling } = await startFeed(t, () => (response) => {
    if (isThere) response.writeHead(200, stream).write(event(7))
    else response.writeHead(404).end()
  })
  await until('it asks instead', polling)
  t.mock.timers.tick(60_000)
  await until('another look', () => asked() === 2)
  assert.equal(polling(), true)
  isThere = true
  await new Promise((resolve) => setImmediate(resolve))
  await until('the stream', () => {
    t.mock.timers.tick(1000)
    return answers.length === 1
  })
  assert.equal(polling(), false)
})

test('a good event behind a bad one in the same piece counts no more, nor does it end the wait', async (t) => {
  const { answers, asked } = await startFeed(t, () => (response) => {
    response.writeHead(200, stream).write(event('"x"') + event(7))
  })
  for (const [round, waitMs] of [500, 1000, 2000, 4000].entries()) {
    await until(`attempt ${round + 1}`, () => asked() === round + 1)
    await until('its end', () => {
      t.mock.timers.tick(waitMs - 1)
      return true
    })
    for (let turns = 0; turns < 20; turns += 1) await new Promise((next) => setImmediate(next))
    assert.ok(asked() <= round + 2)
    t.mock.timers.tick(waitMs)
  }
  assert.deepEqual(answers, [])
})

test('a listener that throws is said as a fault of the desk, and the feed goes on', () => {
  const log = recordingLog()
  const seen: number[] = []
  const listener = guarded(({ value }) => {
    seen.push(value)
    if (value === 1) throw new Error('no glyph')
  }, log)
  for (const value of [1, 2]) listener({ value, ageSeconds: 0, stale: false })
  assert.deepEqual(seen, [1, 2])
  assert.match(log.lines.join(), /error: .*fault of the desk.*no glyph/)
})

test('a page that is no stream is not taken for one: the number is asked for instead', async (t) => {
  const { answers, polling, log } = await startFeed(t, () => (response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(event(7))
  })
  await until('it asks instead', polling)
  assert.deepEqual(answers, [])
  assert.ok(log.lines.some((line) => line.includes('no events of this there')))
})

test('an event without end is given up at 64 KiB; many short ones on one stream are not', async (t) => {
  let isEndless = false
  let isClosed = false
  const { answers, asked, log } = await startFeed(t, () => (response) => {
    response.writeHead(200, stream)
    if (!isEndless) {
      for (let value = 0; value < 2000; value += 1) response.write(event(value))
      return void response.end()
    }
    response.on('close', () => {
      isClosed = true
    })
    response.write(`event: count\ndata: ${'1'.repeat(65_536)}`)
  })
  await until('the last of them', () => answers.length === 2000)
  await until('its end', () => log.lines.some((line) => line.includes('the stream has ended')))
  assert.doesNotMatch(log.lines.join(), /longer/)
  isEndless = true
  t.mock.timers.tick(500)
  await until('the second stream', () => asked() === 2)
  await until('it is given up', () => isClosed)
  assert.match(log.lines.join(), /an event is longer than 65536 bytes/)
  assert.equal(answers.length, 2000)
})
