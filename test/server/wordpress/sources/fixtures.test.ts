import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBridge } from '../../../support/bridge.ts'
import { answered, consumers, showable } from '../../../support/consumers.ts'
import { fixtures } from '../../../support/fixtures.ts'
import { fixture, startMariadb } from '../../../support/mariadb.ts'

test("each plugin's fixture is served as the plugin itself reported it", async (t) => {
  const mariadb = await startMariadb(t)
  for (const { name, dump, nowMs, wanted, more } of fixtures) {
    await t.test(name, async (t) => {
      const database = name.replaceAll(/[-.]/g, '_')
      const connection = await mariadb.create(database, dump)
      const bridge = await startTestBridge(t, [{ connection }], { now: () => nowMs })

      const served = await bridge.values()

      assert.ok(Object.keys(wanted).length > 0)
      const beyond = more.map((key) => [key, served[key]] as const)
      for (const [key, value] of beyond) assert.ok(Number.isSafeInteger(value), key)
      assert.deepEqual(served, { ...wanted, ...Object.fromEntries(beyond) })

      for (const [key, value] of Object.entries(served)) {
        const [metric = '', period = ''] = key.split('.')
        for (const consumer of consumers) {
          const url = new URL(consumer.path, bridge.url)
          url.searchParams.set('metric', metric)
          url.searchParams.set('period', period)
          const shown = consumer.shown(await answered(await fetch(url)), { metric, period })
          assert.equal(shown, String(showable(consumer, value)), `${consumer.name} of ${key}`)
        }
      }

      // And the same from its state file, while the database is gone.
      await bridge.stop()
      await mariadb.execute(`DROP DATABASE ${database}`)
      const again = await startTestBridge(t, [{ connection }], {
        now: () => nowMs,
        stateDir: bridge.stateDir,
      })
      assert.deepEqual(await again.values(), served)
    })
  }
})

interface Network {
  readonly now: string
  readonly sites: Readonly<
    Record<string, { path: string; expected: Record<string, Record<string, number>> }>
  >
}

test('each site of the network of a fixture is served as its plugin reported it', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump, expected } = await fixture('network-wp-statistics')
  const { now, sites } = expected as Network
  const connection = await mariadb.create('network', dump)
  const bridge = await startTestBridge(t, [{ connection }], { now: () => Date.parse(now) })
  for (const [blog, { path, expected: metrics }] of Object.entries(sites)) {
    const name = `blog.example.com${path}`.replace(/\/$/, '').replaceAll('/', '-')
    const served = await bridge.values(name)
    const wanted = Object.entries(metrics).flatMap(([metric, periods]) =>
      Object.entries(periods).map(([period, value]) => [`${metric}.${period}`, value] as const),
    )
    assert.ok(wanted.length > 8)
    for (const [key, value] of wanted) assert.equal(served[key], value, `${key} of site ${blog}`)
  }
})
