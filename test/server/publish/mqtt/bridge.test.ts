import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBrokerUrl } from '../../../../common/mqtt/address.ts'
import { MqttBridge } from '../../../../server/publish/mqtt/bridge.ts'
import { startDemoBridge } from '../../../support/bridge.ts'
import { connectFleet } from '../../../support/fleet.ts'
import { recordingLog } from '../../../support/log.ts'
import { startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { count, known, site, startPublishing } from '../../../support/publishing.ts'
import { startTcp } from '../../../support/tcp-server.ts'
import { until } from '../../../support/until.ts'

const base = `visitor-counter/${site}`
const total = `${base}/visitors/total`

test('who subscribes later finds the digits, the attributes and the status', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(1234, { counts: [count('views', 'today', 8)] }) })
  const early = await subscribe(t, broker)
  await until('it is online', () => early.newest.get(`${base}/status`) === 'online')

  const { newest, heard } = await subscribe(t, broker)
  await until('all is there', () => newest.size === 8)
  assert.ok(heard.every(({ retained }) => retained))
  assert.equal(newest.get(total), '1234')
  assert.equal(newest.get(`${base}/views/today`), '8')
  assert.equal(newest.get(`${base}/database`), 'online')
  const attributes = JSON.parse(newest.get(`${total}/attributes`) ?? '')
  const { asOf, ...rest } = attributes
  assert.ok(Math.abs(Date.parse(asOf) - Date.now()) < 60_000)
  assert.deepEqual(rest, {
    value: 1234,
    metric: 'visitors',
    period: 'total',
    site,
    source: 'wp-statistics',
    unit: 'visitor-days',
    bots: 'excluded',
    stale: false,
    label: 'Visitors in total',
    everyMs: 5000,
  })
})

test('of what is not known nothing is published, and a number outlives its database', async (t) => {
  const broker = await startMosquitto(t)
  const { newest, heard } = await subscribe(t, broker)
  const log = recordingLog()
  const publishing = startPublishing(t, broker.url, { log })
  publishing.set({ last: undefined, failure: 'the database is away' })
  // Long enough ago that a round that fails is not the first one.
  const readMs = Date.now() - 11_000
  publishing.set({ last: known(55, { counts: [] }, readMs), failure: undefined })
  await until('it is online', () => newest.get(`${base}/status`) === 'online')
  publishing.set({ failure: 'the database is away' })
  const attributes = () => JSON.parse(newest.get(`${total}/attributes`) ?? '{}')
  await until('the attributes are stale', () => attributes().stale === true)
  await until('the database is offline', () => newest.get(`${base}/database`) === 'offline')
  assert.equal(newest.get(total), '55')
  assert.deepEqual(
    heard.filter(({ topic }) => topic === total).map(({ payload }) => payload),
    ['55'],
  )
})

test('a round that failed makes the readings stale, and the database offline only when more do', async (t) => {
  const broker = await startMosquitto(t)
  const { newest, heard } = await subscribe(t, broker)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(55) })
  await until('it is online', () => newest.get(`${base}/status`) === 'online')
  publishing.set({ failure: 'the database is away' })
  const attributes = () => JSON.parse(newest.get(`${total}/attributes`) ?? '{}')
  await until('the attributes are stale', () => attributes().stale === true)
  publishing.set({ last: known(56), failure: undefined })
  await until('it is well again', () => attributes().value === 56)
  assert.ok(
    heard.every(({ topic, payload }) => topic !== `${base}/database` || payload === 'online'),
  )
})

test('what a plugin does not count any more is taken from the broker', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  const { newest } = await subscribe(t, broker)
  publishing.set({ last: known(5, { counts: [count('views', 'total', 9)] }) })
  await until('views are there', () => newest.get(`${base}/views/total`) === '9')
  publishing.set({ last: known(5) })
  await until('views are gone', () => newest.get(`${base}/views/total`) === '')
  assert.equal(newest.get(`${base}/views/total/attributes`), '')
  assert.equal(newest.get(total), '5')
})

test('a subscriber with a session gets what changed while the broker was away, and nothing twice', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  const { heard } = await subscribe(t, broker, total, { clean: false, clientId: 'session' })
  for (const value of [1, 2, 3]) publishing.set({ last: known(value) })
  await until('the third', () => heard.some(({ payload }) => payload === '3'))
  await broker.stop()
  for (const value of [4, 5]) publishing.set({ last: known(value) })
  await broker.start()
  await until('the fifth', () => heard.some(({ payload }) => payload === '5'), 20)
  for (const value of [6, 7]) publishing.set({ last: known(value) })
  await until('the seventh', () => heard.some(({ payload }) => payload === '7'), 20)
  // What comes again under QoS 1 is marked; a new subscription brings the retained one.
  const once = heard.filter(({ duplicate, retained }) => !duplicate && !retained)
  const values = once.map(({ payload }) => Number(payload))
  assert.deepEqual(
    values,
    [...new Set(values)].sort((a, b) => a - b),
  )
  assert.deepEqual(values.slice(-3), [5, 6, 7])
})

test('a broker that has forgotten gets everything again', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url, { discovery: true })
  publishing.set({ last: known(77) })
  const first = await subscribe(t, broker)
  await until('it is online', () => first.newest.get(`${base}/status`) === 'online')
  await broker.kill()
  await broker.forget()
  await broker.start()
  const { newest } = await subscribe(t, broker)
  await until('all is there again', () => newest.size === first.newest.size, 20)
  assert.deepEqual([...newest.keys()].sort(), [...first.newest.keys()].sort())
  assert.equal(newest.get(total), '77')
})

test('a bridge that is stopped says so, and one that stands by reads within three seconds', async (t) => {
  const broker = await startMosquitto(t)
  const { heard } = await subscribe(t, broker)
  const [first, second] = [startPublishing(t, broker.url), startPublishing(t, broker.url)]
  first.set({ last: known(5) })
  const statuses = () =>
    heard.filter(({ topic }) => topic === `${base}/status`).map(({ payload }) => payload)
  await until('the first is online', () => statuses().includes('online'))
  second.set({ last: known(5) })
  assert.equal((await second.bridge.of(site)).leader, 'other')
  await first.stop()
  await until('the second reads', async () => (await second.bridge.of(site)).leader === 'us', 3)
  await until('it is online', () => statuses().length === 3)
  assert.deepEqual(statuses(), ['online', 'offline', 'online'])
})

test('all of many displays have a change within a second', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(0) })
  await publishing.bridge.of(site)
  const fleet = await connectFleet(broker.port, total, 200)
  t.after(() => fleet.end())
  const last: number[] = []
  for (let change = 1; change <= 5; change += 1) {
    const latencies = await fleet.follow(String(change), () =>
      publishing.set({ last: known(change) }),
    )
    last.push(latencies.at(-1) ?? 0)
  }
  t.diagnostic(`the last of 200 displays after ${last.map(Math.round).join(', ')} ms`)
  assert.ok(Math.min(...last) < 1000)
})

test('an end does not wait for a broker that takes connections and says nothing', async (t) => {
  let isAsked = false
  const { port } = await startTcp(t, () => {
    isAsked = true
  })
  const leaderships = new MqttBridge({
    address: parseBrokerUrl(`mqtt://127.0.0.1:${port}`, '--mqtt'),
    homeAssistant: undefined,
    id: 'r1',
    now: Date.now,
    random: () => 0,
    log: recordingLog(),
  })
  const controller = new AbortController()
  const { signal } = controller
  const publishers = [leaderships.publisher.bind(leaderships)]
  const starting = startDemoBridge(t, { leaderships, publishers, signal })
  await until('it is asked', () => isAsked)
  controller.abort()
  const { url } = await starting
  const { mqtt } = (await (await fetch(`${url}/health`)).json()) as { mqtt: string }
  assert.equal(mqtt, 'undecided')
  assert.deepEqual(await leaderships.of('a site that nobody has asked for'), { leader: 'us' })
})
