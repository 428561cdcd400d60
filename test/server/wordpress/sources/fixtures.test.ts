import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBridge } from '../../../support/bridge.ts'
import { answered, consumers, showable } from '../../../support/consumers.ts'
import { fixtures } from '../../../support/fixtures.ts'
import { startMariadb } from '../../../support/mariadb.ts'

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
