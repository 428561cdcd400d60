import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SiteState } from '../../server/readings/poller.ts'
import { appWith, asOf, count, healthy, known, nothing } from '../support/app.ts'
import { recordingLog } from '../support/log.ts'

test('/count is the digits and a newline, visitors in total by default', async () => {
  const answer = await appWith(healthy).request('/count')
  assert.equal(answer.headers.get('content-type'), 'text/plain; charset=UTF-8')
  assert.equal(await answer.text(), '1234\n')
})

test('metric and period choose the reading', async () => {
  const app = appWith(healthy)
  assert.equal(await (await app.request('/count?period=today')).text(), '7\n')
  assert.equal(await (await app.request('/count?metric=views')).text(), '5678\n')
  assert.equal(await (await app.request('/count?site=blog.example.com')).text(), '1234\n')
})

test('where a plugin has no visitors the default is its views', async () => {
  const last = { ...known, counts: [count('views', 'total', 382)] }
  assert.equal(await (await appWith({ ...healthy, last }).request('/count')).text(), '382\n')
})

test('/v1/count is the reading with its label and age', async () => {
  const answer = await appWith(healthy).request('/v1/count?period=today')
  assert.deepEqual(await answer.json(), {
    value: 7,
    metric: 'visitors',
    period: 'today',
    site: 'blog.example.com',
    source: 'wp-statistics',
    unit: 'visitor-days',
    bots: 'excluded',
    asOf,
    stale: false,
    label: 'Visitors today',
    age: 3,
  })
  assert.equal(answer.headers.get('age'), '3')
})

test('/v1/counts has all that the source offers, and why it was chosen', async () => {
  const document = (await (await appWith(healthy).request('/v1/counts')).json()) as {
    site: string
    source: string
    why: string
    timezone: string
    counts: { value: number }[]
  }
  const { counts, ...rest } = document
  assert.deepEqual(rest, {
    site: 'blog.example.com',
    source: 'wp-statistics',
    why: 'the plugin is active',
    timezone: 'Europe/Berlin',
    plugin: { newest: '2026-10-15' },
  })
  assert.deepEqual(
    counts.map(({ value }) => value),
    [1234, 7, 5678],
  )
})

test('a reading older than twice the interval is stale, and one whose last round failed', async () => {
  const stale = async (state: SiteState, seconds: number) => {
    const document = await (await appWith(state, seconds).request('/v1/count')).json()
    return [(document as { stale: boolean }).stale, (document as { age: number }).age]
  }
  assert.deepEqual(await stale(healthy, 10), [false, 10])
  assert.deepEqual(await stale(healthy, 11), [true, 11])
  assert.deepEqual(await stale({ ...healthy, failure: 'gone' }, 1), [true, 1])
})

test('an unchanged number is answered with 304 and its new age, a changed one is not', async () => {
  for (const path of ['/count', '/v1/count', '/v1/counts']) {
    const etag = (await appWith(healthy, 1).request(path)).headers.get('etag') ?? ''
    const again = await appWith(healthy, 4).request(path, { headers: { 'If-None-Match': etag } })
    assert.equal(again.status, 304)
    assert.equal(again.headers.get('age'), '4')
    assert.equal(await again.text(), '')
    const counts = [count('visitors', 'total', 1235)]
    const changed = await appWith({ ...healthy, last: { ...known, counts } }).request(path, {
      headers: { 'If-None-Match': etag },
    })
    assert.equal(changed.status, 200)
  }
})

test('If-None-Match is compared weakly, also as one of several tags', async () => {
  const app = appWith(healthy)
  const etag = (await app.request('/v1/count')).headers.get('etag') ?? ''
  assert.match(etag, /^W\/"[\w-]+"$/)
  const status = async (tag: string) =>
    (await app.request('/v1/count', { headers: { 'If-None-Match': tag } })).status
  for (const tag of [etag, etag.slice(2), `"a", ${etag}`, `"a" ,${etag.slice(2)},W/"b"`, '*']) {
    assert.equal(await status(tag), 304, tag)
  }
  for (const tag of [etag.slice(3, -1), 'W/"a"', '', `"${etag}"`]) {
    assert.equal(await status(tag), 200, tag)
  }
})

test('a 304 has the headers of the answer that it stands for, but for its type', async () => {
  const { headers } = await appWith(healthy).request('/v1/count')
  const again = await appWith(healthy).request('/v1/count', { headers: { 'If-None-Match': '*' } })
  headers.delete('Content-Type')
  assert.deepEqual([...again.headers], [...headers])
})

test('no date of a change is told, so If-Modified-Since has nothing to be held against', async () => {
  const answer = await appWith(healthy).request('/v1/count', {
    headers: { 'If-Modified-Since': new Date(asOf).toUTCString() },
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('last-modified'), null)
})

test('every document of a reading says its age and whether it is stale, also a bare array', async () => {
  for (const path of ['/count', '/v1/count', '/v1/counts', '/v1/series', '/smiirl', '/metrics']) {
    const of = async (state: SiteState, seconds: number) => {
      const { headers } = await appWith(state, seconds).request(path)
      return [headers.get('age'), headers.get('counter-stale')]
    }
    assert.deepEqual(await of(healthy, 4), ['4', 'false'], path)
    assert.deepEqual(await of(healthy, 60), ['60', 'true'], path)
    assert.deepEqual(await of({ ...healthy, failure: 'gone' }, 4), ['4', 'true'], path)
  }
})

test('a fault of a route is 500 and in the log, without a word of it to the client', async () => {
  const log = recordingLog()
  const broken = () => {
    throw new Error('s3cret')
  }
  for (const path of ['/v1/count', '/count', '/health', '/']) {
    const answer = await appWith(broken, 3, log).request(path)
    assert.equal(answer.status, 500, path)
    assert.match(await answer.text(), /^(\{.*)?this is a fault of the bridge/)
    assert.match(log.lines.at(-1) ?? '', new RegExp(`^error: GET ${path} failed$`))
  }
})

test('before the first reading the answer is 503 with Retry-After, never 0', async () => {
  const app = appWith(nothing)
  const answer = await app.request('/count')
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '5')
  assert.equal(await answer.text(), 'nothing has been read yet\n')
})

test('a refusal is problem+json that names what is allowed', async () => {
  const app = appWith(healthy)
  const problem = async (path: string) => {
    const answer = await app.request(path)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    return answer.json()
  }
  assert.deepEqual(await problem('/v1/count?period=hour'), {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'period=hour: allowed are total, today, yesterday, last7days, last30days, online',
    allowed: ['total', 'today', 'yesterday', 'last7days', 'last30days', 'online'],
  })
  assert.deepEqual(await problem('/v1/count?metric=views&period=today'), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail:
      'wp-statistics does not count metric=views period=today; it has visitors.total, visitors.today, views.total',
    allowed: ['visitors.total', 'visitors.today', 'views.total'],
  })
  assert.deepEqual(await problem('/v1/count?site=other'), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'there is no site=other; there are blog.example.com',
    allowed: ['blog.example.com'],
  })
  assert.equal(((await problem('/nothing')) as { status: number }).status, 404)
})

test('a refusal of /count is one plain line', async () => {
  const answer = await appWith(healthy).request('/count?metric=likes')
  assert.equal(answer.status, 400)
  assert.equal(await answer.text(), 'metric=likes: allowed are visitors, views\n')
})

test('/health is ok, degraded or down, and names each site with its state', async () => {
  const health = async (state: SiteState) => {
    const answer = await appWith(state).request('/health')
    return [answer.status, await answer.json()]
  }
  const name = 'blog.example.com'
  assert.deepEqual(await health(healthy), [
    200,
    {
      status: 'ok',
      database: true,
      age: 3,
      sites: { [name]: { status: 'ok', state: 'ok', age: 3 } },
    },
  ])
  const away = { status: 'degraded', state: 'away', age: 3, since: asOf, reason: 'away' }
  assert.deepEqual(await health({ ...healthy, failure: 'gone' }), [
    200,
    { status: 'degraded', database: false, age: 3, sites: { [name]: away } },
  ])
  const down = { status: 'down', state: 'refused', age: null, reason: 'refused' }
  assert.deepEqual(await health({ ...nothing, failure: 'no', failureKind: 'refused' }), [
    503,
    { status: 'down', database: false, age: null, sites: { '': down } },
  ])
})

test('/v1/series has one point a day of the site, empty days as 0, and nothing before the first', async () => {
  const app = appWith(healthy)
  assert.deepEqual(await (await app.request('/v1/series?days=5')).json(), [
    { time: '2026-10-12T00:00:00+02:00', value: 4 },
    { time: '2026-10-13T00:00:00+02:00', value: 0 },
    { time: '2026-10-14T00:00:00+02:00', value: 2 },
    { time: '2026-10-15T00:00:00+02:00', value: 7 },
  ])
  const views = await (await app.request('/v1/series?days=2&metric=views')).json()
  assert.deepEqual(
    (views as { value: number }[]).map(({ value }) => value),
    [3, 8],
  )
})

test('where an empty day may only be an unknown one it is left out', async () => {
  const last = { ...known, emptyDays: 'unknown' as const }
  const points = await (await appWith({ ...healthy, last }).request('/v1/series?days=5')).json()
  assert.equal((points as unknown[]).length, 3)
})

test('/v1/series refuses what is no number of days, and a plugin without days', async () => {
  const detail = async (state: SiteState, path: string) =>
    ((await (await appWith(state).request(path)).json()) as { detail: string }).detail
  for (const days of ['0', '733', 'x', '-1', '1.5']) {
    assert.equal(
      await detail(healthy, `/v1/series?days=${days}`),
      `days=${days}: allowed are a number of days from 1 to 732`,
    )
  }
  const last = { ...known, ledger: undefined }
  assert.match(await detail({ ...healthy, last }, '/v1/series'), /keeps no days/)
})

test('of several sites the first is meant by default, and one being away leaves the others', async () => {
  const shop = {
    ...known,
    site: 'shop',
    counts: [{ ...count('visitors', 'total', 55), site: 'shop' }],
  }
  const app = appWith([
    { name: 'away', last: undefined, failure: 'gone' },
    healthy,
    { name: 'shop', last: shop, failure: undefined },
  ])
  const text = async (path: string) => (await app.request(path)).text()
  assert.equal((await app.request('/count')).status, 503)
  assert.equal((await app.request('/count?site=away')).status, 503)
  assert.equal(await text('/count?site=blog.example.com'), '1234\n')
  assert.equal(await text('/count?site=shop'), '55\n')
  assert.equal(
    await text('/count?site=x'),
    'there is no site=x; there are away, blog.example.com, shop\n',
  )
  const health = await app.request('/health')
  assert.deepEqual(
    [health.status, await health.json()],
    [
      200,
      {
        status: 'degraded',
        database: false,
        age: 3,
        sites: {
          'blog.example.com': { status: 'ok', state: 'ok', age: 3 },
          shop: { status: 'ok', state: 'ok', age: 3 },
          away: { status: 'down', state: 'away', age: null, reason: 'away' },
        },
      },
    ],
  )
})

test('a path with dots in it is the path that it comes to', async () => {
  for (const path of ['/./count', '/../count', '/v1/../count', '/%2e%2e/count']) {
    assert.equal((await appWith(healthy).request(path)).status, 200, path)
  }
})
