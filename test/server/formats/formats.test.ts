import assert from 'node:assert/strict'
import { test } from 'node:test'
import { milestonePercent, milestonesAround } from '../../../server/formats/milestone.ts'
import { shortText } from '../../../server/formats/short.ts'
import { appWith, count, healthy, known, nothing } from '../../support/app.ts'
import { parseExposition } from '../../support/exposition.ts'
import { recordingLog } from '../../support/log.ts'

const withTotal = (value: number) => {
  const counts = [count('visitors', 'total', value), count('views', 'total', 5678)]
  return { ...healthy, last: { ...known, counts } }
}
const stale = { ...healthy, failure: 'gone' }

async function documentOf(app: ReturnType<typeof appWith>, path: string) {
  return JSON.parse(await (await app.request(path)).text())
}

test('Smiirl is held at its most, which the log says once and /health as long as it lasts', async () => {
  const log = recordingLog()
  let state = withTotal(99_999)
  const app = appWith(() => [state], 3, log)
  const health = async () => (await documentOf(app, '/health')).remarks
  assert.deepEqual(await documentOf(app, '/smiirl'), { number: 99_999 })
  assert.equal(await health(), undefined)

  state = withTotal(100_000)
  assert.deepEqual(await documentOf(app, '/smiirl'), { number: 99_999 })
  state = withTotal(123_456)
  assert.deepEqual(await documentOf(app, '/smiirl?digits=5'), { number: 99_999 })
  const remark =
    'blog.example.com: visitors.total is past what a Smiirl with 5 digits can show, which is held at 99999'
  assert.equal(await health(), remark)
  assert.deepEqual(log.lines, [`warn: ${remark}`])
  assert.deepEqual(await documentOf(app, '/smiirl?digits=7'), { number: 123_456 })

  state = withTotal(7)
  assert.deepEqual(await documentOf(app, '/smiirl'), { number: 7 })
  assert.equal(await health(), undefined)
})

test('LaMetric gets the count, the way to the next round number, and the days', async () => {
  const { frames } = await documentOf(appWith(withTotal(34_640)), '/lametric?short=1&icon=i3219')
  assert.deepEqual(frames, [
    { icon: 'i3219', text: '34.6k' },
    { icon: 'i3219', goalData: { start: 20_000, end: 50_000, current: 34_640 } },
    { icon: 'i3219', chartData: [4, 0, 2, 7] },
  ])
  const noDays = { ...healthy, last: { ...known, ledger: undefined } }
  assert.equal((await documentOf(appWith(noDays), '/lametric')).frames.length, 2)
})

test('AWTRIX 3 marks a number in red after three pushes that did not come', async () => {
  assert.deepEqual(await documentOf(appWith(withTotal(34_640)), '/awtrix3?every=20&icon=2867'), {
    text: '34640',
    icon: '2867',
    progress: 48,
    lifetime: 60,
    lifetimeMode: 1,
  })
  assert.equal((await documentOf(appWith(stale), '/awtrix3')).color, '#808080')
})

test('AWTRIX NG has its own names for the same, in milliseconds', async () => {
  assert.deepEqual(await documentOf(appWith(withTotal(34_640)), '/awtrix-ng'), {
    text: '34640',
    progress: 48,
    lifetimeMs: 180_000,
    lifetimeExpiry: 'mark',
  })
  assert.equal((await documentOf(appWith(stale), '/awtrix-ng')).textColor, '#808080')
})

test('badges mark an old number', async () => {
  const badge = await documentOf(appWith(withTotal(34_640)), '/badge.json?period=total')
  assert.deepEqual(badge, {
    schemaVersion: 1,
    label: 'visitors in total',
    message: '34,640',
    color: 'blue',
    cacheSeconds: 300,
  })
  assert.equal((await documentOf(appWith(stale), '/badge.json')).color, 'lightgrey')
  const svg = await (await appWith(stale).request('/badge.svg')).text()
  assert.match(svg, /<title>Visitors in total: 1,234 \(old\)<\/title>/)
})

test('the lit segments of the badge are those of its digits', async () => {
  const litSegments = async (value: number) => {
    const svg = await (await appWith(withTotal(value)).request('/badge.svg')).text()
    const lit = [...svg.matchAll(/ d="([^"]*)"/g)].at(-1)?.[1] ?? ''
    return lit.split('Z').length - 1
  }
  // Segments of 0 to 9, as everybody draws them.
  const bars = [6, 2, 5, 5, 4, 5, 6, 3, 7, 6]
  for (const value of [0, 1234, 567_890, 2 ** 53 - 1]) {
    const wanted = [...String(value)].reduce((sum, digit) => sum + (bars[Number(digit)] ?? 0), 0)
    assert.equal(await litSegments(value), wanted, String(value))
  }
})

test('an old number is not told to Prometheus, but that it is old', async () => {
  const samples = async (state: Parameters<typeof appWith>[0], path = '/metrics') =>
    parseExposition(await (await appWith(state).request(path)).text())
      // Of the states of a site, the one that it is in.
      .filter(({ name, value }) => !name.endsWith('_site_state') || value === '1')
      .map(
        ({ name, labels, value }) =>
          `${name.replace('wordpress_visitors', '')} ${labels['site']} ${labels['metric'] ?? labels['state'] ?? ''} ${value}`,
      )
  const at = Date.parse('2026-10-15T12:00:00Z') / 1000
  const newest = '_newest_day_timestamp_seconds'
  const newestAt = Date.parse('2026-10-15T00:00:00Z') / 1000
  const site = 'blog.example.com'
  const durations = [`_query_duration_seconds ${site} visitors 0.002`]
  const shop = { ...known, site: 'a"b\\c\nd', counts: [] }
  assert.deepEqual(
    await samples([
      { ...healthy, last: { ...known, counts: [count('visitors', 'total', 5)] } },
      { name: undefined, last: shop, failure: 'gone' },
    ]),
    [
      ...[` ${site} visitors 5`, ...durations],
      ...[`_up ${site}  1`, '_up a"b\\c\nd  0'],
      ...[`_site_state ${site} ok 1`, '_site_state a"b\\c\nd away 1'],
      `_last_success_timestamp_seconds ${site}  ${at}`,
      ...[`${newest} ${site}  ${newestAt}`, `${newest} a"b\\c\nd  ${newestAt}`],
    ],
  )
  const last = { ...known, counts: [count('visitors', 'total', 5)] }
  assert.deepEqual(await samples({ ...healthy, last, failure: 'gone' }), [
    ...[...durations, `_up ${site}  0`, `_site_state ${site} away 1`],
    ...[`_last_success_timestamp_seconds ${site}  ${at}`, `${newest} ${site}  ${newestAt}`],
  ])
  assert.deepEqual(await samples({ ...nothing, name: 'blog' }), [
    ...['_up blog  0', '_site_state blog waiting 1'],
  ])
})

test('Prometheus is told when the plugin has last counted anybody', async () => {
  const none = { visitors: 0, views: 0 }
  const ledger = {
    zone: 'UTC',
    openFrom: '2026-10-15',
    days: { '2026-10-12': { visitors: 1, views: 2 }, '2026-10-13': none },
    older: none,
    base: none,
  }
  const last = { ...known, ledger, open: [{ day: '2026-10-15', ...none }] }
  const text = await (await appWith({ ...healthy, last }).request('/metrics')).text()
  const newest = parseExposition(text).filter(({ name }) => name.includes('newest_day'))
  assert.deepEqual(
    newest.map(({ name, labels, value }) => [name, labels['site'], Number(value)]),
    [
      [
        'wordpress_visitors_newest_day_timestamp_seconds',
        'blog.example.com',
        Date.parse('2026-10-12T00:00:00Z') / 1000,
      ],
    ],
  )
})

test('a parameter that a format does not take is refused with what it takes', async () => {
  const cases: [path: string, allowed: string[]][] = [
    ['/smiirl?digits=6', ['5', '7']],
    ['/lametric?short=yes', ['0', '1']],
    ['/lametric?icon=%3Cscript%3E', ['numbers of LaMetric icons']],
    ['/awtrix3?every=0', ['a number of seconds from 1 to 99999']],
    ['/awtrix-ng?icon=a/b', ['names of icons that are on the device']],
    ['/badge.svg?style=round', ['led', 'flat']],
    ['/badge.json?metric=likes', ['visitors', 'views']],
    ['/metrics?site=other', ['blog.example.com']],
  ]
  for (const [path, allowed] of cases) {
    assert.deepEqual((await documentOf(appWith(healthy), path)).allowed, allowed, path)
  }
})

test('a format is not sent again to one who has it', async () => {
  const etag = (await appWith(healthy).request('/smiirl')).headers.get('etag') ?? ''
  const again = await appWith(healthy).request('/smiirl', { headers: { 'If-None-Match': etag } })
  assert.equal(again.status, 304)
})

test('short numbers are cut downwards and have at most six characters', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [999, '999'],
    [1000, '1k'],
    [1099, '1k'],
    [34_690, '34.6k'],
    [999_999, '999.9k'],
    [9_999_999, '9.9M'],
    [2 ** 31, '2.1G'],
    [2 ** 53 - 1, '9P'],
  ]
  for (const [value, text] of cases) assert.equal(shortText(value), text)
})

test('a milestone is passed when it is reached', () => {
  const cases: [number, number, number][] = [
    [0, 0, 10],
    [9, 0, 10],
    [10, 10, 20],
    [1999, 1000, 2000],
    [2000, 2000, 5000],
    [2 ** 53 - 1, 5e15, 1e16],
  ]
  for (const [value, start, end] of cases) {
    assert.deepEqual(milestonesAround(value), { start, end })
    assert.ok(milestonePercent(value) >= 0 && milestonePercent(value) < 100)
  }
})
