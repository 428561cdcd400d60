import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SiteState } from '../../../server/readings/poller.ts'
import { countSegments, facePaths } from '../../../server/web/face-paths.ts'
import { appWith } from '../../support/app.ts'
import { siteState } from '../../support/site-state.ts'

/** The page of these sites, so many seconds after their reading. */
async function htmlOf(sites: SiteState[], path = '/', seconds?: number) {
  const answer = await appWith(() => sites, seconds).request(path)
  return { answer, html: await answer.text() }
}

test('the digits stand in the HTML, before any script', async () => {
  const { answer, html } = await htmlOf([siteState({ total: 1234, today: 7 })])
  assert.equal(answer.headers.get('content-type'), 'text/html; charset=UTF-8')
  assert.ok(html.includes(facePaths(countSegments(1234)).lit))
  assert.match(html, /<title>Visitors in total · blog\.example\.com<\/title>/)
  assert.match(
    html,
    /Everybody counts once a day, robots do not count. Counted by WP Statistics. <span[^>]*>Read 3 seconds ago.</,
  )
  assert.match(html, /data-count="visitors\.today" value="7">7</)
})

const numbers: [value: number, digits: number][] = [
  [0, 6],
  [999, 6],
  [9_999_999, 7],
  [2 ** 31, 10],
  [Number.MAX_SAFE_INTEGER, 16],
]
for (const [value, digits] of numbers) {
  test(`${value} stands there whole, on ${digits} digits`, async () => {
    const segments = countSegments(value)
    assert.equal(segments.length, digits)
    const { html } = await htmlOf([siteState({ total: value })])
    assert.ok(html.includes(facePaths(segments).lit))
  })
}

test('an old number has the status sign, and the page says why', async () => {
  const { html } = await htmlOf([siteState({ total: 1234 })], '/', 600)
  assert.ok(html.includes(facePaths(countSegments(1234).with(-1, 0b1011_0011)).lit))
  assert.match(html, /An old number, read 10 minutes ago\./)
})

test('before the first reading there are dashes and no zero', async () => {
  const { answer, html } = await htmlOf([{ name: undefined, last: undefined, failure: undefined }])
  assert.equal(answer.status, 200)
  assert.ok(html.includes(facePaths(Array.from({ length: 6 }, () => 1)).lit))
  assert.match(html, /The counter waits for the first number of the database\./)
  assert.match(html, /&quot;readings&quot;:\[\]/)
})

test('metric and period choose the number, the site is chosen from a list', async () => {
  const sites = [siteState({ total: 1234, today: 7 }), siteState({ total: 55 }, 'shop')]
  assert.match((await htmlOf(sites, '/?period=today')).html, /aria-label="7"/)
  const { html } = await htmlOf(sites, '/?site=shop')
  assert.match(html, /aria-label="55"/)
  assert.match(html, /<option value="shop" selected>/)
  assert.doesNotMatch((await htmlOf([siteState()])).html, /<select/)
})

test('the kiosk is the face alone', async () => {
  const { html } = await htmlOf([siteState()], '/?kiosk')
  assert.match(html, /<body class="kiosk"/)
  assert.match(html, /<h2 id="label">Visitors in total<\/h2>\s*<p id="site">blog.example.com</)
  assert.doesNotMatch(html, /<table|<ul|<select/)
})

test('a name from a database is text, never markup', async () => {
  const { html } = await htmlOf([siteState({ total: 1 }, '"><script>alert(1)</script>')])
  assert.doesNotMatch(html, /<script>alert/)
})

test('the policy lets nothing in, and the page needs nothing else', async () => {
  const { answer, html } = await htmlOf([siteState()])
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.doesNotMatch(html, / style=| on[a-z]+=|<style/)
  const [absolute, ...others] = html.match(/https?:\/\/[^"]*/g) ?? []
  assert.deepEqual([absolute, others], ['http://localhost/preview.png', []], 'for previews')
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(
    ([, address]) => address ?? '',
  )
  assert.ok(
    addresses.every((address) => /^(assets\/|\?)/.test(address)),
    'all are relative',
  )
})

test('all of the page is under 70 KB, and what it loads can be kept for ever', async () => {
  const app = appWith([siteState()])
  const html = await (await app.request('/')).text()
  let bytes = gzipSync(html).length
  const assets = [...html.matchAll(/"(assets\/[^"]+)"/g)].map(([, address]) => `/${address}`)
  assert.equal(assets.length, 5)
  for (const address of assets) {
    const answer = await app.request(address, { headers: { 'Accept-Encoding': 'br, gzip' } })
    assert.equal(answer.status, 200)
    const isPicture = address.endsWith('.png')
    assert.equal(answer.headers.get('content-encoding'), isPicture ? null : 'gzip')
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/)
    bytes += (await answer.arrayBuffer()).byteLength
    const plain = await app.request(address)
    assert.equal(plain.headers.get('content-encoding'), null)
  }
  assert.ok(bytes < 70_000, `${bytes} bytes`)
  assert.equal((await app.request('/assets/page-0000000000.js')).status, 404)
})

test('who does not take gzip gets the text as it is', async () => {
  const app = appWith([siteState()])
  const [, name] = /"(assets\/page[^"]+\.js)"/.exec(await (await app.request('/')).text()) ?? []
  const encodings: [accepted: string, encoding: string | null][] = [
    ['gzip', 'gzip'],
    ['br;q=1.0, gzip;q=0.5', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip;q=0', null],
    ['gzip;q=0, identity', null],
    ['deflate, gzip;q=0.000', null],
    ['br', null],
    ['', null],
  ]
  for (const [accepted, encoding] of encodings) {
    const { headers } = await app.request(`/${name}`, { headers: { 'Accept-Encoding': accepted } })
    assert.equal(headers.get('content-encoding'), encoding, accepted)
    assert.equal(headers.get('vary'), 'Accept-Encoding')
  }
})
