import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseBrokerUrl } from '../../../../common/mqtt/address.ts'
import { tasmotaPublisher } from '../../../../server/publish/tasmota/publisher.ts'
import { displayText } from '../../../../server/publish/tasmota/text.ts'
import type { CountQuery } from '../../../../server/readings/choose-count.ts'
import type { SiteState } from '../../../../server/readings/poller.ts'
import { silent } from '../../../support/log.ts'
import { type Mosquitto, startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { count, known } from '../../../support/publishing.ts'
import { until } from '../../../support/until.ts'

const cases: readonly (readonly [number | undefined, boolean, number, string])[] = [
  [undefined, false, 8, '--------,0'],
  [undefined, false, 4, '----,0'],
  [0, false, 8, '0,7'],
  [47_417, false, 8, '47417,3'],
  [47_417, true, 8, '47417.,3'],
  [12_345_678, false, 8, '12345678,0'],
  [123_456_789, false, 8, '123.456E6,0'],
  [123_456_789, true, 8, '123.456E6.,0'],
  [1_234_567, false, 6, '1.234E6,0'],
  [123_456, false, 4, '12E4,0'],
  [7, true, 4, '7.,3'],
]
for (const [value, stale, digits, payload] of cases) {
  test(`${value ?? 'an unknown number'} on ${digits} digits of Tasmota${stale ? ', old,' : ''} is ${payload}`, () => {
    assert.equal(displayText(value === undefined ? undefined : { value, stale }, digits), payload)
  })
}

const topic = 'tasmota_5C9A12'
const command = `cmnd/${topic}/DisplayText`

/** A publisher at a broker, and what its sites are. */
async function startPublisher(t: TestContext, broker: Mosquitto, query: CountQuery = {}) {
  const clock = { now: Date.now() }
  const state: SiteState = { name: undefined, last: known(1234), failure: undefined }
  const sites = [state]
  const publisher = tasmotaPublisher({
    address: parseBrokerUrl(broker.url, '--mqtt'),
    clientId: 'vcTasmota',
    desks: [{ topic, digits: 8, query }],
    now: () => clock.now,
    random: () => 0.5,
    log: silent,
  })({ sites: () => sites })
  t.after(() => publisher.stop())
  publisher.start()
  const set = (change: Partial<SiteState>) => {
    sites[0] = { ...state, ...sites[0], ...change }
    publisher.update()
  }
  return { publisher, clock, set }
}

test('a display of Tasmota is told each change once, and again each minute, and nothing is retained', async (t) => {
  const broker = await startMosquitto(t)
  const { heard, newest } = await subscribe(t, broker, '#')
  const { clock, set } = await startPublisher(t, broker)
  await until('the number', () => newest.get(command) === '1234,4')
  set({ last: known(1234) })
  set({ last: known(1235) })
  await until('the next', () => newest.get(command) === '1235,4')
  clock.now += 60_001
  set({ last: known(1235, {}, clock.now) })
  await until('it again', () => heard.filter(({ topic: each }) => each === command).length === 3)
  assert.deepEqual(
    heard.filter(({ topic: each }) => each === command).map(({ payload }) => payload),
    ['1234,4', '1235,4', '1235,4'],
  )
  const { newest: later } = await subscribe(t, broker, '#')
  assert.equal(later.get(command), undefined)
})

test('an old number has the last point, one of another bridge is left to it, none is dashes', async (t) => {
  const broker = await startMosquitto(t)
  const { newest, heard } = await subscribe(t, broker, '#')
  const { set } = await startPublisher(t, broker)
  await until('the number', () => newest.get(command) === '1234,4')
  set({ failure: 'the database is away' })
  await until('the point', () => newest.get(command) === '1234.,4')
  const before = heard.length
  set({ isTheirs: true, failure: undefined, last: known(99) })
  set({ isTheirs: false, last: undefined })
  await until('dashes', () => newest.get(command) === '--------,0')
  assert.equal(heard.length, before + 1)
})

test('a board that comes back is told at once, and when the bridge ends its number is old', async (t) => {
  const broker = await startMosquitto(t)
  const { client: board, newest, heard } = await subscribe(t, broker, '#')
  const query = { metric: 'views', period: 'today' } as const
  const { publisher, set } = await startPublisher(t, broker, query)
  set({ last: known(1, { counts: [count('views', 'today', 8)] }) })
  await until('the number', () => newest.get(command) === '8,7')
  board.publish(`tele/${topic}/LWT`, 'Online', { retain: true })
  await until('it again', () => heard.filter(({ topic: each }) => each === command).length >= 2)
  await publisher.stop()
  await until('the point', () => newest.get(command) === '8.,7')
})
