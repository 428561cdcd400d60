import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { topics } from '../../../common/mqtt/topics.ts'
import { healthy, startApp } from '../../support/app.ts'
import type { Program } from '../../support/cpp.ts'
import { startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { known, site, startPublishing } from '../../support/publishing.ts'
import { until } from '../../support/until.ts'
import { buildDesk, play } from './host.ts'

let desk: Program
before(async () => {
  desk = await buildDesk('c++17')
})
after(() => desk.remove())

/** What the hub says after these lines. */
async function says(script: readonly string[]): Promise<string> {
  const lines = await play(desk, 'max7219', ['boot', ...script, 'say 8'])
  return lines.find(({ what }) => what === 'says')?.rest ?? ''
}

const hear = (text: string) => `hear visitors.total ${text.replaceAll('\n', '|')}`

test('the desk understands what a bridge publishes to a broker', async (t) => {
  const broker = await startMosquitto(t)
  const { newest } = await subscribe(t, broker)
  const publishing = startPublishing(t, broker.url)
  publishing.set({ last: known(16_777_217) })
  const attributes = topics.attributes(site, 'visitors', 'total')
  const status = topics.status(site)
  await until('it is online', () => newest.get(status) === 'online')
  const first = [hear(newest.get(attributes) ?? ''), `status ${newest.get(status)}`]
  assert.match(await says(first), /^\[16777217\] old=0 /)

  publishing.set({ failure: 'the database is away' })
  await until('it is stale', () => newest.get(attributes)?.includes('"stale":true') ?? false)
  assert.match(await says([...first, hear(newest.get(attributes) ?? '')]), /^\[16777217\.\] old=1 /)

  await publishing.stop()
  await until('it is offline', () => newest.get(status) === 'offline')
  assert.match(await says([...first, `status ${newest.get(status)}`]), /^\[16777217\.\] old=1 /)
})

test('the desk understands what a bridge answers over HTTP, with the token in the path, and at once', async (t) => {
  const access = { token: 'secret', basePath: '', cors: [], trustedProxies: [] }
  const { ask } = await startApp(t, { access })
  const path = '/t/secret/v1/count?metric=visitors&period=total&site=blog.example.com'
  const answer = await ask(path)
  assert.equal(answer.status, 200)
  const body = await answer.text()
  // Without it an answer hangs older ESPHome.
  assert.equal(answer.headers.get('content-length'), String(Buffer.byteLength(body)))
  assert.ok(body.length < 1000, 'max_response_buffer_size')
  assert.match(await says([hear(body)]), /^\[ {4}1234\] old=0 /)
  const plain = await ask('/t/secret/count')
  assert.match(await says([hear(await plain.text())]), /^\[ {4}1234\] old=0 /)

  const stale = await startApp(t, { sites: () => [{ ...healthy, failure: 'it is away' }] })
  const old = await (await stale.ask('/v1/count')).text()
  assert.match(await says([hear(old)]), /^\[ {4}1234\.\] old=1 /)
})

test('the desk takes none of the errors of a bridge for a number', async (t) => {
  const { ask } = await startApp(t, { sites: () => [] })
  for (const path of ['/v1/count', '/count', '/v1/count?period=week', '/nowhere']) {
    const error = await (await ask(path)).text()
    assert.match(await says([hear('77'), hear(error)]), /^\[ {6}77\] /, path)
  }
})
