import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTarget } from '../../../../server/http/middleware/base-path.ts'
import { openAccess, startApp } from '../../../support/app.ts'

const targets: [target: string, basePath: string, route: string, shown?: string][] = [
  ['/count', '', '/count'],
  ['/count?site=a', '', '/count'],
  ['/', '', '/'],
  ['/counter/count', '/counter', '/count'],
  ['/counter/', '/counter', '/'],
  ['/counter', '/counter', ''],
  ['/counter?kiosk', '/counter', ''],
  ['/count', '/counter', '/count'],
  ['/counterfeit', '/counter', '/counterfeit'],
  ['/counter/counter/count', '/counter', '/counter/count'],
  ['/t/s3cret/count', '', '/count', 's3cret'],
  ['/t/s3cret/', '', '/', 's3cret'],
  ['/t/s3cret', '', '', 's3cret'],
  ['/t/s3cret?kiosk', '', '', 's3cret'],
  ['/t//count', '', '/count', ''],
  ['/t/a%2Fb/count', '', '/count', 'a%2Fb'],
  ['/counter/t/s3cret/count', '/counter', '/count', 's3cret'],
  ['/t/s3cret/t/other/count', '', '/t/other/count', 's3cret'],
  ['/T/s3cret/count', '', '/T/s3cret/count'],
]
for (const [target, basePath, route, shown] of targets) {
  test(`${target} under ${basePath || '/'} leads to ${route || 'nothing yet'}`, () => {
    const request = new Request(`http://a${target}`)
    assert.deepEqual(parseTarget(request, { basePath, token: 'x' }), { route, shown })
  })
}

test('without a token /t/ means nothing', () => {
  const request = new Request('http://a/t/x/count')
  const expected = { route: '/t/x/count', shown: undefined }
  assert.deepEqual(parseTarget(request, { basePath: '', token: undefined }), expected)
})

test('the secret path leads to a page whose relative addresses work', async (t) => {
  const token = 's3cret/token'
  const cors = ['https://a.example']
  const access = { ...openAccess, token, basePath: '/counter', cors }
  const { ask, url } = await startApp(t, { access })
  const path = `/t/${encodeURIComponent(token)}`
  for (const start of [path, `/counter${path}`]) {
    const redirect = await ask(`${start}?kiosk`)
    assert.equal(redirect.status, 308)
    const location = new URL(redirect.headers.get('location') ?? '', `${url}${start}?kiosk`)
    assert.equal(location.pathname + location.search, `${start}/?kiosk`)
    assert.match(await (await ask(location.pathname + location.search)).text(), /class="kiosk"/)
  }
  assert.equal((await ask('/t/wrong')).status, 401)
})

test('behind a proxy the base path may be there or cut off', async (t) => {
  const cors = ['https://a.example']
  const access = { ...openAccess, basePath: '/counter', cors }
  const { ask } = await startApp(t, { access })
  for (const route of ['/counter/count', '/count']) {
    assert.equal(await (await ask(route)).text(), '1234\n')
  }
})

test('the way into the page has the headers of every answer', async (t) => {
  const access = { ...openAccess, basePath: '/counter', cors: ['https://a.example'] }
  const { ask } = await startApp(t, { access })
  const { headers } = await ask('/counter', { headers: { Origin: 'https://a.example' } })
  assert.equal(headers.get('location'), './counter/')
  assert.equal(headers.get('vary'), 'Origin')
  assert.equal(headers.get('access-control-allow-origin'), 'https://a.example')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
})
