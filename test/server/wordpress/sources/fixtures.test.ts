import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBridge } from '../../../support/bridge.ts'
import { fixtures } from '../../../support/fixtures.ts'
import { startMariadb } from '../../../support/mariadb.ts'

test("each plugin's fixture is served as the plugin itself reported it", async (t) => {
  const mariadb = await startMariadb(t)
  for (const { name, dump, nowMs, wanted, more } of fixtures) {
    await t.test(name, async (t) => {
      const database = name.replaceAll('-', '_')
      const connection = await mariadb.create(database, dump)
      const bridge = await startTestBridge(t, [{ connection }], { now: () => nowMs })

      const served = await bridge.values()

      assert.ok(Object.keys(wanted).length > 0)
      const beyond = more.map((key) => [key, served[key]] as const)
      for (const [key, value] of beyond) assert.ok(Number.isSafeInteger(value), key)
      assert.deepEqual(served, { ...wanted, ...Object.fromEntries(beyond) })

      // And the same from its state file, while the database is gone.
      await bridge.stop()
      await mariadb.execute(`DROP DATABASE ${database}`)
      const again = await startTestBridge(t, [{ connection }], {
        ...{ now: () => nowMs, stateDir: bridge.stateDir },
      })
      assert.deepEqual(await again.values(), served)
    })
  }
})
