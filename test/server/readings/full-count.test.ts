import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSource } from '../../../server/readings/find-source.ts'
import { FullCount } from '../../../server/readings/full-count.ts'
import type { Ledger } from '../../../server/readings/ledger.ts'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { momentAt } from '../../../server/wordpress/moment.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { testReader, valuesOf } from '../../support/reader.ts'
import { until } from '../../support/until.ts'

test('a full count', async (t) => {
  const mariadb = await startMariadb(t)
  const cases: [name: string, nowText: string][] = [
    ['wp-statistics', '2026-10-15T21:30:00-05:00'],
    ['statify', '2026-10-15T21:30:00-05:00'],
    ['slimstat', '2026-10-15T03:10:00+05:30'],
    ['newstatpress', '2026-10-15T03:10:00+05:30'],
  ]
  for (const [name, nowText] of cases) {
    await t.test(`of ${name} is the same in parts of 7 keys as in one`, async (t) => {
      const { dump } = await fixture(name)
      const connection = await mariadb.create(name.replace('-', '_'), dump)
      const database = openMysql(connection)
      t.after(() => database.close())
      const now = () => Date.parse(nowText)
      const whole = await testReader(database, { now }).read()
      const told: string[] = []
      const onCounting = (counting?: { text: string }) => told.push(counting?.text ?? 'known')
      const cut = await testReader(database, { now, partSize: 7, onCounting }).read()
      assert.deepEqual(valuesOf(cut), valuesOf(whole))
      assert.deepEqual(cut.ledger, whole.ledger)
      assert.ok(told.some((text) => /^counting \d+ of \d+ rows, \d+ %$/.test(text)))
      assert.equal(told.at(-1), 'known')
    })
  }
})

test('the rows of today are found without a look at the whole table where no index finds them', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('newstatpress')
  const hit = (id: string, date: string) => `SELECT ${id}, ${date} + 0, '12:00', 'x', '', ''`
  const closed = 3000
  const connection = await mariadb.create(
    'unindexed',
    `${dump} TRUNCATE np_statpress; INSERT INTO np_statpress (id, date, time, ip, spider, feed)
      ${hit('seq * 100', "(DATE '2026-10-12' + INTERVAL (seq - 1) DIV 1000 DAY)")} FROM seq_1_to_${closed}
      UNION ALL ${hit('50', "DATE '2026-10-15'")} UNION ALL ${hit('300001', "DATE '2026-10-15'")}`,
  )
  const database = openMysql(connection)
  t.after(() => database.close())
  const epochMs = Date.parse('2026-10-15T12:00:00+05:30')
  const wanted = { prefix: undefined, source: 'auto', sql: undefined }
  const found = await findSource(database.query, 'mysql', wanted, epochMs)
  const moment = momentAt(epochMs, found.site.timezone)
  const rowsRead = async () => {
    const rows = await mariadb.execute("SHOW GLOBAL STATUS LIKE 'Handler_read_next'")
    return Number(rows[0]?.['Value'])
  }
  const before = await rowsRead()
  const fullCount = new FullCount({
    found,
    moment,
    size: 100_000,
    stopwatch: () => 0,
    onBadRow: assert.fail,
  })
  let ledger: Ledger | undefined
  while (ledger === undefined) {
    ledger = await database.snapshot((query) => fullCount.step(query))
    assert.deepEqual(fullCount.open?.watermark, ledger === undefined ? 300_000 : 49)
  }
  assert.equal(ledger.watermark, 49)
  assert.deepEqual(ledger.days['2026-10-14'], { visitors: 1, views: 1000 })
  const rows = (await rowsRead()) - before
  assert.ok(rows < 2 * closed, `${rows}`)
})

test('a statement that is under way when the database is closed is ended on the server', async (t) => {
  const mariadb = await startMariadb(t)
  const database = openMysql(await mariadb.create('d', 'CREATE TABLE t (a INT)'))
  const running = async () => {
    const [row] = await mariadb.execute(
      "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(60)%'",
    )
    return Number(row?.['n'])
  }
  const asked = assert.rejects(
    database.snapshot((query) => query({ text: 'SELECT SLEEP(60), ?', values: [1] })),
    /has been closed/,
  )
  await until('it runs', async () => (await running()) === 1)
  const begunMs = performance.now()
  await database.close()
  await asked
  await until('it is gone', async () => (await running()) === 0)
  assert.ok(performance.now() - begunMs < 1000)
})
