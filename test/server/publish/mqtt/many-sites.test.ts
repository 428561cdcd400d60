import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { known, startPublishingAll } from '../../../support/publishing.ts'
import { until } from '../../../support/until.ts'

const named = (name: string) => {
  const last = known(1)
  const counts = last.counts.map((count) => ({ ...count, site: name }))
  return { name: undefined, last: { ...last, site: name, counts }, failure: undefined }
}

for (const sites of [2, 4, 60]) {
  test(`${sites} sites of one process at a broker come online once each, and stay`, async (t) => {
    const broker = await startMosquitto(t)
    const { heard } = await subscribe(t, broker)
    const names = Array.from({ length: sites }, (_, index) => `site${index}.example.com`)
    startPublishingAll(t, broker.url, () => names.map(named))
    const online = () =>
      heard.filter(({ topic, payload }) => topic.endsWith('/status') && payload === 'online')
    await until('all are online', () => online().length >= sites, 20)
    // Longer than a broker takes to throw one off for another, and that one to come again.
    await wait(1500)
    const said = heard.filter(({ topic }) => topic.endsWith('/status'))
    assert.deepEqual(
      said.map(({ topic, payload }) => `${topic} ${payload}`).sort(),
      names.map((name) => `visitor-counter/${name}/status online`).sort(),
    )
  })
}

test('of a site that is gone the reader takes from the broker all that it had retained there, a standby nothing', async (t) => {
  const broker = await startMosquitto(t)
  const { newest } = await subscribe(t, broker)
  const name = 'gone.example.com'
  const options = { discovery: true }
  let isThere = true
  let isThereToo = true
  const reader = startPublishingAll(t, broker.url, () => (isThere ? [named(name)] : []), options)
  const status = () => newest.get(`visitor-counter/${name}/status`)
  await until('it is online', () => status() === 'online')
  const standby = startPublishingAll(
    t,
    broker.url,
    () => (isThereToo ? [named(name)] : []),
    options,
  )
  await until('one stands by', async () => (await standby.bridge.of(name)).leader === 'other')
  // The group has it no more.
  isThereToo = false
  standby.bridge.retire(name)
  await wait(300)
  assert.equal(status(), 'online')
  await standby.publisher.stop()
  const topics = [...newest].filter(
    ([topic, payload]) => payload !== '' && !topic.endsWith('/hello'),
  )
  assert.ok(topics.some(([topic]) => topic.startsWith('homeassistant/device/')))
  isThere = false
  reader.bridge.retire(name)
  await until('all is gone', () => topics.every(([topic]) => newest.get(topic) === ''))
  const late = await subscribe(t, broker)
  await wait(300)
  assert.deepEqual([...late.newest], [])
})

test('a site whose address has changed is published beside what was remembered of the old one', async (t) => {
  const broker = await startMosquitto(t)
  const { heard, newest } = await subscribe(t, broker, '+/+/status')
  let name = 'old.example.com'
  startPublishingAll(t, broker.url, () => [named(name)])
  await until('the old name', () => newest.get(`visitor-counter/${name}/status`) === 'online')
  name = 'new.example.com'
  await until('the new name', () => newest.get(`visitor-counter/${name}/status`) === 'online')
  const before = heard.length
  await wait(1500)
  assert.equal(heard.length, before)
})
