import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DatabaseError } from '../../../errors.ts'
import { Reader } from '../../../server/readings/reader.ts'
import type { Sql } from '../../../server/wordpress/database.ts'
import { openMysql } from '../../../server/wordpress/mysql.ts'
import { fixture, freePort, type MysqlConnection, startMariadb } from '../../support/mariadb.ts'

const sql = (text: string): Sql => ({ text, values: [] })

test('a MariaDB server', async (t) => {
  const mariadb = await startMariadb(t, '--general-log=1', '--general-log-file=general.log')
  const { dump, expected } = await fixture('wp-statistics')
  const connection = await mariadb.create('wp', dump)

  await t.test('a whole run asks nothing but SELECT, SET and transactions', async (t) => {
    const { now } = expected as { now: string }
    const [marker] = await mariadb.execute('SELECT @@datadir AS folder')
    const database = openMysql(connection)
    t.after(() => database.close())
    const reader = new Reader({
      database,
      wanted: { prefix: undefined, source: 'auto', sql: undefined },
      ...{ name: undefined, pollMs: 5000, share: 1, remembered: undefined },
      now: () => Date.parse(now),
      onBackgroundError: assert.fail,
      onWarning: assert.fail,
    })
    await reader.read()
    await reader.read()
    const log = await readFile(join(String(marker?.['folder']), 'general.log'), 'utf8')
    const ours = log
      .split('\n')
      .filter((line) => /^\s*(\d{6}\s[\d:]+)?\s+\d+ (Query|Prepare|Execute)/.test(line))
    const statements = ours
      .slice(ours.findIndex((line) => line.includes('SELECT @@datadir')) + 1)
      .map((line) => line.replace(/^.*?(Query|Prepare|Execute)\s+/, ''))
    assert.ok(statements.length > 8, statements.join('\n'))
    for (const statement of statements)
      assert.match(statement, /^(SELECT|SET|START TRANSACTION|COMMIT)\b/)
  })

  await t.test('our session can write nothing, even where the account could', async (t) => {
    const database = openMysql({
      ...connection,
      user: 'root',
      password: '',
      host: 'localhost',
      socketPath: mariadb.socketPath,
    })
    t.after(() => database.close())
    const insert = sql("INSERT INTO wp_statistics_historical VALUES (9, 'visits', -9, 'x', 1)")
    await assert.rejects(database.query(insert), /READ ONLY transaction/)
    await assert.rejects(
      database.snapshot((query) => query(insert)),
      /READ ONLY transaction/,
    )
  })

  await t.test('a connection that died while idle is replaced without a lost query', async (t) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    const id = async () => (await database.query(sql('SELECT CONNECTION_ID() AS id')))[0]?.['id']
    const first = await id()
    await mariadb.execute(`KILL ${String(first)}`)
    assert.notEqual(await id(), first)
    await mariadb.restart()
    assert.ok(await id())
  })

  await t.test('a statement has a time limit on the server', async (t) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    const [row] = await database.query(sql('SELECT @@max_statement_time AS seconds'))
    assert.equal(Number(row?.['seconds']), 20)
  })

  await t.test('refusals say what is wrong, with no password in them', async (t) => {
    const port = await freePort()
    const cases: [Partial<MysqlConnection>, DatabaseError['kind'], RegExp][] = [
      [{ password: 'wr0ng' }, 'refused', /refuses this user and password/],
      [{ user: 'nobody' }, 'refused', /refuses this user and password/],
      [{ database: 'none' }, 'refused', /may not open this database/],
      [{ host: 'no-such-host.invalid' }, 'refused', /no such host|EAI_AGAIN/],
      [{ port }, 'away', /ECONNREFUSED/],
      [{ socketPath: '/nowhere/mysqld.sock' }, 'away', /ENOENT/],
      [{ tls: 'verify' }, 'refused', /does not speak TLS|TLS handshake/],
    ]
    for (const [change, kind, message] of cases) {
      await t.test(JSON.stringify(change), async (t) => {
        const database = openMysql({ ...connection, ...change })
        t.after(() => database.close())
        await assert.rejects(database.query(sql('SELECT 1')), (error: DatabaseError) => {
          // A machine without any resolver says EAI_AGAIN instead, which may mend.
          if (!error.message.includes('EAI_AGAIN')) assert.equal(error.kind, kind)
          assert.match(error.message, message)
          assert.ok(!error.message.includes(change.password ?? connection.password))
          return true
        })
        // What the server refused is not used again as if it were a connection.
        const begunMs = performance.now()
        await assert.rejects(database.query(sql('SELECT 1')), message)
        assert.ok(performance.now() - begunMs < 5000)
      })
    }
  })

  await t.test('a missing table or column is told from other errors', async (t) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    const kind = async (text: string) => {
      const error = await database.query(sql(text)).catch((reason: DatabaseError) => reason)
      return 'kind' in error ? error.kind : undefined
    }
    assert.equal(await kind('SELECT * FROM wp_gone'), 'schema')
    assert.equal(await kind('SELECT gone FROM wp_options'), 'schema')
    assert.equal(await kind('SELECT SLEEP('), 'refused')
  })
})

test('a database that hangs holds up nobody who closes it', async (t) => {
  const server = createServer((socket) => void socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const place = { engine: 'mysql', host: '127.0.0.1', port, tls: 'off' } as const
  const database = openMysql({ ...place, user: 'u', password: 'p', database: 'd' })
  const query = assert.rejects(database.query(sql('SELECT 1')), /has been closed/)
  await once(server, 'connection')
  database.close()
  await query
  await assert.rejects(database.query(sql('SELECT 1')), /has been closed/)
})

test('a server that accepts and never speaks is away, not waited for', async (t) => {
  const server = createServer((socket) => void socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const database = openMysql({
    ...{ engine: 'mysql', host: '127.0.0.1', port: address.port, tls: 'off' },
    ...{ user: 'u', password: 'p', database: 'd' },
  })
  const connected = once(server, 'connection')
  const answer = assert.rejects(database.query(sql('SELECT 1')), { kind: 'away' })
  const [socket] = await connected
  t.mock.timers.tick(10_000)
  await answer
  socket.destroy()
  server.close()
})
