import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseError } from '../../../common/errors.ts'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { steppedReader } from '../../support/reader.ts'

test('an account that has used up its hour in a recount rests from polls, too, once', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('wp-statistics')
  const database = openMysql(await mariadb.create('exhausted', dump))
  t.after(() => database.close())
  let now = Date.parse('2026-10-15T12:00:00Z')
  let isExhausted = false
  const error = new DatabaseError('exhausted', 'the account has used up its hour')
  const reader = steppedReader(
    {
      ...database,
      snapshot: (work) => (isExhausted ? Promise.reject(error) : database.snapshot(work)),
    },
    { now: () => now, onBackgroundError: (told) => assert.equal(told, error) },
  )
  await reader.step()
  for (let hour = 0; hour < 2; hour += 1) {
    isExhausted = true
    now += 3_600_000
    await reader.read()
    await assert.rejects(reader.read(), error)
    isExhausted = false
    // As after the five minutes.
    now += 300_000
    assert.ok((await reader.read()).counts.length > 0)
  }
})
