import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { startMariadb } from '../../../support/mariadb.ts'
import { archiveTable, matomo, matomoTables } from '../../../support/models/matomo.ts'
import { serializedList, wordpress } from '../../../support/models/model.ts'
import { steppedReader, valuesOf } from '../../../support/reader.ts'

const options = {
  home: 'https://blog.example.com',
  timezone_string: 'America/Chicago',
  gmt_offset: '0',
  active_plugins: serializedList([matomo.plugin]),
}
const ownSite = (zone: string) =>
  `INSERT INTO wp_matomo_site VALUES (1, 'a', 'https://a.example', '${zone}');`
let archives = 0
/** A complete archive of a day. */
const archive = (day: string, actions: number) => {
  archives += 1
  const row = `1, '${day}', '${day}', 1, '${day} 23:00:00'`
  return `INSERT INTO wp_matomo_archive_numeric_${day.slice(0, 7).replace('-', '_')}
    (idarchive, idsite, date1, date2, period, ts_archived, name, value) VALUES
    (${archives}, ${row}, 'done', 1), (${archives}, ${row}, 'nb_actions', ${actions}),
    (${archives}, ${row}, 'nb_uniq_visitors', 1);`
}

test('Matomo', async (t) => {
  const mariadb = await startMariadb(t)
  let now = 0
  const start = async (t: { after(end: () => void): void }, name: string, sql: string) => {
    const database = openMysql(await mariadb.create(name, (await wordpress(options)) + sql))
    t.after(() => database.close())
    const reader = steppedReader(database, { now: () => now })
    return async (seconds: number) => {
      now += seconds * 1000
      return valuesOf(await reader.step())
    }
  }

  await t.test('has counted nothing before its first archive', async (t) => {
    now = Date.parse('2026-10-31T12:00:00-05:00')
    const later = await start(t, 'none', matomoTables + ownSite('America/Chicago'))
    assert.deepEqual(new Set(Object.values(await later(0))), new Set([0]))
  })

  await t.test('is followed into the table of a new month', async (t) => {
    now = Date.parse('2026-10-31T23:59:00-05:00')
    const tables = matomoTables + archiveTable('2026_10') + archive('2026-10-31', 12)
    const later = await start(t, 'months', tables + ownSite('America/Chicago'))
    assert.equal((await later(0))['views.today'], 12)
    await mariadb.execute(archiveTable('2026_11') + archive('2026-11-01', 3), 'months')
    await later(70)
    const served = await later(5)
    assert.deepEqual(
      [served['views.yesterday'], served['views.today'], served['views.last7days']],
      [12, 3, 15],
    )
  })

  const zones: [zone: string, today: number][] = [
    ['UTC', 1],
    ['Asia/Tokyo', 2],
    ['UTC+5.5', 2],
    ['UTC-8', 1],
    ['UTC+14', 2],
  ]
  for (const [zone, today] of zones) {
    await t.test(`cuts its days in its own zone, ${zone}`, async (t) => {
      now = Date.parse('2026-10-15T19:00:00Z')
      const days = archive('2026-10-15', 1) + archive('2026-10-16', 2)
      const tables = matomoTables + archiveTable('2026_10') + ownSite(zone) + days
      const later = await start(t, `zone${archives}`, tables)
      assert.equal((await later(0))['views.today'], today)
    })
  }
})
