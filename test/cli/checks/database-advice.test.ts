import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { databaseAdvice } from '../../../cli/checks/database-advice.ts'
import { DatabaseError, FatalError, messageOf } from '../../../common/errors.ts'
import type { MysqlConnection } from '../../../server/wordpress/database/connection.ts'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort, startMariadb } from '../../support/mariadb.ts'
import { findProgram } from '../../support/program.ts'
import { startTcp } from '../../support/tcp-server.ts'

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
  await tls.execute(
    `CREATE USER none@'%' IDENTIFIED BY 'x';
     CREATE USER stale@'%' IDENTIFIED BY 'x' PASSWORD EXPIRE; GRANT SELECT ON blog.* TO stale@'%';
     CREATE USER old@'%' IDENTIFIED VIA mysql_old_password USING '5d2e19393cc5ef67'; SET GLOBAL secure_auth = OFF;
     CREATE USER few@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON blog.* TO few@'%';
     CREATE USER tables@'%' IDENTIFIED BY 'x'; CREATE TABLE blog.one (a INT); CREATE TABLE blog.other (a INT);
     GRANT SELECT ON blog.other TO tables@'%'`,
  )
  const few = openMysql({ ...plain, user: 'few', password: 'x' })
  t.after(() => few.close())
  await few.query({ text: 'SELECT 1', values: [] })
  const without = await startMariadb(t)
  const plainOnly = await without.create('blog')
  const { port: ed25519 } = await startEd25519(t)
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
    ['an account without rights', { user: 'none', password: 'x' }, /may not open/, /GRANT SELECT/],
    ['a table that is closed', { user: 'tables', password: 'x' }, /denied|may not/, /GRANT SELECT/],
    ['a password that has expired', { user: 'stale', password: 'x' }, /expired/, /EXPIRE NEVER/],
    [
      'a way of logging in that is not known',
      { port: ed25519 },
      /not known here: client_ed25519/,
      /known are mysql_native_password, caching_sha2_password and unix_socket/,
    ],
    [
      'one of before MySQL 4.1',
      { user: 'old', password: 'x' },
      /mysql_old_password/,
      /known are mysql_native_password/,
    ],
    [
      'no connection left for this account',
      { user: 'few', password: 'x' },
      /max_user_connections.*give it an account of its own/,
      /mend this first/,
    ],
    [
      'no TLS at the server',
      { port: plainOnly.port, tls: 'verify' },
      /TLS|SSL/,
      /leave \?ssl= out/,
    ],
    ['no such socket', { socketPath: join(folder, 'none.sock') }, /ENOENT/, /no such socket/],
  ]
  for (const [what, changed, text, advice] of cases) {
    await t.test(what, async () => {
      const database = openMysql({ ...plain, ...changed })
      try {
        await assert.rejects(database.query({ text: 'SELECT a FROM one', values: [] }), (error) => {
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

/** The begin of a login at a MariaDB whose account has the plugin ed25519, which Debian has in a package of its own. */
async function startEd25519(t: TestContext) {
  const packet = (sequence: number, ...parts: (string | readonly number[])[]) => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
    return Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body])
  }
  return startTcp(t, (socket) => {
    const nonce = [1, 2, 3, 4, 5, 6, 7, 8]
    // Protocol::HandshakeV10, with the capabilities of protocol 4.1, a database and plugins.
    const version = [[10], '5.5.5-10.11.6-MariaDB\0', [1, 0, 0, 0], nonce, [0]]
    const capabilities = [[0x09, 0x82], [45], [2, 0], [0x08, 0]]
    const plugin = [
      [21],
      Array<number>(10).fill(0),
      nonce,
      [1, 2, 3, 4, 0],
      'mysql_native_password\0',
    ]
    socket.write(packet(0, ...version, ...capabilities, ...plugin))
    socket.once('data', () => {
      socket.write(packet(2, [0xfe], 'client_ed25519\0', Array<number>(32).fill(7), [0]))
    })
    socket.on('error', () => undefined)
  })
}

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
