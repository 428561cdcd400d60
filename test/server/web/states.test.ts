import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counting } from '../../../server/readings/counting.ts'
import type { SiteState } from '../../../server/readings/poller.ts'
import { appWith, healthy, known, nothing, openAccess, startApp } from '../../support/app.ts'

/** The page without its tags, as a reader of a language has it. */
async function wordsOf(state: SiteState, language = 'en', seconds = 3): Promise<string> {
  const headers = { 'Accept-Language': language }
  const answer = await appWith(state, seconds).request('/', { headers })
  return (await answer.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
}

const secret = "Access denied for user 'counter'@'10.0.0.7'"
const away = { failure: 'connect ECONNREFUSED 10.0.0.5', failureKind: 'away' as const }
const refused = { failure: secret, failureKind: 'refused' as const }
const progress = counting({ done: 3_100_000, of: 12_000_000, what: 'rows' })

const states: [name: string, state: SiteState, en: RegExp, de: RegExp][] = [
  [
    'still counting, with progress',
    { ...nothing, counting: progress },
    /Still counting what there was before: 3,100,000 of 12,000,000, 25%\./,
    /wird noch gezählt: 3\.100\.000 von 12\.000\.000, 25\s%\./,
  ],
  [
    'away, since when',
    { ...healthy, ...away },
    /The database has not answered since Oct 15, 2026, 2:00\sPM\. This is the last number\./,
    /Die Datenbank antwortet seit 15\.10\.2026, 14:00 nicht\. Das ist die letzte Zahl\./,
  ],
  [
    'away from the beginning',
    { ...nothing, ...away },
    /The database does not answer; there is no number yet\./,
    /Die Datenbank antwortet nicht; noch gibt es keine Zahl\./,
  ],
  [
    'refused, with the class of the reason',
    { ...healthy, ...refused },
    /The database refuses the login\. Cannot be read since Oct 15, 2026, 2:00\sPM\./,
    /Die Datenbank lehnt die Anmeldung ab\. Seit 15\.10\.2026, 14:00 nicht lesbar\./,
  ],
  [
    'no plugin to read',
    { ...nothing, failure: 'no plugin', failureKind: 'wordpress' },
    /There is no WordPress or no statistics plugin to read\./,
    /Es gibt kein WordPress oder kein Statistik-Plugin/,
  ],
]
for (const [name, state, en, de] of states) {
  test(`the page says: ${name}`, async () => {
    assert.match(await wordsOf(state), en)
    assert.match(await wordsOf(state, 'de'), de)
    assert.doesNotMatch(await wordsOf(state), /10\.0\.0\.|counter'@/, 'to nobody the exact cause')
  })
}

test('the page says since when a plugin counts nobody any more', async () => {
  const seconds = 40 * 86_400
  const fresh = new Date(Date.parse('2026-10-15T12:00:00Z') + seconds * 1000).toISOString()
  const counts = known.counts.map((each) => ({ ...each, asOf: fresh }))
  const state = { ...healthy, last: { ...known, counts } }
  const words = await wordsOf(state, 'en', seconds)
  assert.match(words, /WP Statistics has counted nobody since Thu, Oct 15, so these numbers stand/)
})

test('the exact cause is told on this machine, or to who has shown the token', async (t) => {
  const sites = () => [{ ...healthy, ...refused }]
  const { ask } = await startApp(t, { sites })
  const cause = /The cause: Access denied for user &#39;counter&#39;@&#39;10\.0\.0\.7&#39;/
  assert.match(await (await ask('/')).text(), cause)
  assert.match(await (await ask('/health')).text(), /"cause":"Access denied/)
  assert.doesNotMatch(await (await ask('/?kiosk')).text(), /Access denied/, 'on no wall')
  for (const headers of [
    { 'X-Forwarded-For': '203.0.113.9' },
    { Forwarded: 'for=203.0.113.9' },
    { Via: '1.1 proxy' },
  ]) {
    assert.doesNotMatch(await (await ask('/', { headers })).text(), /Access denied/)
    const health = await (await ask('/health', { headers })).text()
    assert.doesNotMatch(health, /Access denied/)
    assert.match(health, /"state":"refused".*"reason":"refused"/)
  }

  const token = 'a-token'
  const guarded = await startApp(t, { sites, access: { ...openAccess, token } })
  assert.match(await (await guarded.ask(`/t/${token}/`)).text(), cause)
  const headers = { Authorization: `Bearer ${token}` }
  assert.match(await (await guarded.ask('/health', { headers })).text(), /"cause":"Access denied/)
  const unseen = await (await guarded.ask('/health')).text()
  assert.doesNotMatch(unseen, /sites|blog\.example\.com|Access denied/)
})

test('a browser without the token is asked for it, everybody else gets problem+json', async (t) => {
  const token = 'a/token'
  const { ask } = await startApp(t, { access: { ...openAccess, token, basePath: '/counter' } })
  const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Accept-Language': 'de' }
  const bases: [path: string, base: string][] = [
    ['/counter/', './'],
    ['/counter', './counter/'],
    ['/counter/v1/count', '../'],
    ['/counter/t/wrong/', '../../'],
    ['/counter/t/wrong/v1/count', '../../../'],
  ]
  for (const [path, base] of bases) {
    const answer = await ask(path, { headers: browser })
    assert.equal(answer.status, 401, path)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    const html = await answer.text()
    assert.ok(html.includes(`data-base="${base}"`), `${path}: ${base}`)
    assert.equal(html.includes('Das ist nicht das Token dieses Zählers.'), path.includes('wrong'))
    assert.doesNotMatch(html, /wrong/)
  }
  for (const accept of ['*/*', 'application/json', 'text/plain, text/html-not']) {
    const answer = await ask('/counter/', { headers: { Accept: accept } })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  }
})

test('an answer depends on the language, and says so', async (t) => {
  const { ask } = await startApp(t, {})
  const page = async (language: string, query = '') => {
    const answer = await ask(`/${query}`, { headers: { 'Accept-Language': language } })
    assert.match(answer.headers.get('vary') ?? '', /Accept-Language/)
    return answer.text()
  }
  assert.match(await page('de'), /<html lang="de" data-locale="de"[\s\S]*Besucher insgesamt/)
  assert.match(await page('en'), /<html lang="en" data-locale="en"[\s\S]*Visitors in total/)
  assert.match(await page('en', '?lang=fr'), /<html lang="fr"[\s\S]*Visiteurs au total/)
  assert.match(await page('ar-EG'), /<html lang="en" data-locale="ar-EG"[\s\S]*١٬٢٣٤/)
  // The other documents are the same for everybody.
  const json = async (language: string) =>
    (await ask('/v1/count', { headers: { 'Accept-Language': language } })).text()
  assert.equal(await json('de'), await json('ja'))
})

test('a parameter of the page that is none is refused with what it takes', async () => {
  const app = appWith(healthy)
  const cases: [query: string, words: RegExp][] = [
    ['days=31', /days=31: allowed are 7, 30, 90, 365/],
    ['color=pink', /color=pink: allowed are red, green, blue, white, amber/],
    ['show=likes', /show=likes: allowed are visitors or views, a point and total, today/],
    ['dwell=1x', /dwell=1x: allowed are a time from 1s to 1h/],
    ['dim=7-9', /dim=7-9: allowed are two times of the day/],
    ['show=visitors.online', /wp-statistics does not count metric=visitors period=online/],
  ]
  for (const [query, words] of cases) {
    const { detail } = (await (await app.request(`/?${query}`)).json()) as { detail: string }
    assert.match(detail, words)
  }
})
