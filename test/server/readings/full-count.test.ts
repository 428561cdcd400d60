import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
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
