import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { parseBrokerUrl } from '../../../../common/mqtt/address.ts'
import { awtrixNg } from '../../../../server/formats/awtrix-ng.ts'
import { awtrix3 } from '../../../../server/formats/awtrix3.ts'
import { type Clock, clockName, parseClock } from '../../../../server/publish/awtrix/clock.ts'
import { awtrixPublisher } from '../../../../server/publish/awtrix/publisher.ts'
import type { SiteState } from '../../../../server/readings/poller.ts'
import { recordingLog } from '../../../support/log.ts'
import { freePort } from '../../../support/mariadb.ts'
import { startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { count, known } from '../../../support/publishing.ts'
import { until } from '../../../support/until.ts'

const noQuery = {}
for (const [text, clock] of [
  ['mqtt:awtrix_1a2b3c', { at: { prefix: 'awtrix_1a2b3c' }, query: noQuery, icon: undefined }],
  ['mqtt:home/clock/', { at: { prefix: 'home/clock' }, query: noQuery, icon: undefined }],
  [
    'http://192.168.1.30?metric=views&period=today&icon=87',
    {
      at: { url: new URL('http://192.168.1.30') },
      query: { metric: 'views', period: 'today' },
      icon: '87',
    },
  ],
  ['mqtt:', undefined],
  ['mqtt:a b', undefined],
  ['mqtt:a/#', undefined],
  ['192.168.1.30', undefined],
  ['ftp://192.168.1.30', undefined],
  ['http://192.168.1.30?period=week', undefined],
  ['http://192.168.1.30?colour=red', undefined],
] as const) {
  test(`${text} is ${clock === undefined ? 'no clock' : 'a clock'}`, () => {
    assert.deepEqual(parseClock(text), clock)
  })
}

test('the name of a clock has no password', () => {
  const clock = parseClock('http://me:hunter2@192.168.1.30/')
  assert.ok(clock)
  assert.equal(clockName(clock), 'http://192.168.1.30')
})

/** A clock that knows the routes of one version. */
async function startClock(t: TestContext, version: 'awtrix3' | 'ng') {
  const pushed: { readonly route: string; readonly body: unknown; readonly account: unknown }[] = []
  const answers = { status: 200 }
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`
    const own =
      version === 'ng' ? 'PUT /api/v1/apps/pushed/visitors' : 'POST /api/custom?name=visitors'
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (route !== own) return response.writeHead(404).end('FileNotFound')
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      pushed.push({ route, body, account: request.headers.authorization })
      return response.writeHead(answers.status).end('OK')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.closeAllConnections())
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { server, port, pushed, answers }
}

function startPublisher(t: TestContext, clocks: readonly (Clock | undefined)[], broker?: string) {
  const clock = { now: Date.now() }
  const log = recordingLog()
  const sites: SiteState[] = [{ name: undefined, last: known(1234), failure: undefined }]
  const publisher = awtrixPublisher({
    clocks: clocks.flatMap((each) => each ?? []),
    broker: broker
      ? { address: parseBrokerUrl(broker, '--mqtt'), clientId: 'vcAwtrix' }
      : undefined,
    now: () => clock.now,
    random: () => 0.5,
    log,
  })({ sites: () => sites })
  t.after(() => publisher.stop())
  publisher.start()
  const set = (change: Partial<SiteState>) => {
    sites[0] = { name: undefined, last: undefined, failure: undefined, ...sites[0], ...change }
    publisher.update()
  }
  publisher.update()
  return { publisher, clock, log, set }
}

const progress = 23

test('a clock with AWTRIX 3 gets its app, which vanishes three minutes after the bridge', async (t) => {
  const { port, pushed } = await startClock(t, 'awtrix3')
  const at = `http://me:secret@127.0.0.1:${port}?icon=87`
  startPublisher(t, [parseClock(at)])
  await until('the app', () => pushed.length === 1)
  const body = { text: '1234', icon: '87', progress, lifetime: 180, lifetimeMode: 0 }
  const account = `Basic ${Buffer.from('me:secret').toString('base64')}`
  assert.deepEqual(pushed, [{ route: 'POST /api/custom?name=visitors', body, account }])
  const { lifetimeMode: _, ...route } = body
  assert.ok(v.is(awtrix3.document, { ...route, lifetimeMode: 1 }), 'as the route has it')
})

test('a clock with AWTRIX NG gets what it knows, and nothing else', async (t) => {
  const { port, pushed } = await startClock(t, 'ng')
  const { set } = startPublisher(t, [parseClock(`http://127.0.0.1:${port}?period=today`)])
  set({ last: known(1, { counts: [count('visitors', 'today', 8)] }) })
  await until('the app', () => pushed.length === 1)
  const body = { text: '8', progress: 80, lifetimeMs: 180_000, lifetimeExpiry: 'remove' }
  assert.deepEqual(pushed[0]?.body, body)
  const { lifetimeExpiry: _, ...route } = body
  assert.ok(v.is(awtrixNg.document, { ...route, lifetimeExpiry: 'mark' }), 'as the route has it')
})

test('a clock is told each minute, a change after 5 seconds at the earliest, an old number in grey', async (t) => {
  const { port, pushed } = await startClock(t, 'awtrix3')
  const { clock, set } = startPublisher(t, [parseClock(`http://127.0.0.1:${port}`)])
  const texts = () => pushed.map(({ body }) => v.parse(v.looseObject({ text: v.string() }), body))
  await until('the app', () => pushed.length === 1)
  set({ last: known(1235) })
  clock.now += 4000
  set({ last: known(1236) })
  clock.now += 1001
  set({ last: known(1237) })
  await until('the change', () => pushed.length === 2)
  clock.now += 59_000
  set({ last: known(1237, {}, clock.now) })
  clock.now += 1001
  set({ last: known(1237, {}, clock.now) })
  await until('the minute', () => pushed.length === 3)
  clock.now += 5001
  set({ failure: 'the database is away' })
  await until('the grey', () => pushed.length === 4)
  assert.deepEqual(
    texts().map(({ text }) => text),
    ['1234', '1237', '1237', '1237'],
  )
  assert.equal(v.parse(v.looseObject({ color: v.string() }), pushed[3]?.body).color, '#808080')
})

test('of what is not known, and of what another bridge reads, nothing is pushed', async (t) => {
  const { port, pushed } = await startClock(t, 'awtrix3')
  const { set, clock } = startPublisher(t, [parseClock(`http://127.0.0.1:${port}`)])
  await until('the app', () => pushed.length === 1)
  clock.now += 120_000
  set({ isTheirs: true })
  set({ isTheirs: false, last: undefined, failure: 'the database is away' })
  set({ last: known(7, {}, clock.now), failure: undefined })
  await until('the number', () => pushed.length === 2)
})

test('a clock that is away is named once, tried again, and holds no other up', async (t) => {
  const { port, pushed, answers } = await startClock(t, 'awtrix3')
  const near = await startClock(t, 'ng')
  const nobody = await freePort()
  answers.status = 500
  const clocks = [port, near.port, nobody].map((each) =>
    parseClock(`http://me:hunter2@127.0.0.1:${each}`),
  )
  const { clock, log, set, publisher } = startPublisher(t, clocks)
  await until('all were tried', () => log.lines.length === 2 && near.pushed.length === 1)
  assert.deepEqual(publisher.health?.(), { awtrix: '2 of 3 away' })
  clock.now += 61_000
  set({ last: known(1234, {}, clock.now) })
  await until('the second try', () => pushed.length === 2)
  answers.status = 200
  clock.now += 61_000
  set({ last: known(1234, {}, clock.now) })
  await until('it is back', () => log.lines.length === 3)
  const lines = log.lines.join('\n')
  assert.match(
    lines,
    new RegExp(`AWTRIX, http://127.0.0.1:${port}: it refuses it \\(500\\); trying again`),
  )
  assert.match(lines, /: nothing listens there \(ECONNREFUSED\); trying again/)
  assert.match(lines, new RegExp(`AWTRIX, http://127.0.0.1:${port}: all is well again`))
  assert.ok(!lines.includes('hunter2'))
})

test('at a broker both versions find their app, and a clock that comes back is told at once', async (t) => {
  const broker = await startMosquitto(t)
  const { client, heard, newest } = await subscribe(t, broker, 'clock/#')
  startPublisher(t, [parseClock('mqtt:clock')], broker.url)
  await until('the app', () => newest.has('clock/cmd/apps/pushed/visitors'))
  const parsed = (topic: string): unknown => JSON.parse(newest.get(topic) ?? '')
  assert.deepEqual(parsed('clock/custom/visitors'), {
    text: '1234',
    progress,
    lifetime: 180,
    lifetimeMode: 0,
  })
  assert.deepEqual(parsed('clock/cmd/apps/pushed/visitors'), {
    text: '1234',
    progress,
    lifetimeMs: 180_000,
    lifetimeExpiry: 'remove',
  })
  client.publish('clock/state/prefix', 'clock')
  await until('it again', () => heard.filter(({ topic }) => topic.includes('pushed')).length === 2)
  assert.ok(heard.every(({ retained }) => !retained))
})
