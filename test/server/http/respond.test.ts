import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../../server/http/answer.ts'
import { KeptAnswers } from '../../../server/http/kept-answers.ts'
import { responder } from '../../../server/http/respond.ts'
import { startAnswers } from '../../support/answers.ts'
import { recordingLog } from '../../support/log.ts'

const common = { 'X-Content-Type-Options': 'nosniff', Vary: 'Origin' }

/** A server whose routes answer like this. */
async function start(t: TestContext, answer: () => Answer | Promise<Answer>) {
  const log = recordingLog()
  const answers = new KeptAnswers(() => 0, common)
  const listener = responder({ app: { answer, paths: [] }, answers, common, log })
  const { url } = await startAnswers(t, answers.before(listener))
  const ask = (init?: RequestInit) => fetch(url, init)
  return { ask, answers, log }
}

test('an answer that a round of queries overtakes is not kept', async (t) => {
  let value = 1
  const { ask, answers } = await start(t, () => {
    // The round ends before anything that waits for this answer goes on.
    void Promise.resolve().then(() => {
      value += 1
      answers.forget()
    })
    return { status: 200, headers: {}, body: `${value}\n`, keepUntilMs: 1000 }
  })
  assert.equal(await (await ask()).text(), '1\n')
  assert.equal(await (await ask()).text(), '2\n')
})

test('an answer that comes later is sent and not kept', async (t) => {
  let value = 0
  const { ask } = await start(t, async () => {
    value += 1
    return { status: 200, headers: {}, body: `${value}\n`, keepUntilMs: 1000 }
  })
  for (const text of ['1\n', '2\n']) assert.equal(await (await ask()).text(), text)
})

test('what an answer varies by is named beside what all answers vary by', async (t) => {
  const headers = { Vary: 'Accept-Encoding' }
  const { ask } = await start(t, () => ({ status: 200, headers, body: '' }))
  assert.equal((await ask()).headers.get('vary'), 'Origin, Accept-Encoding')
})

test('a question with HEAD has the headers of the answer, also of one that is a stream', async (t) => {
  const whole = await start(t, () => ({ status: 200, headers: { ETag: '"a"' }, body: '12\n' }))
  const { headers } = await whole.ask({ method: 'HEAD' })
  assert.equal(headers.get('etag'), '"a"')
  assert.equal(headers.get('content-length'), '3')
  const streamed = await start(t, () => ({
    status: 200,
    headers: { 'Content-Type': 'text/event-stream' },
    stream: () => assert.fail('nothing is to be streamed'),
  }))
  const answer = await streamed.ask({ method: 'HEAD' })
  assert.equal(answer.headers.get('content-type'), 'text/event-stream')
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
})

for (const [how, answer] of [
  ['at once', () => assert.fail('a fault')],
  ['later', () => Promise.reject(new Error('a fault'))],
  [
    'with a header that cannot be sent',
    () => ({ status: 200, headers: { A: '\n' }, body: '', keepUntilMs: 1000 }),
  ],
] as const) {
  test(`routes that fail ${how} end the connection and are logged, and the bridge goes on`, async (t) => {
    const { ask, log } = await start(t, answer)
    await assert.rejects(ask(), /fetch failed/)
    await assert.rejects(ask(), /fetch failed/)
    assert.equal(log.lines.filter((line) => line.includes('could not be sent')).length, 2)
  })
}
