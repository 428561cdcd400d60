import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { FeedAnswer } from '../../../device/feed/answer.ts'
import { pollFeed } from '../../../device/feed/poll.ts'
import { startAnswers } from '../../support/answers.ts'
import { recordingLog } from '../../support/log.ts'
import { freePort } from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'

/** A feed on a clock of the test's own. */
function startFeed(t: TestContext, url: URL) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const answers: FeedAnswer[] = []
  const log = recordingLog()
  const feed = pollFeed({ url, token: undefined, pollMs: 5000, random: () => 0.5, log }, (answer) =>
    answers.push(answer),
  )
  feed.start()
  t.after(() => feed.stop())
  const warnings = () => log.lines.filter((line) => line.startsWith('warn'))
  return { answers, log, warnings }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('the number is asked for once an interval, over one kept connection', async (t) => {
  let value = 0
  const ports = new Set<number | undefined>()
  const { url } = await startAnswers(t, (request, response) => {
    ports.add(request.socket.remotePort)
    value += 1
    response.end(`${value}\n`)
  })
  const { answers } = startFeed(t, url)
  for (const expected of [1, 2, 3]) {
    await until(`answer ${expected}`, () => answers.at(-1)?.value === expected)
    await settled()
    t.mock.timers.tick(5000)
  }
  assert.equal(ports.size, 1)
})

test('a 304 keeps the number and takes the age from its header', async (t) => {
  const tags: (string | undefined)[] = []
  const { url } = await startAnswers(t, (request, response) => {
    tags.push(request.headers['if-none-match'])
    if (request.headers['if-none-match'] === '"a"') {
      response.writeHead(304, { Age: '65' }).end()
    } else {
      response.setHeader('ETag', '"a"').end('{"value":12,"age":3,"stale":false}')
    }
  })
  const { answers } = startFeed(t, url)
  await until('the first answer', () => answers.length === 1)
  await settled()
  t.mock.timers.tick(5000)
  await until('the second answer', () => answers.length === 2)
  assert.deepEqual(tags, [undefined, '"a"'])
  assert.deepEqual(answers[1], { value: 12, ageSeconds: 65, stale: false })
})

const failures: [what: string, listener: RequestListener, reason: RegExp][] = [
  ['500', (_, response) => response.writeHead(500).end('boom'), /HTTP 500;/],
  ['404', (_, response) => response.writeHead(404).end(), /HTTP 404/],
  [
    'a reading that the bridge does not have',
    (_, response) =>
      response
        .writeHead(404)
        .end(
          '{"type":"about:blank","detail":"statify does not count visitors; it has views.total"}',
        ),
    /HTTP 404: statify does not count visitors; it has views\.total; trying again$/,
  ],
  [
    'a path that the bridge does not have, with a token in it',
    (_, response) =>
      response
        .writeHead(404)
        .end('{"type":"about:blank","detail":"there is no /t/geheim/x; see /count"}'),
    /HTTP 404: there is no \/t\/…\/x; see \/count; /,
  ],
  [
    'an error page of something else',
    (_, response) => response.writeHead(404).end('{"type":"x","detail":"buy this"}'),
    /HTTP 404; /,
  ],
  [
    'HTML',
    (_, response) => void response.end('<html><body>hi</body></html>'),
    /no count but "<html>/,
  ],
  ['an empty body', (_, response) => void response.end(), /no count but ""/],
  ['a negative', (_, response) => void response.end('-5'), /no count but "-5"/],
  ['a fraction', (_, response) => void response.end('1.5'), /no count but "1\.5"/],
  ['1e400', (_, response) => void response.end('1e400'), /no count but "1e400"/],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { Location: '/' }).end(),
    /HTTP 302, which points to http:\/\/127\.0\.0\.1:\d+\/; /,
  ],
  [
    'a redirect that repeats the token of a path, or a password',
    (_, response) =>
      response.writeHead(308, { Location: 'http://u:geheim@h/t/geheim/count?key=geheim' }).end(),
    /HTTP 308, which points to http:\/\/h\/t\/…\/count; /,
  ],
  [
    'a 304 to a question that had no tag',
    (_, response) => response.writeHead(304).end(),
    /HTTP 304/,
  ],
  [
    'half an answer',
    (request, response) => {
      response.writeHead(200, { 'Content-Length': '10' }).write('12')
      setImmediate(() => request.socket.destroy())
    },
    /aborted|ECONNRESET/,
  ],
  ['a cut connection', (request) => void request.socket.destroy(), /the connection was cut/],
]

for (const [what, listener, reason] of failures) {
  test(`${what} is no answer: said once, and asked again with a growing wait`, async (t) => {
    let fail = true
    let asked = 0
    const { url } = await startAnswers(t, (request, response) => {
      asked += 1
      if (fail) listener(request, response)
      else response.end('7')
    })
    const { answers, warnings, log } = startFeed(t, url)
    for (const [round, waitMs] of [5000, 10_000, 20_000].entries()) {
      await until(`question ${round + 1}`, () => asked === round + 1)
      await until('the warning', () => warnings().length > 0)
      for (let turns = 0; turns < 5; turns += 1) await settled()
      if (round === 2) fail = false
      t.mock.timers.tick(waitMs - 1)
      for (let turns = 0; turns < 5; turns += 1) await settled()
      assert.equal(asked, round + 1, 'it has not waited so long')
      t.mock.timers.tick(1)
    }
    await until('the number', () => answers.length === 1)
    assert.match(warnings().join('\n'), reason)
    assert.equal(warnings().length, 1)
    assert.ok(log.lines.some((line) => line.includes('answers again')))
  })
}

test('a body without end is dropped at 64 KiB', async (t) => {
  let closed = false
  const chunk = Buffer.alloc(65_536, '1')
  const { url } = await startAnswers(t, (_, response) => {
    response.on('close', () => {
      closed = true
    })
    const more = () => {
      while (response.write(chunk));
      response.once('drain', more)
    }
    more()
  })
  const { answers, warnings } = startFeed(t, url)
  await until('the end', () => closed && warnings().length > 0)
  assert.match(warnings()[0] ?? '', /longer than 65536 bytes/)
  assert.deepEqual(answers, [])
})

test('a server that never answers is given up after 10 s', async (t) => {
  let asked = false
  const { url } = await startAnswers(t, () => {
    asked = true
  })
  const { warnings } = startFeed(t, url)
  await until('the question', () => asked)
  t.mock.timers.tick(10_000)
  await until('the warning', () => warnings().length === 1)
  assert.match(warnings()[0] ?? '', /no answer within 10 s/)
})

test('a server that is not there yet is asked until it is', async (t) => {
  const port = await freePort()
  const { warnings } = startFeed(t, new URL(`http://127.0.0.1:${port}/count`))
  await until('the warning', () => warnings().length === 1)
  assert.match(warnings()[0] ?? '', /nothing listens there \(ECONNREFUSED\)/)
})
