import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { periods } from '../../../../reading.ts'
import { homeAssistant as open } from '../../../../server/publish/mqtt/home-assistant.ts'
import { DiscoveryDocument, discoveryTopic } from '../../../support/home-assistant.ts'
import { startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { count, known, site, startPublishing } from '../../../support/publishing.ts'
import { until } from '../../../support/until.ts'

const homeAssistant = open('1.2.3')
const counts = periods.flatMap((period) => [
  ...(period === 'total' ? [] : [count('visitors', period, 1)]),
  ...(period === 'online' ? [] : [count('views', period, 2)]),
])

/** The documents that are sent, parsed by Home Assistant's rules. */
function documents(last = known(10, { counts }), before?: string) {
  const retained = new Map(before === undefined ? [] : [[homeAssistant.topic(last.site), before]])
  const state = { name: undefined, last, failure: undefined }
  return homeAssistant.messages(state, retained).map(({ topic, payload }) => {
    assert.match(topic, discoveryTopic)
    return v.parse(v.pipe(v.string(), v.parseJson(), DiscoveryDocument), payload)
  })
}

test('the discovery document is what Home Assistant takes', () => {
  const [document, ...more] = documents()
  assert.deepEqual(more, [])
  const components = Object.entries(document?.components ?? {})
  assert.equal(components.length, 12)
  const ids = components.map(([, component]) => 'unique_id' in component && component.unique_id)
  assert.equal(new Set(ids).size, 12)
})

test('the statistics of Home Assistant take each period for what it is', () => {
  const { components = {} } = documents()[0] ?? {}
  const classes = periods.map((period) => {
    const component = components[`visitors_${period}`]
    return [period, component && 'state_class' in component ? component.state_class : undefined]
  })
  assert.deepEqual(Object.fromEntries(classes), {
    total: 'total',
    today: 'total_increasing',
    yesterday: 'measurement',
    last7days: 'measurement',
    last30days: 'measurement',
    online: 'measurement',
  })
})

test('an entity is available while the bridge and its database are', () => {
  const [document] = documents()
  assert.equal(document?.availability_mode, 'all')
  assert.deepEqual(
    document?.availability.map(({ topic }) => topic),
    [`visitor-counter/${site}/status`, `visitor-counter/${site}/database`],
  )
})

test('a device names its version, and its site to visit where that has an address', () => {
  const visit = (address: string | undefined) =>
    documents(known(1, { address }))[0]?.device.configuration_url
  assert.equal(visit('https://example.com/blog'), 'https://example.com/blog')
  for (const address of [undefined, '', 'example.com', 'javascript:alert(1)']) {
    assert.equal(visit(address), undefined)
  }
  const [document] = documents()
  assert.deepEqual([document?.device.sw_version, document?.origin.sw_version], ['1.2.3', '1.2.3'])
})

test('no entity expires while its number holds, and what changes each minute is off by default', () => {
  const { components = {} } = documents()[0] ?? {}
  for (const component of Object.values(components)) assert.ok(!('expire_after' in component))
  const off = Object.entries(components).filter(
    ([, component]) => 'enabled_by_default' in component && !component.enabled_by_default,
  )
  assert.deepEqual(
    off.map(([name]) => name),
    ['last_read'],
  )
})

test('an entity that is no longer counted is removed, and then forgotten', () => {
  const before = JSON.stringify(documents()[0])
  const [removal, rest] = documents(known(10), before)
  assert.deepEqual(removal?.components['views_total'], { platform: 'sensor' })
  assert.ok('unique_id' in (removal?.components['visitors_total'] ?? {}))
  assert.deepEqual(Object.keys(rest?.components ?? {}), ['visitors_total', 'last_read'])
})

test('sites whose names differ only in what an id cannot have are two devices', () => {
  const names = ['example.com/a', 'example.com.a', 'example.com:a', 'bücher.example', '😀.example']
  const ids = names.map((name) => documents(known(1, { site: name }))[0]?.device.identifiers[0])
  assert.equal(new Set(ids).size, names.length)
})

test('the document is sent again after Home Assistant has started', async (t) => {
  const broker = await startMosquitto(t)
  const publishing = startPublishing(t, broker.url, { discovery: true })
  publishing.set({ last: known(1) })
  const topic = homeAssistant.topic(site)
  const { client, heard } = await subscribe(t, broker)
  const documents = () => heard.filter((each) => each.topic === topic).length
  await until('the document', () => documents() === 1)
  await until('it is online', () => heard.some(({ payload }) => payload === 'online'))
  await client.publishAsync('homeassistant/status', 'online', { qos: 1, retain: true })
  await until('the document again', () => documents() === 2)
  const values = heard.filter((each) => each.topic.endsWith('/visitors/total'))
  assert.equal(values.length, 1)
})
