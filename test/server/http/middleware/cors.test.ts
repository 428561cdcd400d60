import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAccess, startApp } from '../../../support/app.ts'

const token = 's3cret'

test('an answer says nothing of what made it, and may stand in a frame', async (t) => {
  const { ask } = await startApp(t, { access: { ...openAccess, token } })
  const { headers } = await ask('/t/s3cret/count')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal((await ask('/count')).headers.get('x-content-type-options'), 'nosniff')
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
    const { ask } = await startApp(t, { access: { ...openAccess, cors, token } })
    const routes = [
      '/count',
      '/t/s3cret/count',
      '/t/s3cret/count',
      '/health',
      '/t/s3cret/v1/events',
    ]
    for (const route of routes) {
      const { headers, body } = await ask(route, { headers: { Origin: origin } })
      await body?.cancel()
      assert.equal(headers.get('access-control-allow-origin'), allowed, route)
      const exposed = allowed === null ? null : 'Age, Counter-Stale, ETag'
      assert.equal(headers.get('access-control-expose-headers'), exposed, route)
      assert.equal(headers.get('vary'), vary, route)
      // A shared cache gives what it has kept of one origin, or of none, to another.
      const without = await ask(route)
      await without.body?.cancel()
      assert.equal(without.headers.get('vary'), vary, route)
    }
    const preflight = await ask('/count', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('allow'), 'GET, HEAD, OPTIONS')
    assert.equal(preflight.headers.get('vary'), vary)
    assert.equal(
      preflight.headers.get('access-control-allow-headers'),
      allowed === null ? null : 'Authorization, If-None-Match',
    )
  })
}

test('what an answer varies by is named beside what all answers vary by', async (t) => {
  const { ask } = await startApp(t, { access: { ...openAccess, cors: ['https://a.example'] } })
  const [, asset] = /"(assets\/[^"]+)"/.exec(await (await ask('/')).text()) ?? []
  assert.equal((await ask(`/${asset}`)).headers.get('vary'), 'Origin, Accept-Encoding')
})
