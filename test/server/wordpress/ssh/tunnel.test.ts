import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DatabaseError } from '../../../../common/errors.ts'
import type { MysqlConnection } from '../../../../server/wordpress/database/connection.ts'
import { fixedPlace } from '../../../../server/wordpress/database/place.ts'
import type { SshTarget } from '../../../../server/wordpress/ssh/target.ts'
import { recordingLog, silent } from '../../../support/log.ts'
import { freePort, startMariadb } from '../../../support/mariadb.ts'
import { type Sshd, startSshd } from '../../../support/sshd.ts'

const one = { text: 'SELECT 1 + 1 AS two', values: [] }

function targetOf({ destination, port, key, knownHosts }: Sshd): SshTarget {
  return { destination, port, key, knownHosts }
}

async function ask(
  t: TestContext,
  connection: MysqlConnection,
  ssh: SshTarget,
  log = silent,
): Promise<unknown> {
  const database = await fixedPlace({ ...connection, ssh }).open(log)
  t.after(() => database.close())
  return database.query(one)
}

test('a database is reached through ssh, whichever way the far machine allows', async (t) => {
  const mariadb = await startMariadb(t)
  const tcp = await mariadb.create('blog')
  const socket = {
    ...tcp,
    host: 'localhost',
    socketPath: mariadb.socketPath,
    port: await freePort(),
  }
  const cases: [what: string, lines: string[], connection: MysqlConnection, words: RegExp][] = [
    ['TCP, as that machine sees it', [], tcp, /is reached by 127\.0\.0\.1:\d+$/],
    ['its socket, where it has no TCP', [], socket, /is reached by its socket \S+mariadb\.sock$/],
    [
      'a relay in PHP, where it forbids forwarding',
      ['DisableForwarding yes'],
      tcp,
      /by a relay in PHP/,
    ],
    [
      'a relay in PHP to its socket',
      ['AllowStreamLocalForwarding no'],
      socket,
      /by a relay in PHP/,
    ],
    [
      'TCP, for an account that may do no more than that',
      [`key:restrict,port-forwarding,permitopen="127.0.0.1:${tcp.port}"`],
      tcp,
      /is reached by 127/,
    ],
  ]
  for (const [what, lines, connection, words] of cases) {
    await t.test(what, async (t) => {
      const sshd = await startSshd(t, ...lines)
      const log = recordingLog()
      assert.deepEqual(await ask(t, connection, targetOf(sshd), log), [{ two: 2 }])
      assert.match(log.lines.join('\n'), words)
    })
  }
})

test('what goes wrong is said in words, with what to do', async (t) => {
  const sshd = await startSshd(t)
  const other = await startSshd(t)
  const target = targetOf(sshd)
  const connection: MysqlConnection = {
    engine: 'mysql',
    host: 'db.example.com',
    port: await freePort(),
    user: 'u',
    password: 's3cret',
    database: 'd',
    tls: 'off',
  }
  await writeFile(join(sshd.folder, 'nobody'), '')
  const cases: [what: string, target: SshTarget, host: string, kind: string, said: RegExp][] = [
    [
      'an unknown host key',
      { ...target, knownHosts: join(sshd.folder, 'nobody') },
      '127.0.0.1',
      'refused',
      /is not in \S+nobody; put it there with: ssh-keyscan -p \d+ 127\.0\.0\.1 >> \S+nobody$/,
    ],
    [
      'a changed host key',
      { ...targetOf(other), port: sshd.port, knownHosts: await changed(sshd, other) },
      '127.0.0.1',
      'refused',
      /has changed; .*ssh-keygen -f \S+ -R '\[127\.0\.0\.1\]:\d+'$/,
    ],
    [
      'a key that is not let in',
      { ...target, key: other.key },
      '127.0.0.1',
      'refused',
      /permission denied \(publickey\); .*ssh-copy-id -p \d+ \S+@127\.0\.0\.1, or name it with --ssh-key$/,
    ],
    [
      'a closed far port',
      target,
      '127.0.0.1',
      'away',
      /cannot reach the database \(Connection refused\)/,
    ],
    [
      'no such host',
      { destination: 'u@no-such-host.invalid' },
      '127.0.0.1',
      'host',
      /no such host: no-such-host\.invalid$/,
    ],
    [
      'a closed port of ssh',
      { ...target, port: await freePort() },
      '127.0.0.1',
      'away',
      /Connection refused; is the port right/,
    ],
  ]
  for (const [what, ssh, host, kind, said] of cases) {
    await t.test(what, async (t) => {
      await assert.rejects(ask(t, { ...connection, host }, ssh), (error: Error) => {
        assert.ok(error instanceof DatabaseError, error.stack)
        assert.equal(error.kind, kind, error.message)
        assert.match(error.message, said)
        assert.doesNotMatch(error.message, /s3cret/)
        return true
      })
    })
  }
})

/** A file that knows another key for the address of the first. */
async function changed(sshd: Sshd, other: Sshd): Promise<string> {
  const file = join(sshd.folder, 'changed')
  const key = await readFile(join(other.folder, 'host.pub'), 'utf8')
  await writeFile(file, `[127.0.0.1]:${sshd.port} ${key}`)
  return file
}

test('a connection that is cut is replaced without a lost answer', async (t) => {
  const mariadb = await startMariadb(t)
  const connection = await mariadb.create('blog')
  const sshd = await startSshd(t)
  const database = await fixedPlace({ ...connection, ssh: targetOf(sshd) }).open(silent)
  t.after(() => database.close())
  for (let cuts = 0; cuts < 3; cuts++) {
    assert.deepEqual(await database.query(one), [{ two: 2 }])
    await sshd.cut()
  }
  await sshd.kill()
  await assert.rejects(database.query(one), /ssh \S+: Connection refused/)
  await sshd.start()
  assert.deepEqual(await database.query(one), [{ two: 2 }])
})
