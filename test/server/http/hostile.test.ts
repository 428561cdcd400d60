import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen } from '../../../server/http/listen.ts'
import { Refusals } from '../../../server/http/refusals.ts'
import { startDemoBridge } from '../../support/bridge.ts'
import { attack } from '../../support/hostile.ts'
import { recordingLog, silent } from '../../support/log.ts'
import { openRaw } from '../../support/raw.ts'
import { until } from '../../support/until.ts'

const sockets = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length

test('2,000 hostile requests find no fault, and leave nothing behind', async (t) => {
  const log = recordingLog()
  const token = 'token'
  const access = { token, basePath: '/counter', cors: ['https://a.example'], trustedProxies: [] }
  const { url } = await startDemoBridge(t, { access, log })
  const before = sockets()
  const { statuses, faults } = await attack(Number(new URL(url).port), {
    seed: 7,
    requests: 2000,
    atOnce: 50,
    prefixes: ['', '/counter', `/t/${token}`, `/counter/t/${token}`],
  })
  assert.deepEqual(faults, [])
  assert.deepEqual(
    log.lines.filter((line) => line.startsWith('error')),
    [],
  )
  for (const status of [200, 204, 400, 401, 404, 405, 413, 414, 431]) {
    assert.ok((statuses[status] ?? 0) > 0, `${status} in ${JSON.stringify(statuses)}`)
  }
  await until('every connection is gone', () => sockets() <= before)
  assert.equal((await fetch(`${url}/health`)).status, 200)
})

test('500 slow connections do not keep others waiting, and are ended', async (t) => {
  const http = await listen((_, response) => void response.end('here'), {
    host: '127.0.0.1',
    port: 0,
    limits: { headerMs: 5000, checkMs: 100 },
    refusals: new Refusals(silent, () => 0),
  })
  t.after(() => http.close())
  const slow = Array.from({ length: 500 }, () => openRaw(http.port, 'GET / HTTP/1.1\r\n'))
  const isOpen = () => slow.every(({ socket }) => socket.readyState === 'open')
  await until('all are there', isOpen)
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('X: y\r\n')
  }, 50)
  t.after(() => clearInterval(drip))
  let answeredMeanwhile = 0
  for (let asked = 0; asked < 20; asked++) {
    assert.equal(await (await fetch(http.url)).text(), 'here')
    if (isOpen()) answeredMeanwhile += 1
  }
  // On a busy machine not all of them.
  assert.ok(answeredMeanwhile > 0, 'no answer while the slow ones were there')
  for (const { ended } of slow) assert.match(await ended, /^HTTP\/1\.1 408 /)
})
