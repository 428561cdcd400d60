import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { fixtures } from '../../support/fixtures.ts'
import { asked, emptyLog, loggingAll } from '../../support/general-log.ts'
import { reader as account, fixture, startMariadb } from '../../support/mariadb.ts'
import { steppedReader, testReader } from '../../support/reader.ts'
import { until } from '../../support/until.ts'

test('what a run asks of the database', async (t) => {
  const mariadb = await startMariadb(t, ...loggingAll)
  const { dump: statistics } = await fixture('wp-statistics')
  const start = Date.parse('2026-10-15T23:58:00-05:00')

  for (const { name, dump } of fixtures) {
    await t.test(`${name}: nothing but to read, also over midnight and recounts`, async (t) => {
      const connection = await mariadb.create(name.replaceAll(/\W/g, '_'), dump)
      await emptyLog(mariadb)
      let now = start
      const database = openMysql(connection)
      t.after(() => database.close())
      const reader = steppedReader(database, { now: () => now })
      for (; now < start + 200_000; now += 40_000) await reader.step()
      const log = await asked(mariadb)
      assert.ok(log.length > 20)
      for (const { command, statement } of log) {
        if (command === 'Connect' || command === 'Quit') continue
        assert.equal(command, 'Query')
        assert.match(statement, /^(SELECT|SHOW|SET|START TRANSACTION|COMMIT)\b/)
        assert.doesNotMatch(statement, /\b(INTO|FOR UPDATE|LOCK IN|GET_LOCK|SLEEP)\b/)
        assert.doesNotMatch(statement, /\w+_users\b|usermeta/)
      }
    })
  }

  await t.test('never more than two connections at once, and none anew', async (t) => {
    const connection = await mariadb.create('two', statistics)
    await emptyLog(mariadb)
    let now = start
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now, pollMs: 10 })
    const most = { connections: 0 }
    const watch = async () => {
      const [row] = await mariadb.execute(
        `SELECT COUNT(*) AS connections FROM information_schema.processlist WHERE user = '${account.user}'`,
      )
      most.connections = Math.max(most.connections, Number(row?.['connections']))
    }
    for (let recounts = 0; recounts < 5; recounts += 1) {
      const { asOf } = await bridge.json<{ asOf: string }>('/v1/count')
      now += 61_000
      await until('the next reading', async () => {
        now += 1000
        await Promise.all([watch(), ...Array.from({ length: 10 }, () => bridge.values())])
        return (await bridge.json<{ asOf: string }>('/v1/count')).asOf > asOf
      })
    }
    const connects = (await asked(mariadb)).filter(({ command }) => command === 'Connect')
    assert.deepEqual([most.connections, connects.length], [2, 2])
  })

  await t.test('as much with hundreds of requests as with none', async (t) => {
    const connection = await mariadb.create('requests', statistics)
    const bridge = await startTestBridge(t, [{ connection }], { now: () => start, pollMs: 10 })
    await until('the log is quiet', async () => {
      const before = (await asked(mariadb)).length
      await new Promise((resolve) => setImmediate(resolve))
      return (await asked(mariadb)).length === before
    })
    await emptyLog(mariadb)
    const paths = ['/count', '/v1/count?period=today', '/v1/counts', '/v1/series', '/health']
    for (let round = 0; round < 12; round += 1) {
      const answers = Array.from({ length: 25 }, (_, index) =>
        fetch(bridge.url + paths[index % paths.length]),
      )
      for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200)
    }
    assert.deepEqual(await asked(mariadb), [])
  })

  await t.test('all is counted again once a minute, however often it polls', async (t) => {
    const connection = await mariadb.create('recounts', statistics)
    let now = start
    const database = openMysql(connection)
    t.after(() => database.close())
    const counted: number[] = []
    const snapshot: typeof database.snapshot = (work) => {
      counted.push((now - start) / 1000)
      return database.snapshot(work)
    }
    const reader = steppedReader({ ...database, snapshot }, { now: () => now })
    for (; now <= start + 125_000; now += 5000) await reader.step()
    assert.deepEqual(counted, [0, 60, 120])
  })

  await t.test('a round in which nothing is due finds the very same', async (t) => {
    const connection = await mariadb.create('idle', statistics)
    let now = start
    const database = openMysql(connection)
    t.after(() => database.close())
    const reader = steppedReader(database, { now: () => now })
    const first = await reader.step()
    now += 1000
    assert.equal(await reader.read(), first)
    now += 4000
    assert.notEqual(await reader.read(), first)
  })

  await t.test('a slow query not before a hundred times its time', async (t) => {
    const connection = await mariadb.create('slow', statistics)
    let now = start
    const database = openMysql(connection)
    t.after(() => database.close())
    // What the server needs is counted by a clock of the test: a busy machine takes longer.
    let passedMs = 0
    const query: typeof database.query = async (sql) => {
      if (sql.text.includes('SLEEP')) passedMs += 80
      return database.query(sql)
    }
    const reader = testReader(
      { ...database, query, stopwatch: () => passedMs },
      {
        now: () => now,
        pollMs: 1000,
        wanted: { prefix: undefined, source: 'sql', sql: 'SELECT SLEEP(0.001) + 7' },
      },
    )
    await emptyLog(mariadb)
    const runs: number[] = []
    const leastMs = 8000
    for (; now < start + 21_000; now += 500) {
      const { counts } = await reader.read()
      assert.equal(counts[0]?.value, 7)
      const sleeps = (await asked(mariadb)).filter(({ statement }) => statement.includes('SLEEP'))
      if (sleeps.length > runs.length) runs.push(now)
      assert.equal(sleeps.length, runs.length)
      // It says how often it comes, and when it was read.
      assert.equal(counts[0]?.everyMs, leastMs)
      assert.equal(counts[0]?.asOf, new Date(runs.at(-1) ?? 0).toISOString())
    }
    assert.equal(runs.length, 3)
    runs.forEach((at, index) => {
      assert.ok(index === 0 || at - (runs[index - 1] ?? 0) >= leastMs)
    })
  })
})

const closed = 'DATE_SUB("2026-10-01", INTERVAL seq % 900 DAY)'
const closedTime = `UNIX_TIMESTAMP(${closed})`
/** Fixture, and so many rows more in days that are over. */
const growing: [name: string, table: string, columns: string, values: string][] = [
  [
    'wp-statistics',
    'wp_statistics_visitor',
    'ID, last_counter, referred, agent, ip, user_id, hits, last_view',
    `seq + 1000, ${closed}, "", "Firefox", seq, 0, 3, ${closed}`,
  ],
  ['statify', 'wpsite_statify', 'id, created', `seq + 1000, ${closed}`],
  ['slimstat', 'wp_slim_stats', 'id, ip, dt', `seq + 1000, "192.0.2.1", ${closedTime}`],
  [
    'burst-statistics',
    'bz_burst_statistics',
    'ID, page_url, time, uid, entire_page_url, parameters, fragment, browser_id, browser_version_id, platform_id, device_id, bounce',
    `seq + 1000, "/", ${closedTime}, "x", "/", "", "", 1, 1, 1, 1, 0`,
  ],
  [
    'newstatpress',
    'np_statpress',
    'id, date, time, ip, spider, feed',
    `seq + 1000, ${closed} + 0, "12:00", "192.0.2.1", "", ""`,
  ],
  [
    'visitors-traffic-real-time-statistics',
    'ahc_visitors',
    'vst_id, vst_date, vst_visitors, vst_visits',
    `seq + 1000, ${closed}, 1, 1`,
  ],
]

test('a poll reads no rows of days that are over', async (t) => {
  const mariadb = await startMariadb(t, '--sql-mode=')
  const rowsRead = async () => {
    const rows = await mariadb.execute("SHOW GLOBAL STATUS LIKE 'Handler_read%'")
    return rows.reduce((sum, row) => sum + Number(row['Value']), 0)
  }
  /** Rows that the server reads for a poll with so many rows of days that are over. */
  const pollWith = async (
    t: TestContext,
    rows: number,
    [name, table, columns, values]: (typeof growing)[number],
  ) => {
    const { nowMs, dump } = fixtures.find((each) => each.name === name) ?? { nowMs: 0, dump: '' }
    const database = `${name.replaceAll('-', '_')}_${rows}`
    const ids = columns.split(',')[0]
    const connection = await mariadb.create(
      database,
      `${dump} UPDATE ${table} SET ${ids} = ${ids} + 1000000 ORDER BY ${ids} DESC;
       INSERT INTO ${table} (${columns}) SELECT ${values} FROM seq_1_to_${rows};
       ANALYZE TABLE ${table}`,
    )
    let now = nowMs
    let counting = true
    const mysql = openMysql(connection)
    t.after(() => mysql.close())
    // After the first full count the slow work of the background stays away.
    const snapshot: typeof mysql.snapshot = (work) =>
      counting ? mysql.snapshot(work) : new Promise(() => {})
    const reader = testReader({ ...mysql, snapshot }, { now: () => now })
    await reader.read()
    counting = false
    const [idle, before] = [await rowsRead(), await rowsRead()]
    now += 60_000
    await reader.read()
    return (await rowsRead()) - before - (before - idle)
  }
  for (const each of growing) {
    await t.test(each[0], async (t) => {
      const few = await pollWith(t, 1000, each)
      const many = await pollWith(t, 30_000, each)
      assert.ok(few > 0)
      assert.ok(many <= few + 10, `${many} rows read with 30,000 closed ones, ${few} with 1,000`)
    })
  }
})
