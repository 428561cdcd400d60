import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { commonHeaders, type GuardSettings, guard, openness } from '../../../server/http/guard.ts'
import { listen } from '../../../server/http/listen.ts'
import { ProblemDocument } from '../../../server/http/problem.ts'
import { Refusals } from '../../../server/http/refusals.ts'
import { recordingLog } from '../../support/log.ts'
import { openRaw } from '../../support/raw.ts'
import { until } from '../../support/until.ts'

const token = 's3cret/token'
const path = `/t/${encodeURIComponent(token)}`

/** A server behind the guard whose answer is the address that came through it. */
async function startGuarded(t: TestContext, settings: Partial<GuardSettings> = {}) {
  const log = recordingLog()
  const entries: unknown[] = []
  const refusals = new Refusals(log, () => 0)
  const listener = guard(
    {
      token: undefined,
      basePath: '',
      cors: ['*'],
      trustedProxies: [],
      ...settings,
      refusals,
      monotonic: () => 0,
      log: { ...log, debug: (entry: unknown) => void entries.push(entry) },
    },
    (request, response) =>
      response.writeHead(200, commonHeaders(settings.cors ?? ['*'])).end(request.url),
  )
  const http = await listen(listener, { host: '127.0.0.1', port: 0, refusals })
  t.after(() => http.close())
  const ask = (route: string, init?: RequestInit) =>
    fetch(http.url + route, { redirect: 'manual', ...init })
  return { ...http, ask, log, entries }
}

const asBearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } })

test('with a token set every route but /health wants it', async (t) => {
  const { ask, log } = await startGuarded(t, { token })
  const routes = ['/count', '/v1/count', '/v1/events', '/', '/metrics', '/nothing', '/health/x']
  for (const route of routes) {
    const refused = await ask(route)
    assert.equal(refused.status, 401, route)
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer realm="visitor-counter"')
    assert.equal((await ask(route, asBearer(token))).status, 200, route)
    assert.equal(await (await ask(path + route)).text(), route)
    const wrong = await ask(route, asBearer('wrong'))
    assert.equal(wrong.status, 401)
    assert.match(wrong.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    assert.equal((await ask(`/t/wrong${route}`)).status, 401)
  }
  for (const route of ['/health', '/health?x=1', '/t/wrong/health']) {
    assert.equal((await ask(route)).status, 200, route)
  }
  assert.match(
    log.lines[0] ?? '',
    /^info: refused: GET \/count from 127\.0\.0\.1: 401 Unauthorized$/,
  )
})

test('a refusal is problem+json, and one plain line for /count', async (t) => {
  const { ask } = await startGuarded(t, { token })
  const document = await ask('/v1/count')
  assert.equal(document.headers.get('content-type'), 'application/problem+json')
  assert.deepEqual(v.parse(ProblemDocument, await document.json()), {
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail:
      'the bridge wants its token: as header "Authorization: Bearer <token>", or in the path as /t/<token>/count',
  })
  for (const route of ['/count', '/count?period=today', '/t/wrong/count']) {
    const line = await ask(route)
    assert.match(line.headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(await line.text(), /^[^{\n]+\n$/)
  }
})

test('spellings that a router could take for another route do not get past the token', async (t) => {
  const { port } = await startGuarded(t, { token })
  const spellings = [
    ...['//health', '/health/', '/%68ealth', '/health/../count', '/./health', '/HEALTH'],
    ...['/health;x', '/health%3f', '/health#x', 'http://a/count', '/t/%/count', '*', '//'],
  ]
  for (const spelling of spellings) {
    const { ended } = openRaw(
      port,
      `GET ${spelling} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    assert.match(await ended, /^HTTP\/1\.1 40[01] /, spelling)
  }
})

test('the secret path leads to a page whose relative addresses work', async (t) => {
  const { ask, url } = await startGuarded(t, { token, basePath: '/counter' })
  for (const start of [path, `/counter${path}`]) {
    const redirect = await ask(`${start}?kiosk`)
    assert.equal(redirect.status, 308)
    const location = new URL(redirect.headers.get('location') ?? '', `${url}${start}?kiosk`)
    assert.equal(location.pathname + location.search, `${start}/?kiosk`)
    assert.equal(await (await ask(location.pathname + location.search)).text(), '/?kiosk')
  }
  assert.equal((await ask('/t/wrong')).status, 401)
})

test('behind a proxy the base path may be there or cut off', async (t) => {
  const { ask } = await startGuarded(t, { basePath: '/counter' })
  for (const route of ['/counter/count', '/count']) {
    assert.equal(await (await ask(route)).text(), '/count')
  }
  assert.equal((await ask('/counter')).headers.get('location'), './counter/')
})

test('the bridge is only read', async (t) => {
  const { ask, port } = await startGuarded(t, { token })
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
    const answer = await ask('/count', { method, ...asBearer(token) })
    assert.equal(answer.status, 405, method)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
    const { allowed } = v.parse(ProblemDocument, await (await ask('/v1/count', { method })).json())
    assert.deepEqual(allowed, ['GET', 'HEAD', 'OPTIONS'])
  }
  const { ended } = openRaw(port, 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(await ended, /^HTTP\/1\.1 405 /)
  const head = await ask('/count', { method: 'HEAD', ...asBearer(token) })
  assert.deepEqual([head.status, await head.text()], [200, ''])
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
    const { port } = await startGuarded(t)
    const { ended } = openRaw(port, `${head}\r\nHost: a\r\n\r\n${body}`)
    const answer = await ended
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `))
    assert.match(answer, /\r\nConnection: close\r\n/)
  })
}

test('an address or a header without end is refused', async (t) => {
  const { ask, port } = await startGuarded(t)
  assert.equal((await ask(`/count?site=${'a'.repeat(1900)}`)).status, 200)
  assert.equal((await ask(`/count?site=${'a'.repeat(3000)}`)).status, 414)
  const many = Array.from({ length: 150 }, (_, index) => `X-${index}: 1\r\n`).join('')
  assert.match(
    await openRaw(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${many}\r\n`).ended,
    /^HTTP\/1\.1 431 /,
  )
})

test('an answer says nothing of what made it, and may stand in a frame', async (t) => {
  const { ask } = await startGuarded(t, { token })
  const { headers } = await ask('/count', asBearer(token))
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal((await ask('/count')).headers.get('x-content-type-options'), 'nosniff')
  assert.equal((await ask(`${path}/`)).headers.get('referrer-policy'), 'no-referrer')
  for (const name of ['server', 'x-powered-by', 'via', 'x-frame-options']) {
    assert.equal(headers.get(name), null, name)
  }
})

const origins: [cors: string[], origin: string, allowed: string | null, vary: string | null][] = [
  [['*'], 'https://a.example', '*', null],
  [[], 'https://a.example', null, null],
  [['https://a.example', 'https://b.example'], 'https://b.example', 'https://b.example', 'Origin'],
  [['https://a.example'], 'https://evil.example', null, 'Origin'],
]
for (const [cors, origin, allowed, vary] of origins) {
  test(`of the origins ${cors.join(' ') || 'none'}, ${origin} may ${allowed ?? 'not'}`, async (t) => {
    const { ask } = await startGuarded(t, { cors, token })
    const { headers } = await ask('/count', { headers: { Origin: origin } })
    assert.equal(headers.get('access-control-allow-origin'), allowed)
    assert.equal(headers.get('vary'), vary)
    const preflight = await ask('/count', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('allow'), 'GET, HEAD, OPTIONS')
    assert.equal(
      preflight.headers.get('access-control-allow-headers'),
      allowed === null ? null : 'Authorization, If-None-Match',
    )
  })
}

test('a request is one line of the log at debug, without the token', async (t) => {
  const { ask, entries, log } = await startGuarded(t, {
    token,
    trustedProxies: [{ address: '127.0.0.0', bits: 8 }],
  })
  const { headers } = asBearer(token)
  await (await ask(`${path}/count?site=a`)).text()
  await (await ask('/v1/count', { headers: { ...headers, 'X-Forwarded-For': '192.0.2.9' } })).text()
  await (await ask(`/count?token=${token}`)).text()
  await until('three lines', () => entries.length === 3)
  assert.deepEqual(entries, [
    { method: 'GET', path: '/t/…/count?site=a', status: 200, ms: 0, client: '127.0.0.1' },
    { method: 'GET', path: '/v1/count', status: 200, ms: 0, client: '192.0.2.9' },
    { method: 'GET', path: '/count?token=…', status: 401, ms: 0, client: '127.0.0.1' },
  ])
  assert.ok(!JSON.stringify([entries, log.lines]).includes('s3cret'))
})

const hosts: [host: string, token: string | undefined, level: string, text: RegExp][] = [
  ['127.0.0.1', undefined, 'info', /only this machine can ask; --host 0\.0\.0\.0 opens/],
  ['::1', undefined, 'info', /only this machine/],
  [
    'localhost',
    token,
    'info',
    /only this machine and proxies on it can ask, and must bring the token/,
  ],
  ['0.0.0.0', undefined, 'warn', /can read the counts; --token keeps out/],
  ['192.168.1.5', undefined, 'warn', /at 192\.168\.1\.5/],
  ['::', token, 'info', /who bring the token; without https/],
]
for (const [host, given, level, text] of hosts) {
  test(`at ${host} ${given === undefined ? 'without' : 'with'} a token: ${level}`, () => {
    const said = openness(host, given)
    assert.equal(said.level, level)
    assert.match(said.text, text)
    assert.ok(!said.text.includes(token))
  })
}
