import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { SiteOptions } from '../../../../server/readings/site-group.ts'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { startTestBridge } from '../../../support/bridge.ts'
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
const archive = (day: string, views: number) => {
  archives += 1
  const row = `1, '${day}', '${day}', 1, '${day} 23:00:00'`
  return `INSERT INTO wp_matomo_archive_numeric_${day.slice(0, 7).replace('-', '_')}
    (idarchive, idsite, date1, date2, period, ts_archived, name, value) VALUES
    (${archives}, ${row}, 'done', 1), (${archives}, ${row}, 'Actions_nb_pageviews', ${views}),
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

  await t.test('never falls while its archiver computes a day anew', async (t) => {
    now = Date.parse('2026-10-15T18:00:00-05:00')
    const table = 'wp_matomo_archive_numeric_2026_10'
    const first = matomoTables + archiveTable('2026_10') + ownSite('America/Chicago')
    const own = (id: number, at: string, rows: string[]) =>
      `INSERT INTO ${table} (idarchive, idsite, date1, date2, period, ts_archived, name, value) VALUES
        ${rows.map((row) => `(${id}, 1, '2026-10-15', '2026-10-15', 1, '2026-10-15 ${at}', ${row})`)}`
    const metrics = ["'nb_uniq_visitors', 9", "'nb_visits', 9", "'nb_actions', 30"]
    const old = own(70, '20:00:00', ["'done', 1", "'nb_uniq_visitors', 7"].concat(metrics.slice(1)))
    const later = await start(
      t,
      'archiver',
      `${first}${old}; ${own(70, '20:00:00', ["'Actions_nb_pageviews', 20"])};`,
    )
    await later(0)
    // As CronArchive, ArchiveInvalidator and ArchiveWriter of 5.10 write, one statement after the other.
    const writes = [
      `UPDATE ${table} SET value = 4 WHERE idarchive = 70 AND name = 'done'`,
      own(71, '22:50:00', ["'done', 2"]),
      own(71, '22:50:00', metrics),
      own(71, '22:50:00', ["'Actions_nb_pageviews', 25"]),
      `UPDATE ${table} SET value = 1 WHERE idarchive = 71 AND name = 'done'`,
      `DELETE FROM ${table} WHERE idarchive = 70`,
      own(72, '22:51:00', ["'done0123456789abcdef0123456789abcdef.VisitsSummary', 1"]),
      own(72, '22:51:00', ["'nb_uniq_visitors', 2", "'nb_actions', 3"]),
      `UPDATE ${table} SET value = 4 WHERE idarchive = 71 AND name = 'done'`,
      own(73, '23:10:00', ["'done', 2"]),
      own(73, '23:10:00', ["'nb_uniq_visitors', 10", "'Actions_nb_pageviews', 28"]),
      `UPDATE ${table} SET value = 3 WHERE idarchive = 73 AND name = 'done'`,
      `DELETE FROM ${table} WHERE idarchive IN (71, 72)`,
      own(74, '23:12:00', ["'done.Actions', 5"]),
      own(74, '23:12:00', ["'Actions_nb_pageviews', 29"]),
    ]
    const seen: unknown[] = []
    for (const write of writes) {
      await mariadb.execute(write, 'archiver')
      const served = await later(6)
      seen.push(`${served['visitors.today']} ${served['views.today']} ${served['views.total']}`)
    }
    const [before, between, after, last] = ['7 20 20', '9 25 25', '10 28 28', '10 29 29']
    assert.deepEqual(seen, [
      ...Array(4).fill(before),
      ...Array(7).fill(between),
      ...Array(3).fill(after),
      last,
    ])
  })
})

test('a Matomo without WordPress', async (t) => {
  const mariadb = await startMariadb(t)
  const nowMs = Date.parse('2026-10-15T18:00:00Z')
  const tables = (prefix: string) =>
    (matomoTables + archiveTable('2026_10')).replaceAll('wp_matomo_', prefix)
  const site = (prefix: string, id: number, address: string, zone = 'UTC') =>
    `INSERT INTO ${prefix}site VALUES (${id}, 'Site ${id}', '${address}', '${zone}');`
  const day = (prefix: string, id: number, views: number) =>
    archive('2026-10-15', views)
      .replaceAll('wp_matomo_', prefix)
      .replaceAll(/\((\d+), 1, /g, `($1, ${id}, `)
  const serve = async (
    t: TestContext,
    name: string,
    sql: string,
    options: Partial<SiteOptions> = {},
  ) => {
    const connection = await mariadb.create(name, sql)
    return startTestBridge(t, [{ connection, source: 'matomo', ...options }], { now: () => nowMs })
  }

  for (const prefix of ['', 'matomo_', 'piwik_']) {
    await t.test(`is read under the prefix "${prefix}", by the address of its site`, async (t) => {
      const one = tables(prefix) + site(prefix, 1, 'https://shop.example.com') + day(prefix, 1, 12)
      const bridge = await serve(t, `alone${prefix}`, one)
      const served = await bridge.values('shop.example.com')
      assert.equal(served['views.today'], 12)
      assert.equal(served['visitors.today'], 1)
    })
  }

  const two = `${tables('m_')}${site('m_', 1, 'https://a.example')}
    ${site('m_', 4, 'https://b.example', 'Asia/Tokyo')}${day('m_', 1, 3)}${day('m_', 4, 8)}`
  await t.test('with several sites asks for one, naming them', async (t) => {
    await assert.rejects(serve(t, 'several', two), {
      message:
        'this Matomo counts several sites; choose one with --matomo-site: 1 (Site 1, https://a.example), 4 (Site 4, https://b.example)',
    })
    await assert.rejects(serve(t, 'wrong', two, { matomoSite: 2 }), {
      message: /--matomo-site 2: this Matomo has no such site; it has 1 \(Site 1/,
    })
    const bridge = await serve(t, 'chosen', two, { matomoSite: 4 })
    assert.equal((await bridge.values('b.example'))['views.yesterday'], 8)
    const { why } = await bridge.json<{ why: string }>('/v1/counts')
    assert.equal(why, 'Matomo without WordPress, table prefix "m_", site 4 (Site 4)')
  })

  await t.test('beside others of its kind asks for the prefix', async (t) => {
    const both = two + tables('n_') + site('n_', 1, 'https://n.example') + day('n_', 1, 5)
    await assert.rejects(serve(t, 'both', both), {
      message: /more than one Matomo; choose one with --table-prefix: m_, n_/,
    })
    const bridge = await serve(t, 'other', both, { tablePrefix: 'n_' })
    assert.equal((await bridge.values('n.example'))['views.today'], 5)
  })

  await t.test('in the database of a WordPress is read by its prefix', async (t) => {
    const sql = (await wordpress(options)) + two
    const bridge = await serve(t, 'beside', sql, { tablePrefix: 'm_', matomoSite: 1 })
    assert.equal((await bridge.values('a.example'))['views.today'], 3)
  })
})
