import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'
import { run } from '../support/command.ts'
import { fixture, startMariadb } from '../support/mariadb.ts'

// This file runs from build/test/deploy/.
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy')

it('the accounts of the documents are enough for the bridge, and can change nothing', async (t) => {
  const mariadb = await startMariadb(t)
  await mariadb.create('wordpress', (await fixture('koko-analytics')).dump)
  const password = '0123456789abcdef'
  const { stdout: statements } = await promisify(execFile)(
    'bash',
    ['-c', 'docker_process_sql() { cat; }; . "$0"', join(deploy, 'read-only-account.sh')],
    { env: { PATH: process.env['PATH'], COUNTER_PASSWORD: password } },
  )
  await mariadb.execute(`DROP USER counter@'%', counter@localhost; ${statements}`)
  // docs/running.md: the least that does.
  await mariadb.execute(
    `CREATE USER narrow@'%' IDENTIFIED BY '${password}';
     GRANT SELECT ON wordpress.site3_options TO narrow@'%';
     GRANT SELECT ON wordpress.site3_koko_analytics_site_stats TO narrow@'%'`,
  )
  for (const user of ['counter', 'narrow']) {
    const url = `mysql://${user}:${password}@127.0.0.1:${mariadb.port}/wordpress`
    const { code, stdout } = await run(t, ['doctor', '--database', url])
    assert.equal(code, 0, stdout)
    assert.doesNotMatch(stdout, /PROBLEM/)
    const connection = await mysql.createConnection(url)
    await assert.rejects(connection.query('DELETE FROM site3_options'), /denied/)
    await connection.end()
  }
})
