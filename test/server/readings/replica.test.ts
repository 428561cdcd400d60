import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseBrokerUrl } from '../../../common/mqtt/address.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { recordingLog } from '../../support/log.ts'
import { type Mosquitto, startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { count, known, site, startPublishing } from '../../support/publishing.ts'
import { until } from '../../support/until.ts'

/** A bridge without a database, at the broker. */
function startReplica(t: TestContext, { url }: Pick<Mosquitto, 'url'>, log = recordingLog()) {
  return startTestBridge(t, [], { from: { from: parseBrokerUrl(url, '--from'), id: 'r1' }, log })
}

test('a replica answers as the bridge that reads the database', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(1234, { counts: [count('views', 'today', 8)] }) })
  const replica = await startReplica(t, broker)
  const isThere = async () => (await fetch(`${replica.url}/count`)).ok
  await until('the first answer', isThere)
  assert.equal(await (await fetch(`${replica.url}/count`)).text(), '1234\n')
  const counts = await replica.json<Record<string, unknown>>('/v1/counts')
  assert.deepEqual(
    [counts['site'], counts['source'], counts['why'], counts['timezone']],
    [site, 'wp-statistics', 'the plugin is active', 'Europe/Berlin'],
  )
  assert.deepEqual(await replica.values(), { 'visitors.total': 1234, 'views.today': 8 })
  const series = await replica.json<unknown[]>('/v1/series?days=366')
  assert.ok(series.length >= 2)
  const { stale, age } = await replica.json<{ stale: boolean; age: number }>('/v1/count')
  assert.equal(stale, false)
  assert.ok(age < 10)
  assert.equal((await replica.json<{ status: string }>('/health')).status, 'ok')
})

test('a replica sends a change on at once', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(1) })
  const replica = await startReplica(t, broker)
  await until('the first answer', async () => (await fetch(`${replica.url}/count`)).ok)
  const stream = await fetch(`${replica.url}/v1/events`)
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const hears = async (value: number) => {
    while (!heard.includes(`"value":${value},`)) heard += (await reader?.read())?.value ?? ''
  }
  await hears(1)
  publishing.set({ last: known(2) })
  await hears(2)
  await reader?.cancel()
})

test('a replica has a number with its attributes, before the document of the site goes out again', async (t) => {
  const broker = await startMosquitto(t)
  const { heard } = await subscribe(t, broker, '+/+/site')
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(1) })
  const replica = await startReplica(t, broker)
  await until('the first answer', async () => (await fetch(`${replica.url}/count`)).ok)
  for (const total of [2, 3, 4]) {
    publishing.set({ last: known(total) })
    const startedMs = performance.now()
    const count = async () => (await fetch(`${replica.url}/count`)).text()
    await until(`${total}`, async () => (await count()) === `${total}\n`)
    assert.ok(performance.now() - startedMs < 1000)
  }
  assert.equal(heard.length, 1)
  // Who comes later finds both, too.
  const late = await startReplica(t, broker)
  const text = async () => (await fetch(`${late.url}/count`)).text()
  await until('the newest', async () => (await text()) === '4\n')
})

test('while nothing is known a replica says so, and why in /health', async (t) => {
  const replica = await startReplica(t, { url: 'mqtt://127.0.0.1:1' })
  assert.equal((await fetch(`${replica.url}/count`)).status, 503)
  const health = await replica.json<{ status: string; database: boolean }>('/health')
  assert.deepEqual([health.status, health.database], ['down', false])
})

test('a replica keeps its numbers when the bridge, its database or the broker is away', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(5) })
  const replica = await startReplica(t, broker)
  const stale = async () => (await replica.json<{ stale: boolean }>('/v1/count')).stale
  await until('the first answer', async () => (await fetch(`${replica.url}/count`)).ok)
  publishing.set({ failure: 'the database is away' })
  await until('it is old', stale)
  publishing.set({ failure: undefined, last: known(6) })
  await until('it is new', async () => !(await stale()))
  await publishing.stop()
  await broker.kill()
  assert.equal(await (await fetch(`${replica.url}/count`)).text(), '6\n')
})

test('of several sites the one that the bridge has first is meant, and each can be named', async (t) => {
  const broker = await startMosquitto(t)
  const { client } = await subscribe(t, broker)
  for (const [name, place] of [
    ['a.example', 1],
    ['b.example/blog', 0],
  ] as const) {
    const { prefix: _, ...last } = known(place + 10, { site: name })
    const counts = last.counts.map((each) => ({ ...each, site: name }))
    const topic = `visitor-counter/${encodeURIComponent(name)}/site`
    const payload = JSON.stringify({ ...last, counts, place })
    await client.publishAsync(topic, payload, { qos: 1, retain: true })
  }
  const log = recordingLog()
  const replica = await startReplica(t, broker, log)
  const text = async (path: string) => (await fetch(replica.url + path)).text()
  await until('one is there', async () => (await text('/count?site=a.example')) === '11\n')
  await until('the other is', async () => (await text('/count?site=b.example/blog')) === '10\n')
  assert.equal(await text('/count'), '10\n')
  assert.equal(await text('/count?site=b.example/blog'), '10\n')

  const topic = 'visitor-counter/a.example/site'
  await client.publishAsync(topic, '{"site":"a.example"}', { qos: 1, retain: true })
  await until('it is refused', () => log.lines.some((line) => /no document/.test(line)))
  assert.equal(await text('/count?site=a.example'), '11\n')
  await client.publishAsync(topic, '', { qos: 1, retain: true })
  await until('the site is gone', async () =>
    /there is no site/.test(await text('/count?site=a.example')),
  )
})

test('what is no document of the site whose topic it came by takes nothing from a replica', async (t) => {
  const broker = await startMosquitto(t)
  startPublishing(t, broker.url).set({ last: known(5) })
  const { client } = await subscribe(t, broker)
  const log = recordingLog()
  const replica = await startReplica(t, broker, log)
  await until('the first answer', async () => (await fetch(`${replica.url}/count`)).ok)
  const { prefix: _, ...last } = known(9)
  const zone = 'Nowhere/Never'
  const strange: [reason: RegExp, name: string, document: unknown][] = [
    [/of another site/, 'a.example', { ...last, place: 0 }],
    [/no time zone/, site, { ...last, place: 0, ledger: last.ledger && { ...last.ledger, zone } }],
    [/Invalid JSON/, site, undefined],
  ]
  for (const [reason, name, document] of strange) {
    const payload = JSON.stringify(document) ?? Buffer.from([0xff, 0, 1])
    await client.publishAsync(`visitor-counter/${name}/site`, payload, { qos: 1 })
    await until(`${reason}`, () => log.lines.some((line) => reason.test(line)))
  }
  for (const path of ['/count', '/v1/series', '/']) {
    assert.equal((await fetch(replica.url + path)).status, 200, path)
  }
  assert.equal(await (await fetch(`${replica.url}/count`)).text(), '5\n')
})
