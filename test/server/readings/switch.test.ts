import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { recordingLog } from '../../support/log.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { serializedList, tablesOf } from '../../support/models/model.ts'
import { testReader } from '../../support/reader.ts'
import { until } from '../../support/until.ts'

const { dump } = await fixture('wp-statistics')
const paths = {
  statistics: 'wp-statistics/wp-statistics.php',
  koko: 'koko-analytics/koko-analytics.php',
  slimstat: 'wp-slimstat/wp-slimstat.php',
}
const koko = await tablesOf('koko-analytics', 'koko_analytics_site_stats')
const slimstat = await tablesOf('slimstat', 'slim_stats')

interface Counted {
  value: number
  source: string
  metric: string
  asOf: string
  stale: boolean
}

interface Health {
  status: string
  /** Whether the last round brought what it was to bring. */
  database: boolean
  remarks?: string
}

test('while it is read, WordPress', async (t) => {
  const mariadb = await startMariadb(t)
  let databases = 0

  /** A bridge that has read WP Statistics, on a clock that the test moves. */
  const start = async (t: TestContext, source = 'auto') => {
    databases += 1
    const database = `switch${databases}`
    const connection = await mariadb.create(database, dump)
    let now = Date.parse('2026-10-15T21:30:00-05:00')
    const log = recordingLog()
    const options = { now: () => now, pollMs: 20, log }
    const bridge = await startTestBridge(t, [{ connection, source }], options)
    const sql = (text: string) => mariadb.execute(text, database)
    return {
      bridge,
      log,
      sql,
      count: () => bridge.json<Counted>('/v1/count'),
      health: () => bridge.json<Health>('/health'),
      pass: (seconds: number) => {
        now += seconds * 1000
      },
      activate: (...plugins: string[]) =>
        sql(`UPDATE wp_options SET option_value = '${serializedList(plugins)}'
          WHERE option_name = 'active_plugins'`),
    }
  }
  type Site = Awaited<ReturnType<typeof start>>
  /** Asks as time passes, for as long as a recount may take to come. */
  const awaitCount = async (site: Site, what: string, condition: (count: Counted) => boolean) => {
    await until(what, async () => {
      site.pass(1)
      return condition(await site.count())
    })
    return site.count()
  }
  const awaitHealth = (site: Site, database: boolean) =>
    until(`database: ${database}`, async () => {
      site.pass(1)
      return (await site.health()).database === database
    })

  await t.test(
    'loses the plugin: the last reading stays, stale, and the log says why',
    async (t) => {
      const site = await start(t)
      assert.equal((await site.count()).stale, false)
      await site.activate('akismet/akismet.php')
      site.pass(61)
      await awaitHealth(site, false)
      assert.equal((await site.count()).value, 170)
      assert.equal((await site.health()).status, 'degraded')
      await until('the log says so', () =>
        site.log.lines.some((line) =>
          /WP Statistics, which was read on www\.example\.com until now, is not active any more, so its last numbers stay as they are; no other statistics plugin is/.test(
            line,
          ),
        ),
      )
      await site.activate(paths.statistics)
      await awaitHealth(site, true)
    },
  )

  await t.test('loses the plugin that was named: it is read on, with a warning', async (t) => {
    const site = await start(t, 'wp-statistics')
    await site.activate()
    site.pass(61)
    const told = () => site.log.lines.filter((line) => line.includes('stand still'))
    await until('the warning', () => told().length > 0)
    assert.match(
      told()[0] ?? '',
      /warn: WP Statistics is not active.*its last row is of 2026-10-15/,
    )
    for (let recounts = 0; recounts < 3; recounts += 1) {
      const { asOf } = await site.count()
      site.pass(61)
      await awaitCount(site, 'the next reading', (count) => count.asOf > asOf)
    }
    assert.equal((await site.count()).value, 170)
    assert.equal(told().length, 1)
  })

  const others: [path: string, id: string, tables: string][] = [
    [
      paths.koko,
      'koko-analytics',
      `${koko} INSERT INTO wp_koko_analytics_site_stats VALUES ('2026-10-14', 3, 8), ('2026-10-15', 2, 5)`,
    ],
    [
      paths.slimstat,
      'slimstat',
      `${slimstat} INSERT INTO wp_slim_stats (ip, dt) VALUES ('192.0.2.1', 1792100000)`,
    ],
  ]
  for (const [path, id, tables] of others) {
    await t.test(
      `gets ${id} in its place: the last reading stays until the owner says so`,
      async (t) => {
        const site = await start(t)
        await site.sql(tables)
        await site.activate(path)
        site.pass(61)
        await awaitHealth(site, false)
        const { value, source, stale } = await site.count()
        assert.deepEqual([value, source, stale], [170, 'wp-statistics', true])
        const told = new RegExp(`is not active any more.*--source ${id} counts with it`)
        await until('the log says so', () => site.log.lines.some((line) => told.test(line)))
        assert.match((await site.health()).remarks ?? '', told)
      },
    )
  }

  await t.test('gets a second plugin beside the first: the first is read on', async (t) => {
    const site = await start(t)
    await site.sql(`${koko} INSERT INTO wp_koko_analytics_site_stats VALUES ('2026-10-16', 1, 1)`)
    await site.activate(paths.statistics, paths.koko)
    for (let recounts = 0; recounts < 3; recounts += 1) {
      const { asOf } = await site.count()
      site.pass(61)
      await awaitCount(site, 'the next reading', (count) => count.asOf > asOf)
      assert.equal((await site.count()).source, 'wp-statistics')
    }
  })

  const renamed: [what: string, sql: string, back: string, told: RegExp][] = [
    [
      'a column that every poll reads',
      'ALTER TABLE wp_statistics_visitor RENAME COLUMN hits TO views',
      'ALTER TABLE wp_statistics_visitor RENAME COLUMN views TO hits',
      /WP Statistics lacks column hits of table wp_statistics_visitor/,
    ],
    [
      'a column that only a recount reads',
      'ALTER TABLE wp_statistics_historical RENAME COLUMN value TO amount',
      'ALTER TABLE wp_statistics_historical RENAME COLUMN amount TO value',
      /WP Statistics lacks column value of table wp_statistics_historical/,
    ],
    [
      'a table',
      'RENAME TABLE wp_statistics_historical TO wp_statistics_history',
      'RENAME TABLE wp_statistics_history TO wp_statistics_historical',
      /WP Statistics lacks table wp_statistics_historical/,
    ],
  ]
  for (const [what, sql, back, told] of renamed) {
    await t.test(`gets a newer plugin that names ${what} otherwise`, async (t) => {
      const site = await start(t)
      await site.sql(sql)
      site.pass(61)
      await awaitHealth(site, false)
      assert.equal((await site.count()).value, 170)
      await until('it is named', () => site.log.lines.some((line) => told.test(line)))
      await site.sql(back)
      await awaitHealth(site, true)
    })
  }

  await t.test(
    'is updated while a recount is under way: polls mix nothing meanwhile',
    async (t) => {
      const connection = await mariadb.create('slow', dump)
      const database = openMysql(connection)
      t.after(() => database.close())
      let now = Date.parse('2026-10-15T21:30:00-05:00')
      const reader = testReader(database, { now: () => now })
      const views = async () => {
        now += 5000
        const { counts } = await reader.read()
        return counts.find(({ metric, period }) => metric === 'views' && period === 'total')?.value
      }
      await views()
      await mariadb.execute(
        `CREATE TABLE wp_statistics_visit (last_counter DATE, visit INT);
       INSERT INTO wp_statistics_visit VALUES ('2026-09-01', 5), ('2026-10-15', 2);
       REPLACE INTO wp_options (option_name, option_value) VALUES ('wp_statistics_plugin_version', '14.10')`,
        'slow',
      )
      const release = await mariadb.hold('LOCK TABLES wp_statistics_historical WRITE', 'slow')
      now += 60_000
      assert.equal(await views(), 374)
      await until('the recount waits', async () => {
        const [row] = await mariadb.execute(
          "SELECT COUNT(*) AS waiting FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'",
        )
        return Number(row?.['waiting']) === 1
      })
      assert.deepEqual([await views(), await views()], [374, 374])
      await release()
      // What the history has, and the 7 of the new table.
      await until('the recount', async () => (await views()) === 75 + 7)
    },
  )
})
