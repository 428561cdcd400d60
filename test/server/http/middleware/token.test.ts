import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { bearer, tokenCheck } from '../../../../server/http/middleware/token.ts'
import { ProblemDocument } from '../../../../server/http/problem.ts'
import { openAccess, startApp } from '../../../support/app.ts'
import { recordingLog } from '../../../support/log.ts'
import { openRaw } from '../../../support/raw.ts'

const token = 's3cret/token'
const access = { ...openAccess, token }
const path = `/t/${encodeURIComponent(token)}`
const asBearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } })

test('with a token set every route but /health wants it', async (t) => {
  const log = recordingLog()
  const { ask } = await startApp(t, { access, log })
  const routes = ['/count', '/v1/count', '/v1/events', '/', '/metrics', '/nothing', '/health/x']
  for (const route of routes) {
    const refused = await ask(route)
    assert.equal(refused.status, 401, route)
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer realm="visitor-counter"')
    for (const shown of [await ask(route, asBearer(token)), await ask(path + route)]) {
      assert.equal(shown.status, /nothing|x$/.test(route) ? 404 : 200, route)
      await shown.body?.cancel()
    }
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

test('a wrong token has no part in what is kept for the right one', async (t) => {
  const { ask } = await startApp(t, { access })
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await ask('/count', asBearer(token))).status, 200)
    assert.equal((await ask(`${path}/count`)).status, 200)
    assert.equal((await ask('/count', asBearer('wrong'))).status, 401)
    assert.equal((await ask('/count')).status, 401)
    assert.equal((await ask('/t/wrong/count')).status, 401)
  }
})

test('a refusal is problem+json, and one plain line for /count', async (t) => {
  const { ask } = await startApp(t, { access })
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

test('however an address is spelled, without the token it leads to /health or nowhere', async (t) => {
  const { port } = await startApp(t, { access })
  const spellings = [
    ...['//health', '/health/', '/%68ealth', '/health/../count', '/./health', '/HEALTH', '//'],
    ...['/health;x', '/health%3f', '/health#x', '/count#/health', 'http://a/count', '/t/%/count'],
    ...['/count?/health', '/health/%2e%2e/count', '/%2fhealth', '/health\\..\\count', '*'],
  ]
  for (const spelling of spellings) {
    const answer = await openRaw(
      port,
      `GET ${spelling} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    ).ended
    assert.match(
      answer,
      /^HTTP\/1\.1 40[01] |^HTTP\/1\.1 200 .*"status":"ok","database"/s,
      spelling,
    )
  }
})

test('what is under the secret path tells nobody where it was', async (t) => {
  const { ask } = await startApp(t, { access })
  for (const route of ['/', '/count', '/count']) {
    assert.equal((await ask(path + route)).headers.get('referrer-policy'), 'no-referrer')
  }
})

for (const odd of ['a%20b', 'ü?#&=', '%', '/t/', '..', 'a b']) {
  test(`a token may be ${odd}`, async (t) => {
    const { ask } = await startApp(t, { access: { ...access, token: odd } })
    const segment = encodeURIComponent(odd).replaceAll('.', '%2E')
    const { status } = await ask(`/t/${segment}/count`)
    // A path of dots is another path before it is sent: such a token goes into the header.
    assert.equal(status, odd === '..' ? 401 : 200)
    if (/^[\x21-\x7e]+$/.test(odd)) assert.equal((await ask('/count', asBearer(odd))).status, 200)
  })
}

const authorizations: [header: string | undefined, token: string | undefined][] = [
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['BEARER a+/=.-_~', 'a+/=.-_~'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Bearer a b', undefined],
  ['abc', undefined],
  [undefined, undefined],
]
for (const [header, token] of authorizations) {
  test(`Authorization: ${header} shows ${token}`, () => {
    assert.equal(bearer(header), token)
  })
}

test('only the token itself is the token', () => {
  const isToken = tokenCheck('s3cret')
  assert.equal(isToken('s3cret'), true)
  for (const other of ['', 's3cre', 's3cret ', 'S3cret', 's3crets', undefined]) {
    assert.equal(isToken(other), false)
  }
})
