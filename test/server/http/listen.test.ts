import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ListenOptions, listen } from '../../../server/http/listen.ts'
import { Refusals } from '../../../server/http/refusals.ts'
import { recordingLog } from '../../support/log.ts'
import { openRaw } from '../../support/raw.ts'
import { until } from '../../support/until.ts'

const question = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

async function startServer(t: TestContext, limits: ListenOptions['limits'] = {}) {
  const log = recordingLog()
  const http = await listen((_, response) => void response.end('here'), {
    host: '127.0.0.1',
    port: 0,
    limits,
    refusals: new Refusals(log, () => 0),
  })
  t.after(() => http.close())
  return { ...http, log }
}

const hurried = { headerMs: 50, checkMs: 20 }
const slow: [what: string, text: string, limits: ListenOptions['limits'], answer: RegExp][] = [
  ['that says nothing', '', hurried, /^HTTP\/1\.1 408 /],
  ['that stops in its first line', 'GET / HT', hurried, /^HTTP\/1\.1 408 /],
  ['that stops in its header', 'GET / HTTP/1.1\r\nHost: a\r\n', hurried, /^HTTP\/1\.1 408 /],
  [
    'that has been answered and asks nothing more',
    question,
    { idleMs: 50 },
    /^HTTP.* 200 .*here$/s,
  ],
]
for (const [what, text, limits, answer] of slow) {
  test(`a client ${what} is let go`, async (t) => {
    const { port } = await startServer(t, limits)
    assert.match(await openRaw(port, text).ended, answer)
  })
}

test('a client that asks on and on and reads no answer is let go', async (t) => {
  const { port } = await startServer(t, { idleMs: 200 })
  const { socket } = openRaw(port)
  socket.pause()
  const asks = () => {
    if (socket.write(question.repeat(1000))) setImmediate(asks)
    else socket.once('drain', asks)
  }
  asks()
  await new Promise((resolve) => socket.on('close', resolve))
})

const broken: [what: string, text: string | Buffer, status: number][] = [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['a TLS client', Buffer.from('16030100c8010000c403030000', 'hex'), 400],
  ['two lengths', 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  [
    'a length and chunks',
    `${question.slice(0, -2)}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
  ],
  ['a folded line', `${question.slice(0, -2)}X: a\r\n b\r\n\r\n`, 400],
  ['a header that is too large', `${question.slice(0, -2)}X: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
]
for (const [what, text, status] of broken) {
  test(`what is no request is answered ${status}: ${what}`, async (t) => {
    const { port, log } = await startServer(t)
    const answer = await openRaw(port, text).ended
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} .*application/problem\\+json`, 's'))
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
    assert.equal(JSON.parse(body).status, status)
    assert.match(log.lines.join(), new RegExp(`no request: ${status}`))
  })
}

test('nonsense after an answer ends the connection without another', async (t) => {
  const { port } = await startServer(t)
  const { socket, ended } = openRaw(port, question)
  socket.once('data', () => socket.write('\0\0\0'))
  const answer = await ended
  assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1)
})

test('more connections than there may be are closed, and those that are open go on', async (t) => {
  const { port, log } = await startServer(t, { connections: 2 })
  const kept = [openRaw(port, question), openRaw(port, question)]
  await until('two answers', () => kept.every(({ socket }) => socket.bytesRead > 0))
  assert.equal(await openRaw(port, question).ended, '')
  assert.match(log.lines.join(), /a connection: there are 2 already/)
  for (const { socket } of kept) {
    const before = socket.bytesRead
    socket.write(question)
    await until('another answer', () => socket.bytesRead > before)
  }
})

test('a port that is taken is said in one line', async (t) => {
  const { port } = await startServer(t)
  const again = listen(() => undefined, {
    host: '127.0.0.1',
    port,
    refusals: new Refusals(recordingLog(), () => 0),
  })
  await assert.rejects(again, /port \d+ on 127\.0\.0\.1 is in use by another program/)
})
