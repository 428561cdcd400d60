import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { databaseAdvice } from '../../../cli/checks/database-advice.ts'
import { DatabaseError, FatalError, messageOf } from '../../../common/errors.ts'
import type { MysqlConnection } from '../../../server/wordpress/database/connection.ts'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort, startMariadb } from '../../support/mariadb.ts'
import { findProgram } from '../../support/program.ts'

test('each failure of a database has its own words and its own advice', async (t) => {
  const folder = await temporaryFolder(t)
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await promisify(execFile)(findProgram('openssl'), [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=db.example'],
    ...['-keyout', key, '-out', certificate],
  ])
  const tls = await startMariadb(t, `--ssl-key=${key}`, `--ssl-cert=${certificate}`)
  const plain = await tls.create('blog')
  await tls.execute(
    "CREATE USER tls@'%' IDENTIFIED BY 'x' REQUIRE SSL; GRANT SELECT ON blog.* TO tls@'%'; CREATE USER locked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK",
  )
  const cases: [
    what: string,
    connection: Partial<MysqlConnection>,
    text: RegExp,
    advice: RegExp,
  ][] = [
    [
      'a wrong password',
      { password: 'x' },
      /'counter'@'127\.0\.0\.1'/,
      /correct user and password/,
    ],
    ['REQUIRE SSL', { user: 'tls', password: 'x' }, /'tls'@/, /\?ssl=true/],
    ['a locked account', { user: 'locked', password: 'x' }, /locked/, /ACCOUNT UNLOCK/],
    ['a certificate of its own', { tls: 'verify' }, /self-signed certificate/, /\?ssl=no-verify/],
    ['no such database', { database: 'nothing' }, /may not open/, /GRANT SELECT/],
    [
      'a closed port',
      { port: await freePort() },
      /nothing listens there/,
      /does the database run there/,
    ],
    [
      'an unknown host',
      { host: 'nowhere.invalid' },
      /no such host/,
      /name of the machine|resolver/,
    ],
    ['no such socket', { socketPath: join(folder, 'none.sock') }, /ENOENT/, /no such socket/],
  ]
  for (const [what, changed, text, advice] of cases) {
    await t.test(what, async () => {
      const database = openMysql({ ...plain, ...changed })
      try {
        await assert.rejects(database.query({ text: 'SELECT 1', values: [] }), (error) => {
          assert.ok(error instanceof DatabaseError)
          assert.match(messageOf(error), text)
          assert.match(databaseAdvice(error), advice)
          return true
        })
      } finally {
        await database.close()
      }
    })
  }
})

test('what is found in a database has its advice too', () => {
  const cases: [message: string, advice: RegExp][] = [
    ['table prefix "wq_": there is no table wq_options in this database', /correct --table-prefix/],
    ['no supported statistics plugin on x; known are …', /Plugins, Add New/],
    ['no statistics plugin is active on x; old tables …', /Installed Plugins/],
    ['something else', /mend this first/],
  ]
  for (const [message, advice] of cases)
    assert.match(databaseAdvice(new FatalError(message)), advice)
})
