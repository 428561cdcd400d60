import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { recordingLog } from '../../support/log.ts'
import { reader as account, fixture, type Mariadb, startMariadb } from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'

const start = Date.parse('2026-10-15T21:30:00-05:00')

interface Counted {
  value: number
  stale: boolean
  asOf: string
}

/** A bridge on a database that something befalls, on a clock that the test moves. */
async function setUp(
  t: TestContext,
  mariadb: Mariadb,
  dump: string,
  options: Partial<{ source: string; sql: string; random: () => number }> = {},
) {
  const name = `d${Math.floor(performance.now() * 1000)}`
  const connection = await mariadb.create(name, dump)
  await mariadb.execute(`GRANT EXECUTE ON ${name}.* TO ${account.user}@'%'`)
  const { random = () => 0.5, source = 'auto', sql } = options
  let now = start
  const log = recordingLog()
  const sites = [{ connection, source, sql }]
  const bridge = await startTestBridge(t, sites, { now: () => now, pollMs: 10, random, log })
  const state = async () => ({
    count: await bridge.json<Counted>('/v1/count'),
    health: await bridge.json<{ status: string; database: boolean }>('/health'),
  })
  return {
    name,
    bridge,
    log,
    state,
    sql: (text: string) => mariadb.execute(text, name),
    hold: (text: string) => mariadb.hold(text, name),
    pass: (seconds: number) => {
      now += seconds * 1000
    },
    /** Lets time pass until the last round has failed, or has not. */
    until: (works: boolean) =>
      until(works ? 'it works again' : 'it has failed', async () => {
        now += 1000
        return (await state()).health.database === works
      }),
    /** The query of the bridge that waits for a lock. */
    waiting: async () => {
      let id = 0
      await until('a query waits', async () => {
        now += 1000
        const [row] = await mariadb.execute(
          `SELECT id FROM information_schema.processlist
            WHERE user = '${account.user}' AND db = '${name}' AND state LIKE 'Waiting for table%'`,
        )
        id = Number(row?.['id'] ?? 0)
        return id > 0
      })
      return id
    },
  }
}

/** Guests in a table, or the error that the server is told to give in their place. */
const guests = `CREATE TABLE guests (came INT); INSERT INTO guests VALUES (3), (4);
  CREATE TABLE failure (number INT);
  CREATE FUNCTION counted() RETURNS BIGINT READS SQL DATA BEGIN
    DECLARE wrong INT DEFAULT (SELECT number FROM failure LIMIT 1);
    IF wrong IS NOT NULL THEN
      SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = wrong, MESSAGE_TEXT = 'as the test wants it';
    END IF;
    RETURN (SELECT SUM(came) FROM guests);
  END`

/** Errors of MariaDB and MySQL that pass. */
const errors: [number: number, what: string, told: RegExp][] = [
  [1969, "MariaDB's time limit", /a query took longer than its time limit/],
  [3024, "MySQL's time limit", /a query took longer than its time limit/],
  [1205, 'a lock wait', /ER_LOCK_WAIT_TIMEOUT/],
  [1213, 'a deadlock', /ER_LOCK_DEADLOCK/],
  [1317, 'a killed query', /ER_QUERY_INTERRUPTED/],
  [1412, 'a table that was altered meanwhile', /ER_TABLE_DEF_CHANGED/],
  [1194, 'a crashed table', /ER_CRASHED_ON_USAGE/],
  [1021, 'a full disk', /ER_DISK_FULL/],
  [1040, 'too many connections', /ER_CON_COUNT_ERROR/],
  [1226, 'a limit of the account', /ER_USER_LIMIT_REACHED/],
  [1142, 'a grant that was taken away', /GRANT SELECT/],
  [1146, 'a table that has gone', /ER_NO_SUCH_TABLE/],
]

test('when the database gives no number', async (t) => {
  const mariadb = await startMariadb(t, '--sql-mode=')
  const { dump: statistics } = await fixture('wp-statistics')
  const { dump: postViews } = await fixture('wp-postviews')
  const { dump: wps } = await fixture('wps-visitor-counter')

  const guestbook = await setUp(t, mariadb, guests, { source: 'sql', sql: 'SELECT counted()' })
  for (const [number, what, told] of errors) {
    await t.test(`but ${what}, the last reading stays until it does again`, async () => {
      const before = (await guestbook.state()).count
      await guestbook.sql(`INSERT INTO failure VALUES (${number})`)
      await guestbook.until(false)
      const { count, health } = await guestbook.state()
      assert.deepEqual([count.value, count.stale, health.status], [before.value, true, 'degraded'])
      assert.ok(guestbook.log.lines.some((line) => told.test(line)))
      await guestbook.sql('DELETE FROM failure; INSERT INTO guests VALUES (1)')
      // A query over its limit rests for a hundred times its time.
      await guestbook.until(true)
      assert.equal((await guestbook.state()).count.value, before.value + 1)
    })
  }

  await t.test(
    'a failure stands until a query has brought a number, however soon it is tried',
    async (t) => {
      const site = await setUp(t, mariadb, postViews, { random: () => 0 })
      await site.sql("INSERT INTO wp_postmeta (meta_key, meta_value) VALUES ('views', '9e300')")
      await site.until(false)
      // Time stands still, so that soon nothing is due; attempts are made all the same.
      const attempts = async () => {
        for (let attempt = 0; attempt < 60; attempt += 1) {
          assert.equal((await site.state()).health.database, false)
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      await attempts()
      await site.sql("DELETE FROM wp_postmeta WHERE meta_value = '9e300'")
      const { length } = site.log.lines
      await attempts()
      assert.ok(!site.log.lines.slice(length).includes('info: the database answers again'))
      await site.until(true)
    },
  )

  const sums: [
    what: string,
    dump: string,
    source: string,
    wrong: string,
    right: string,
    value: number,
  ][] = [
    [
      'a sum that no program counts to',
      postViews,
      'views.total',
      "INSERT INTO wp_postmeta (meta_key, meta_value) VALUES ('views', '9e300')",
      "DELETE FROM wp_postmeta WHERE meta_value = '9e300'",
      220,
    ],
    [
      'a negative number that an editor typed',
      postViews,
      'views.total',
      "UPDATE wp_postmeta SET meta_value = '-4000' WHERE meta_key = 'views' LIMIT 1",
      "UPDATE wp_postmeta SET meta_value = '20' WHERE meta_value = '-4000'",
      215,
    ],
  ]
  for (const [what, dump, key, wrong, right, value] of sums) {
    await t.test(`but ${what}, the last reading stays`, async (t) => {
      const site = await setUp(t, mariadb, dump)
      const before = (await site.bridge.values())[key]
      await site.sql(wrong)
      await site.until(false)
      assert.equal((await site.bridge.values())[key], before)
      assert.ok(site.log.lines.some((line) => line.includes('which is no count')))
      await site.sql(right)
      await site.until(true)
      assert.equal((await site.bridge.values())[key], value)
    })
  }

  const counted: [what: string, dump: string, sql: string, key: string, value: number][] = [
    ['NULL hits', statistics, 'UPDATE wp_statistics_visitor SET hits = NULL', 'views.total', 75],
    ['no rows at all', statistics, 'DELETE FROM wp_statistics_visitor', 'visitors.today', 0],
    ['no row of start values', wps, 'DELETE FROM blog_wps_st_options', 'visitors.total', 120],
    [
      'text where a number should be',
      wps,
      "UPDATE blog_wps_statistic SET online = 'x'",
      'visitors.online',
      0,
    ],
  ]
  for (const [what, dump, sql, key, value] of counted) {
    await t.test(`${what} count as the plugin counts them`, async (t) => {
      const site = await setUp(t, mariadb, `${dump} ${sql}`)
      assert.equal((await site.bridge.values())[key], value)
    })
  }

  await t.test('while a table is locked nobody is kept waiting, and then it goes on', async (t) => {
    const site = await setUp(t, mariadb, statistics)
    const release = await site.hold('LOCK TABLES wp_statistics_visitor WRITE')
    await site.waiting()
    const { count } = await site.state()
    assert.equal(count.value, 170)
    site.pass(60)
    assert.equal((await site.state()).count.stale, true)
    await release()
    await until('a new reading', async () => {
      site.pass(1)
      return (await site.state()).count.asOf > count.asOf
    })
  })

  await t.test('a query that is killed is asked again', async (t) => {
    const site = await setUp(t, mariadb, statistics)
    const release = await site.hold('LOCK TABLES wp_statistics_visitor WRITE')
    await mariadb.execute(`KILL QUERY ${await site.waiting()}`)
    await site.until(false)
    assert.equal((await site.state()).count.value, 170)
    await release()
    await site.until(true)
  })

  await t.test('so is one whose connection is killed, without a lost round', async (t) => {
    const site = await setUp(t, mariadb, statistics)
    const release = await site.hold('LOCK TABLES wp_statistics_visitor WRITE')
    const killed = await site.waiting()
    await mariadb.execute(`KILL ${killed}`)
    await until('another waits', async () => (await site.waiting()) !== killed)
    await release()
    await site.until(true)
    assert.deepEqual(
      site.log.lines.filter((line) => line.startsWith('warn')),
      [],
    )
  })

  await t.test('every session has limits of the server’s own', async (t) => {
    const connection = await mariadb.create('limits', guests)
    const database = openMysql(connection)
    t.after(() => database.close())
    const variables = {
      text: `SELECT @@max_statement_time + 0 AS seconds, @@lock_wait_timeout AS lockSeconds,
        @@tx_read_only AS readOnly, @@tx_isolation AS isolation, @@time_zone AS zone`,
      values: [],
    }
    const limits = {
      lockSeconds: '10',
      readOnly: '1',
      isolation: 'REPEATABLE-READ',
      zone: '+00:00',
    }
    const [quick] = await database.query(variables)
    assert.deepEqual({ ...quick, seconds: Number(quick?.['seconds']) }, { ...limits, seconds: 20 })
    const [slow] = await database.snapshot((query) => query(variables))
    assert.deepEqual({ ...slow, seconds: Number(slow?.['seconds']) }, { ...limits, seconds: 900 })
  })
})

test('a server that has too many connections is asked again until it has room', async (t) => {
  const mariadb = await startMariadb(t, '--max-connections=10')
  const { dump } = await fixture('wp-statistics')
  const crowd: (() => Promise<void>)[] = []
  await mariadb.create('crowd', 'SELECT 1')
  for (let guest = 0; guest < 10; guest += 1) crowd.push(await mariadb.hold('SELECT 1', 'crowd'))
  const [away] = crowd
  // The one connection that is left is for the administrator.
  const site = await setUp(t, mariadb, dump)
  const unknown = await fetch(`${site.bridge.url}/count`)
  assert.deepEqual([unknown.status, unknown.headers.get('retry-after')], [503, '5'])
  assert.ok(site.log.lines.some((line) => line.includes('ER_CON_COUNT_ERROR')))
  assert.ok(away !== undefined)
  for (const leave of crowd) await leave()
  await site.until(true)
  assert.equal((await site.state()).count.value, 170)
})
