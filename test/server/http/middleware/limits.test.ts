import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { ProblemDocument } from '../../../../server/http/problem.ts'
import { openAccess, startApp } from '../../../support/app.ts'
import { infos, recordingLog } from '../../../support/log.ts'
import { openRaw } from '../../../support/raw.ts'

test('the bridge is only read', async (t) => {
  const access = { ...openAccess, token: 's3cret' }
  const { ask, port } = await startApp(t, { access })
  const headers = { Authorization: 'Bearer s3cret' }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
    const answer = await ask('/count', { method, headers })
    assert.equal(answer.status, 405, method)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
    const { allowed } = v.parse(ProblemDocument, await (await ask('/v1/count', { method })).json())
    assert.deepEqual(allowed, ['GET', 'HEAD', 'OPTIONS'])
  }
  const { ended } = openRaw(port, 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(await ended, /^HTTP\/1\.1 405 /)
  const head = await ask('/count', { method: 'HEAD', headers })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.match(head.headers.get('etag') ?? '', /^W\//)
  const refused = await ask('/count', { method: 'HEAD' })
  assert.deepEqual([refused.status, await refused.text()], [401, ''])
})

const bodies: [what: string, head: string, body: string, status: number][] = [
  ['a GET with a body', 'GET /count HTTP/1.1\r\nContent-Length: 5', 'hello', 413],
  ['a GET in chunks', 'GET /count HTTP/1.1\r\nTransfer-Encoding: chunked', '5\r\nhello\r\n', 413],
  ['a POST', 'POST /count HTTP/1.1\r\nContent-Length: 5000000000', 'hello', 405],
  ['an OPTIONS with a body', 'OPTIONS /count HTTP/1.1\r\nContent-Length: 5', 'hello', 405],
]
for (const [what, head, body, status] of bodies) {
  test(`what is sent along is not read: ${what}`, async (t) => {
    const { port, ask } = await startApp(t)
    // What is kept by now is not for such a request.
    await ask('/count')
    const { ended } = openRaw(port, `${head}\r\nHost: a\r\n\r\n${body}`)
    const answer = await ended
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `))
    assert.match(answer, /\r\nConnection: close\r\n/i)
  })
}

test('an address or a header without end is refused', async (t) => {
  const { ask, port } = await startApp(t)
  assert.equal((await ask(`/count?x=${'a'.repeat(1900)}`)).status, 200)
  assert.equal((await ask(`/count?x=${'a'.repeat(3000)}`)).status, 414)
  const path = `/count?x=${'a'.repeat(2048 - '/count?x='.length)}`
  assert.deepEqual([(await ask(path)).status, (await ask(`${path}a`)).status], [200, 414])
  // Two of them are Host and Connection.
  const withHeaders = (count: number) => {
    const others = Array.from({ length: count - 2 }, (_, index) => `X-${index}: 1\r\n`).join('')
    return openRaw(port, `GET /count HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${others}\r\n`)
      .ended
  }
  assert.match(await withHeaders(100), /^HTTP\/1\.1 200 /)
  assert.match(await withHeaders(101), /^HTTP\/1\.1 431 /)
})

test('HTTP/1.1 without Host is refused in words, and in the log', async (t) => {
  const log = recordingLog()
  const { port, ask } = await startApp(t, { log })
  await ask('/v1/count')
  const answer = await openRaw(port, 'GET /v1/count HTTP/1.1\r\nConnection: close\r\n\r\n').ended
  assert.match(answer, /^HTTP\/1\.1 400 .*application\/problem\+json.*has a header Host/s)
  assert.deepEqual(infos(log), ['info: refused: GET /v1/count from 127.0.0.1: 400 Bad Request'])
})

test('HTTP/1.0 needs no Host, and is answered to the end of the connection', async (t) => {
  const { port } = await startApp(t)
  for (const head of ['', 'Host: a\r\n', 'Host: a\r\n']) {
    const answer = await openRaw(port, `GET /count HTTP/1.0\r\n${head}\r\n`).ended
    assert.match(answer, /^HTTP\/1\.1 200 .*\r\n\r\n1234\n$/s)
    assert.doesNotMatch(answer, /transfer-encoding/i)
  }
})

test('a host that is none is refused as a problem, with the headers of every answer', async (t) => {
  const log = recordingLog()
  const { port } = await startApp(t, { log })
  const ask = (host: string) =>
    openRaw(port, `GET /count HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`).ended
  const hosts = [
    '',
    'a',
    'blog.example.com',
    'a_b.example:8787',
    '[::1]:65535',
    'xn--bcher-kva.example',
  ]
  for (const host of hosts) assert.match(await ask(host), /^HTTP\/1\.1 200 /, host)
  const others = ['a b', 'a:b', 'a:b:c', 'a:99999', '[::1', '::1', ':', 'a@b c', '<', 'a/b', 'a?b']
  for (const host of others) {
    const refused = /^HTTP\/1\.1 400 .*application\/problem\+json.*no address of the bridge/s
    const answer = await ask(host)
    assert.match(answer, refused, host)
    assert.match(answer, /x-content-type-options: nosniff/i)
    assert.match(answer, /access-control-allow-origin: \*/i)
  }
  assert.equal(infos(log)[0], 'info: refused: what is no address: 400 Bad Request')
})
