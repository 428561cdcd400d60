import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { listed } from '../../../support/closed-set.ts'
import { startMariadb } from '../../../support/mariadb.ts'
import { models } from '../../../support/models/index.ts'
import { refill, serializedList, wordpress } from '../../../support/models/model.ts'
import { steppedReader, valuesOf } from '../../../support/reader.ts'
import { makeTraffic } from '../../../support/traffic.ts'
import { zoneOf } from '../../../support/zones.ts'

/**
 * Both sides of the date line, offsets of half and three quarters of an hour, before and after local
 * midnight, and shortly after a clock change.
 */
const moments = [
  ['Pacific/Kiritimati', '2026-10-15T09:59:40Z'],
  ['Pacific/Kiritimati', '2026-10-15T10:02:30Z'],
  ['Pacific/Pago_Pago', '2026-10-15T10:58:20Z'],
  ['Pacific/Pago_Pago', '2026-10-15T11:00:30Z'],
  ['5.5', '2026-10-15T18:29:10Z'],
  ['5.75', '2026-10-15T18:16:10Z'],
  ['-9.5', '2026-10-16T09:31:00Z'],
  ['Australia/Lord_Howe', '2026-10-04T15:20:00Z'],
  ['Europe/Berlin', '2026-10-25T01:20:00Z'],
  ['America/New_York', '2026-11-01T06:25:00Z'],
  ['Australia/Sydney', '2026-10-03T16:15:00Z'],
  ['Europe/Berlin', '2026-10-25T23:01:00Z'],
  ['America/New_York', '2026-11-30T04:58:00Z'],
].map(([name = '', now = '']) => ({ zone: zoneOf(name), now }))

test('every plugin is served as it counts, whatever the clocks of site and server', async (t) => {
  const mariadb = await startMariadb(t, '--default-time-zone=-07:00')
  for (const [index, model] of models.entries()) {
    const connection = await mariadb.create(`d${index}`, await wordpress({}), await model.schema())
    const database = await listed(openMysql(connection))
    t.after(() => database.close())
    for (const [round, { zone, now }] of moments.entries()) {
      // Every moment meets half of the plugins, every plugin half of the moments.
      if ((index + round) % 2 === 1) continue
      const seed = index * moments.length + round
      await t.test(`${model.name}, ${zone.name}, ${now}, seed ${seed}`, async () => {
        const filled = model.fill(makeTraffic(zone, Date.parse(now) / 1000, seed))
        const site = {
          ...zone.options,
          home: 'https://blog.example.com',
          active_plugins: serializedList(['akismet/akismet.php', model.plugin]),
        }
        await mariadb.execute(refill(filled, site), connection.database)
        // Its recount must be over before the next one fills the tables anew.
        const reader = steppedReader(database, { now: () => Date.parse(now) })
        assert.deepEqual(valuesOf(await reader.read()), filled.expected)
      })
    }
  }
})
