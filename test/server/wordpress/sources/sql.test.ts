import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import sqlite from 'node-sqlite3-wasm'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { openSqlite } from '../../../../server/wordpress/database/sqlite.ts'
import { sqlSource } from '../../../../server/wordpress/sources/sql.ts'
import { startTestBridge } from '../../../support/bridge.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { fixture, type MysqlConnection, startMariadb } from '../../../support/mariadb.ts'
import { steppedReader, valuesOf } from '../../../support/reader.ts'

const accepted: [sql: string, value: number][] = [
  ['SELECT COUNT(*) FROM guests', 2],
  ['  select\n\tcount(*) from guests  ', 2],
  ['SELECT COUNT(*) FROM guests;', 2],
  ['SELECT COUNT(*) FROM guests -- those who came', 2],
  ['SELECT COUNT(*) FROM guests # those who came', 2],
  ['SELECT /* all of them */ COUNT(*) FROM guests', 2],
  ["SELECT COUNT(*) FROM guests WHERE name <> 'a;b INTO c'", 1],
  ['SELECT COUNT(*) FROM guests WHERE name <> "FOR UPDATE;" OR `name` IS NULL', 2],
  ["SELECT COUNT(*) FROM guests WHERE name <> 'it''s; \\' INTO'", 1],
  ['WITH all_of_them AS (SELECT * FROM guests) SELECT COUNT(*) FROM all_of_them', 2],
  ["SELECT '3'", 3],
  ['SELECT 2 + 1', 3],
  ['SELECT 3.0', 3],
  ['SELECT 0', 0],
  ['SELECT SUM(came) FROM guests', 3],
]

const refused: [sql: string, reason: RegExp][] = [
  ['', /must begin with SELECT/],
  ['DELETE FROM guests', /must begin with SELECT/],
  ['-- SELECT 1\nDROP TABLE guests', /must begin with SELECT/],
  ["CALL count_guests('SELECT')", /must begin with SELECT/],
  ['EXPLAIN SELECT 1', /must begin with SELECT/],
  ['SELECT 1; DELETE FROM guests', /must be one statement/],
  ['SELECT 1;;', /must be one statement/],
  ["SELECT 1 INTO OUTFILE '/tmp/x'", /must only read/],
  ['SELECT COUNT(*) INTO @guests FROM guests', /must only read/],
  ['SELECT COUNT(*) FROM guests FOR UPDATE', /must only read/],
  ['SELECT COUNT(*) FROM guests LOCK IN SHARE MODE', /must only read/],
  ['SELECT COUNT(*) FROM guests FOR  SHARE', /must only read/],
  // The server runs what is in such a comment.
  ["SELECT 1 /*! INTO OUTFILE '/tmp/x' */", /must only read/],
  ["SELECT 1 /*M!100000 INTO OUTFILE '/tmp/x' */", /must only read/],
  ['/*!50000 DELETE FROM guests */', /must begin with SELECT|must only read/],
]

const wrong: [sql: string, reason: RegExp][] = [
  ['SELECT came FROM guests', /must give one row .* gave 2 rows of 1 columns/],
  ['SELECT came FROM guests WHERE came > 9', /gave 0 rows/],
  ['SELECT 1, 2', /gave 1 rows of 2 columns/],
  ['SELECT SUM(came) FROM guests WHERE came > 9', /with NULL/],
  ['SELECT -1', /"?-1"?, which is no count/],
  ['SELECT 1.5', /"1.5", which is no count/],
  ["SELECT 'many'", /"many", which is no count/],
  ['SELECT 9007199254740992', /which is no count/],
  ['SELECT COUNT(*) FROM nobody', /nobody/],
  ['SELECT COUNT(FROM guests', /is not valid SQL/],
]

const guests = `CREATE TABLE guests (name VARCHAR(20), came INT);
  INSERT INTO guests VALUES ('Ada', 1), (NULL, 2);`

for (const [sql, reason] of refused) {
  test(`--sql is refused at once: ${sql}`, () => {
    assert.throws(() => sqlSource(sql), { name: 'UsageError', message: reason })
  })
}

test('--sql in a database without WordPress', async (t) => {
  const mariadb = await startMariadb(t)
  const connection = await mariadb.create('guestbook', guests)
  const wanted = (sql: string) => ({ prefix: undefined, source: 'sql', sql })
  const read = async (t: TestContext, sql: string, from: MysqlConnection = connection) => {
    const database = openMysql(from)
    t.after(() => database.close())
    return steppedReader(database, { now: Date.now, wanted: wanted(sql) }).step()
  }

  for (const [sql, value] of accepted) {
    await t.test(`is read: ${sql}`, async (t) => {
      const round = await read(t, sql)
      assert.deepEqual(valuesOf(round), { 'visitors.total': value })
      assert.equal(round.counts[0]?.bots, 'unknown')
    })
  }
  for (const [sql, reason] of wrong) {
    await t.test(`gives no number: ${sql}`, async (t) => {
      await assert.rejects(read(t, sql), reason)
    })
  }

  await t.test('writes nothing, whoever asks', async (t) => {
    await mariadb.execute(
      `CREATE FUNCTION come() RETURNS INT MODIFIES SQL DATA BEGIN
        INSERT INTO guests VALUES ('Eve', 1); RETURN 1; END`,
      'guestbook',
    )
    const { socketPath } = mariadb
    const root = { ...connection, user: 'root', password: '', socketPath }
    await assert.rejects(read(t, 'SELECT come()', root), /READ ONLY/)
    const [row] = await mariadb.execute('SELECT COUNT(*) AS guests FROM guests', 'guestbook')
    assert.equal(Number(row?.['guests']), 2)
  })

  await t.test('is served by a bridge, and may be asked beside a WordPress', async (t) => {
    const { dump } = await fixture('wp-statistics')
    const blog = await mariadb.create('blog', dump)
    const sql = "SELECT COUNT(*) FROM wp_statistics_visitor WHERE agent = 'Firefox'"
    const sites = [
      { name: 'guests', connection, source: 'sql', sql: 'SELECT COUNT(*) FROM guests' },
      { connection: blog, source: 'sql', sql },
    ]
    const bridge = await startTestBridge(t, sites)
    const [row] = await mariadb.execute(sql.replace('COUNT(*)', 'COUNT(*) AS n'), 'blog')
    assert.deepEqual(await bridge.values('guests'), { 'visitors.total': 2 })
    assert.deepEqual(await bridge.values('www.example.com'), {
      'visitors.total': Number(row?.['n']),
    })
    const { why } = await bridge.json<{ why: string }>('/v1/counts')
    assert.equal(why, 'a query was given with --sql')
  })

  await t.test("says what it is in its owner's words", async (t) => {
    const words = { label: 'Orders this year', unitLabel: 'paid orders' }
    const sql = 'SELECT COUNT(*) FROM guests'
    const bridge = await startTestBridge(t, [{ connection, source: 'sql', sql, words }])
    const { label, unit, unitLabel } = await bridge.json<Record<string, string>>('/v1/count')
    assert.deepEqual({ label, unitLabel }, words)
    assert.equal(unit, 'visitors')
    const page = await (await fetch(bridge.url)).text()
    assert.match(page, /<h2 id="label">Orders this year<\/h2>/)
    assert.match(page, /<p id="about">paid orders\./)
    assert.doesNotMatch(page, /robots/)
  })

  await t.test('in a SQLite file reads too, and writes nothing', async (t) => {
    const folder = await temporaryFolder(t)
    const file = join(folder, 'guests.sqlite')
    const maker = new sqlite.Database(file)
    maker.exec(guests)
    maker.close()
    const database = openSqlite({ engine: 'sqlite', file })
    t.after(() => database.close())
    const reader = (sql: string) => steppedReader(database, { now: Date.now, wanted: wanted(sql) })
    const count = reader('SELECT COUNT(*) FROM guests')
    assert.deepEqual(valuesOf(await count.step()), { 'visitors.total': 2 })
    await assert.rejects(reader('WITH x AS (SELECT 1) DELETE FROM guests').step(), /readonly/)
    const again = reader('SELECT COUNT(*) FROM guests')
    assert.deepEqual(valuesOf(await again.step()), { 'visitors.total': 2 })
  })
})
