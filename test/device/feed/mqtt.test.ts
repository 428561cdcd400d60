import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { parseBrokerUrl } from '../../../common/mqtt/address.ts'
import type { FeedAnswer } from '../../../device/feed/answer.ts'
import { type MqttFeedOptions, mqttFeed } from '../../../device/feed/mqtt.ts'
import { start } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { recordingLog, silent } from '../../support/log.ts'
import { type Mosquitto, startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { count, known, site, startPublishing } from '../../support/publishing.ts'
import { until } from '../../support/until.ts'

/** A feed of the total, and what it has answered. */
function listen(t: TestContext, { url }: Mosquitto, options: Partial<MqttFeedOptions> = {}) {
  const answers: FeedAnswer[] = []
  const feed = mqttFeed(
    {
      address: parseBrokerUrl(url, '--mqtt'),
      clientId: `t${randomBytes(8).toString('hex')}`,
      site: undefined,
      readings: [['visitors', 'total']],
      now: Date.now,
      random: () => 0.5,
      log: silent,
      ...options,
    },
    (answer) => answers.push(answer),
  )
  feed.start()
  t.after(() => feed.stop())
  return { answers, last: () => answers.at(-1) }
}

test('a retained number is as old as its attributes say, one that comes is new', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  const watched = await subscribe(t, broker)
  publishing.set({ last: known(100, {}, Date.now() - 5000) })
  await until('it is online', () => [...watched.newest.values()].includes('online'))
  const { last } = listen(t, broker)
  await until('the number', () => last()?.value === 100)
  const age = last()?.ageSeconds ?? 0
  assert.ok(age >= 5 && age < 60, `${age} s`)
  publishing.set({ last: known(101) })
  await until('the next', () => last()?.value === 101)
  assert.ok((last()?.ageSeconds ?? 60) < 5)
  await until('it is vouched for', () => last()?.stale === false)
})

test('the age of a number comes from when it was read; where the clock is wrong from when it came', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  const hourMs = 3_600_000
  const behind = listen(t, broker, { now: () => Date.now() - 50 * 365 * 24 * hourMs })
  const ahead = listen(t, broker, { now: () => Date.now() + hourMs })
  publishing.set({ last: known(100, {}, Date.now() - 4000) })
  for (const { last } of [behind, ahead]) {
    await until('the number', () => last()?.value === 100 && last()?.stale === false)
    assert.ok((last()?.ageSeconds ?? 60) < 30, `${last()?.ageSeconds} s`)
  }
})

test('a number is old when its bridge or the database is gone, and new when they are back', async (t) => {
  const broker = await startMosquitto(t)
  const { last } = listen(t, broker)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(7) })
  await until('the number', () => last()?.value === 7 && last()?.stale === false)
  publishing.set({ failure: 'the database is away' })
  await until('it is old', () => last()?.stale === true)
  publishing.set({ last: known(7), failure: undefined })
  await until('it is new', () => last()?.stale === false)
  await publishing.stop()
  await until('it is old again', () => last()?.stale === true)
  assert.equal(last()?.value, 7)
})

test('the number goes on after the broker was away', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(7) })
  const { last } = listen(t, broker)
  await until('the number', () => last()?.value === 7)
  await broker.kill()
  await broker.start()
  publishing.set({ last: known(8) })
  await until('the next', () => last()?.value === 8, 30)
})

test('of several sites none is guessed; the one that is named is shown', async (t) => {
  const broker = await startMosquitto(t)
  for (const [name, total] of [
    ['one.example', 1],
    ['two.example/blog', 2],
  ] as const) {
    const { client } = await subscribe(t, broker)
    const topic = `visitor-counter/${encodeURIComponent(name)}/visitors/total`
    await client.publishAsync(topic, String(total), { qos: 1, retain: true })
  }
  const log = recordingLog()
  const { answers } = listen(t, broker, { log })
  const { last } = listen(t, broker, { site: 'two.example/blog' })
  await until('the named one', () => last()?.value === 2)
  await until('a warning', () => log.lines.some((line) => line.includes('--site')))
  assert.match(log.lines.join(), /one\.example, two\.example\/blog/)
  assert.deepEqual(answers, [])
})

test('where a plugin has no visitors its views are shown, and what is no number never', async (t) => {
  const broker = await startMosquitto(t)
  const { client } = await subscribe(t, broker)
  const publish = (payload: string) =>
    client.publishAsync(`visitor-counter/${site}/views/total`, payload, { qos: 1, retain: true })
  const log = recordingLog()
  const readings = [
    ['visitors', 'total'],
    ['views', 'total'],
  ] as const
  const { answers, last } = listen(t, broker, { readings, log })
  await publish('12')
  await until('the views', () => last()?.value === 12)
  for (const payload of ['-1', '12 visitors', '9007199254740993', '']) await publish(payload)
  await publish('13')
  await until('the next', () => last()?.value === 13)
  assert.deepEqual(
    answers.filter(({ value }) => value !== 12 && value !== 13),
    [],
  )
  assert.match(log.lines.join('\n'), /expected are digits/)
})

test('a desk shows what the broker says', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(1234, { counts: [count('views', 'total', 9)] }) })
  const desk = await startDesk(t)
  start(t, [
    ...['device', '--feed', 'mqtt', '--mqtt', broker.url],
    ...['--board', `tcp:127.0.0.1:${desk.board.port}`],
  ])
  await until('the number', () => desk.text() === '    1234', 30)
})

/** Has the broker keep messages, as a bridge would. */
async function publisher(t: TestContext, broker: Mosquitto) {
  const { client } = await subscribe(t, broker)
  return (topic: string, payload: string) =>
    client.publishAsync(topic, payload, { qos: 1, retain: true })
}

test('a number that its broker has lost is shown as old, until it is heard again', async (t) => {
  const broker = await startMosquitto(t)
  const publish = await publisher(t, broker)
  const topic = 'visitor-counter/lost/visitors/total'
  const { last } = listen(t, broker)
  await publish(topic, '41')
  await until('the number', () => last()?.value === 41 && last()?.stale === undefined)
  // It comes back without what it had retained.
  await broker.kill()
  await broker.forget()
  await broker.start()
  await until('it is old', () => last()?.value === 41 && last()?.stale === true)
  await publish(topic, '41')
  await until('it is heard again', () => last()?.value === 41 && last()?.stale === undefined)
})

test('a reading that is withdrawn is old, or another takes its place', async (t) => {
  const broker = await startMosquitto(t)
  const publish = await publisher(t, broker)
  const visitors = 'visitor-counter/gone/visitors/total'
  const views = 'visitor-counter/gone/views/total'
  const { last } = listen(t, broker, {
    readings: [
      ['visitors', 'total'],
      ['views', 'total'],
    ],
  })
  await publish(visitors, '12')
  await publish(views, '30')
  await until('the number', () => last()?.value === 12)
  await publish(visitors, '')
  await until('the other', () => last()?.value === 30 && last()?.stale === undefined)
  await publish(views, '')
  await until('it is old', () => last()?.value === 30 && last()?.stale === true)
})

test('a number that its bridge has not confirmed for two and a half minutes is old', async (t) => {
  const broker = await startMosquitto(t)
  const publish = await publisher(t, broker)
  const topic = 'visitor-counter/dumb/visitors/total'
  let passedMs = 0
  const { answers, last } = listen(t, broker, { now: () => Date.now() + passedMs })
  const attributes = () =>
    JSON.stringify({ asOf: new Date(Date.now() + passedMs).toISOString(), stale: false })
  await publish(topic, '5')
  await publish(`${topic}/attributes`, attributes())
  await until('the number', () => last()?.stale === false)
  const heard = async (what: string) => {
    const before = answers.length
    await publish(topic, '5')
    await until(what, () => answers.length > before)
    return last()?.stale
  }
  passedMs = 149_000
  assert.equal(await heard('an answer'), false)
  passedMs = 151_000
  assert.equal(await heard('an answer'), true)
  await publish(`${topic}/attributes`, attributes())
  await until('it is confirmed', () => last()?.stale === false)
})

test('a number that nothing is said of is confirmed each 15 s while the broker is there', async (t) => {
  const broker = await startMosquitto(t)
  const publish = await publisher(t, broker)
  await publish('visitor-counter/quiet/visitors/total', '5')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { answers, last } = listen(t, broker)
  await until('the number', () => {
    t.mock.timers.tick(100)
    return last()?.value === 5
  })
  for (let confirmed = 0; confirmed < 3; confirmed += 1) {
    const before = answers.length
    t.mock.timers.tick(14_999)
    assert.equal(answers.length, before)
    t.mock.timers.tick(1)
    assert.equal(answers.length, before + 1)
  }
})
