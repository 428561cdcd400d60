import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSqlite } from '../../../../server/wordpress/database/sqlite.ts'
import { startTestBridge } from '../../../support/bridge.ts'
import { fixtures } from '../../../support/fixtures.ts'
import { startMariadb } from '../../../support/mariadb.ts'
import { models } from '../../../support/models/index.ts'
import { refill, serializedList, wordpress } from '../../../support/models/model.ts'
import { testReader, valuesOf } from '../../../support/reader.ts'
import { copyToSqlite } from '../../../support/sqlite.ts'
import { makeTraffic } from '../../../support/traffic.ts'
import { zoneOf } from '../../../support/zones.ts'

test('from a SQLite file', async (t) => {
  const mariadb = await startMariadb(t)

  for (const { name, dump, nowMs, wanted, more } of fixtures) {
    await t.test(`the fixture of ${name} is served as the plugin reported it`, async (t) => {
      const { database } = await mariadb.create(`fixture_${name.replaceAll(/[-.]/g, '_')}`, dump)
      const file = await copyToSqlite(t, mariadb, database)
      const bridge = await startTestBridge(t, [{ connection: { engine: 'sqlite', file } }], {
        now: () => nowMs,
      })
      const served = await bridge.values()
      for (const key of more) delete served[key]
      assert.deepEqual(served, wanted)
    })
  }

  const zone = zoneOf('America/New_York')
  const now = Date.parse('2026-11-01T06:25:00Z')
  for (const [index, model] of models.entries()) {
    await t.test(`${model.name} is served as it counts`, async (t) => {
      const traffic = makeTraffic(zone, now / 1000, 500 + index)
      const filled = model.fill(traffic)
      const site = {
        ...zone.options,
        home: 'https://blog.example.com',
        active_plugins: serializedList([model.plugin]),
      }
      const dump = [await wordpress({}), await model.schema(), refill(filled, site)].join('\n')
      const { database } = await mariadb.create(`model${index}`, dump)
      const copy = openSqlite({ engine: 'sqlite', file: await copyToSqlite(t, mariadb, database) })
      t.after(() => copy.close())
      const reader = testReader(copy, { now: () => now })
      assert.deepEqual(valuesOf(await reader.read()), filled.expected)
    })
  }
})
