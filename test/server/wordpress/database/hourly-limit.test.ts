import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query } from '../../../../server/wordpress/database/database.ts'
import { readHourlyLimit } from '../../../../server/wordpress/database/hourly-limit.ts'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { reader, startMariadb } from '../../../support/mariadb.ts'

const cases: [limits: string, hourly: number | undefined][] = [
  ['', undefined],
  ['WITH MAX_QUERIES_PER_HOUR 5000', 5000],
  ['WITH MAX_UPDATES_PER_HOUR 7', undefined],
  ['WITH MAX_USER_CONNECTIONS 9', undefined],
  ['WITH MAX_CONNECTIONS_PER_HOUR 600', 600],
  ['WITH MAX_QUERIES_PER_HOUR 5000 MAX_CONNECTIONS_PER_HOUR 600', 600],
  ['WITH MAX_QUERIES_PER_HOUR 5000 MAX_CONNECTIONS_PER_HOUR 6000', 5000],
]

test('how many statements an account may send in an hour is what its grants say', async (t) => {
  const mariadb = await startMariadb(t)
  const connection = await mariadb.create('limited', 'CREATE TABLE one (id INT)')
  const [account] = await mariadb.execute(
    `SELECT CONCAT('\\'', user, '\\'@\\'', host, '\\'') AS name FROM mysql.user WHERE user = '${reader.user}'`,
  )
  const none = ['QUERIES', 'UPDATES', 'CONNECTIONS'].map((each) => `MAX_${each}_PER_HOUR 0`)
  for (const [limits, hourly] of cases) {
    await t.test(limits === '' ? 'none' : limits, async (t) => {
      await mariadb.execute(
        `ALTER USER ${account?.['name']} WITH ${none.join(' ')} MAX_USER_CONNECTIONS 0`,
      )
      if (limits !== '') await mariadb.execute(`ALTER USER ${account?.['name']} ${limits}`)
      const database = openMysql(connection)
      t.after(() => database.close())
      assert.equal(await readHourlyLimit(database.query), hourly)
    })
  }
})

test('an account that has sent all that it may in an hour is told apart from one that is refused', async (t) => {
  const mariadb = await startMariadb(t)
  const connection = await mariadb.create('spent', 'CREATE TABLE one (id INT)')
  const [account] = await mariadb.execute(
    `SELECT CONCAT('\\'', user, '\\'@\\'', host, '\\'') AS name FROM mysql.user WHERE user = '${reader.user}'`,
  )
  await mariadb.execute(`ALTER USER ${account?.['name']} WITH MAX_QUERIES_PER_HOUR 20`)
  const database = openMysql(connection)
  t.after(() => database.close())
  const ask = async () => {
    for (let asked = 0; asked < 30; asked += 1) {
      await database.query({ text: 'SELECT 1 AS one', values: [] })
    }
  }
  await assert.rejects(ask, { name: 'DatabaseError', kind: 'exhausted' })
})

/** A server with these answers, each the first column of one row; `undefined` refuses. */
function server(grants: string, user: string | undefined): Query {
  return async ({ text }) => {
    if (text.startsWith('SHOW GRANTS')) return [{ 'Grants for wp@%': grants }]
    if (user === undefined) throw new Error('You have an error in your SQL syntax')
    return [{ 'CREATE USER for wp@%': user }]
  }
}

const plain = 'GRANT USAGE ON *.* TO `wp`@`%`'
const limited = 'WITH MAX_QUERIES_PER_HOUR 3600 MAX_CONNECTIONS_PER_HOUR 500'
const created = "CREATE USER `wp`@`%` IDENTIFIED WITH 'caching_sha2_password' REQUIRE NONE"
const answers: [what: string, query: Query, limit: number | undefined][] = [
  ['in SHOW GRANTS, as of MariaDB', server(`${plain} ${limited}`, undefined), 500],
  ['in SHOW CREATE USER, as of MySQL 8', server(plain, `${created} ${limited}`), 500],
  ['of nothing, which is 0', server(plain, `${created} WITH MAX_QUERIES_PER_HOUR 0`), undefined],
  ['that is not there', server(plain, created), undefined],
  ['of a server without SHOW CREATE USER', server(plain, undefined), undefined],
]
for (const [what, query, limit] of answers) {
  test(`an hourly limit ${what} is read as ${limit ?? 'none'}`, async () => {
    assert.equal(await readHourlyLimit(query), limit)
  })
}
