import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appWith, count, healthy, known, nothing } from '../../support/app.ts'
import {
  answered,
  consumers,
  grafanaRows,
  showable,
  uptimeKumaIsUp,
} from '../../support/consumers.ts'

const numbers = [0, 999, 1000, 9_999_999, 2 ** 31, 2 ** 53 - 1]
const withTotal = (value: number) => {
  const counts = [count('visitors', 'total', value)]
  return { ...healthy, last: { ...known, counts } }
}

const ask = async (app: ReturnType<typeof appWith>, path: string) =>
  answered(await app.request(path))

for (const consumer of consumers) {
  const { name, path, shown } = consumer

  test(`${name} shows every number as it is`, async () => {
    for (const value of numbers) {
      const answer = await ask(appWith(withTotal(value)), path)
      assert.equal(shown(answer), String(showable(consumer, value)))
    }
  })

  test(`${name} is never told 0 for a number that is not known`, async () => {
    const answer = await ask(appWith(nothing), path)
    if (answer.status === 503) return
    assert.equal(answer.status, 200)
    if (path.startsWith('/badge.svg')) assert.equal(shown(answer), '')
    if (path === '/badge.json') {
      assert.deepEqual(JSON.parse(answer.body), {
        schemaVersion: 1,
        label: 'visitors',
        message: 'unknown',
        color: 'red',
        isError: true,
        cacheSeconds: 300,
      })
    }
    if (path === '/metrics') assert.equal(shown(answer), '')
  })
}

test('Grafana gets a row a day, with numbers of any size', async () => {
  for (const value of numbers) {
    const open = [{ day: '2026-10-15', visitors: value, views: 0 }]
    const app = appWith({ ...healthy, last: { ...known, open } })
    const rows = grafanaRows(await ask(app, '/v1/series?days=3'))
    assert.deepEqual(
      rows.map((row) => row.value),
      [0, 2, value],
    )
  }
})

test('Uptime Kuma sees the bridge up, and down or degraded where it is', async () => {
  const up = async (state: Parameters<typeof appWith>[0]) =>
    uptimeKumaIsUp(await ask(appWith(state), '/health'))
  assert.equal(await up(healthy), true)
  assert.equal(await up({ ...healthy, failure: 'gone' }), false)
  assert.equal(await up(nothing), false)
  assert.equal(await up(withTotal(2 ** 53 - 1)), true)
})
