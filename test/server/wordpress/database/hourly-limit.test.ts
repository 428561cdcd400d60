import assert from 'node:assert/strict'
import { test } from 'node:test'
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
