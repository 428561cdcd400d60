import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { DatabaseError } from '../../../../common/errors.ts'
import type { Sql } from '../../../../server/wordpress/database/database.ts'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { directTransport } from '../../../../server/wordpress/database/transport.ts'
import { startProxy } from '../../../faults/proxy.ts'
import { collected } from '../../../support/garbage.ts'
import { fixture, freePort, type MysqlConnection, startMariadb } from '../../../support/mariadb.ts'
import { startTcp } from '../../../support/tcp-server.ts'

const sql = (text: string): Sql => ({ text, values: [] })

test('a MariaDB server', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create('wp', dump)

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

  await t.test('nothing is kept of a query that has been answered', async (t) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    const rows = async () => new WeakRef(await database.query(sql('SELECT 1 AS one')))
    const first = await rows()
    // mysql2 itself keeps the newest.
    for (let query = 0; query < 3; query += 1) await rows()
    await collected(first)
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

  await t.test('a query costs what the database works, not what we do meanwhile', async (t) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    await database.query(sql('SELECT 1'))
    const cost = async (text: string) => {
      const begunMs = database.stopwatch('query')
      const answer = database.query(sql(text))
      const busyUntilMs = performance.now() + 300
      while (performance.now() < busyUntilMs);
      await answer
      return database.stopwatch('query') - begunMs
    }
    const quickMs = await cost('SELECT 1')
    assert.ok(quickMs < 150, `${quickMs}`)
    const slowMs = await cost('SELECT SLEEP(1)')
    assert.ok(slowMs > 500, `${slowMs}`)
  })

  await t.test(
    'a query costs all of its time while a snapshot waits for the network',
    async (t) => {
      const direct = directTransport(connection)
      const opening = { ms: 0 }
      const database = openMysql(connection, {
        isSocket: direct.isSocket,
        open: async () => {
          await new Promise((resolve) => setTimeout(resolve, opening.ms))
          return direct.open()
        },
        close: () => direct.close(),
      })
      t.after(() => database.close())
      await database.query(sql('SELECT 1'))
      const begunMs = database.stopwatch('query')
      const answer = database.query(sql('SELECT SLEEP(1)'))
      opening.ms = 700
      await database.snapshot((query) => query(sql('SELECT 1')))
      await answer
      const costMs = database.stopwatch('query') - begunMs
      assert.ok(costMs > 500, `${costMs}`)
    },
  )

  await t.test('a query costs nothing of what the network takes', async (t) => {
    const proxy = await startProxy(mariadb.port, () => 0)
    t.after(() => proxy.stop())
    const database = openMysql({ ...connection, port: proxy.port })
    t.after(() => database.close())
    const cost = async (mendAfterMs?: number) => {
      const begunMs = database.stopwatch('query')
      const answer = database.query(sql('SELECT 1'))
      if (mendAfterMs !== undefined) setTimeout(() => proxy.set(undefined), mendAfterMs)
      await answer
      return database.stopwatch('query') - begunMs
    }
    assert.ok((await cost()) < 100)
    proxy.set('hang')
    const overDeadLinkMs = await cost(400)
    assert.ok(overDeadLinkMs < 100, `a connection that hangs and is replaced: ${overDeadLinkMs}`)
    proxy.set('delay')
    const delayedMs = await cost()
    assert.ok(delayedMs < 250, `a link that has become slow: ${delayedMs}`)
    const far = await startProxy(mariadb.port, () => 0)
    t.after(() => far.stop())
    far.set('delay')
    const farDatabase = openMysql({ ...connection, port: far.port })
    t.after(() => farDatabase.close())
    await farDatabase.query(sql('SELECT 1'))
    const begunMs = farDatabase.stopwatch('query')
    await farDatabase.query(sql('SELECT 1'))
    const farMs = farDatabase.stopwatch('query') - begunMs
    assert.ok(farMs < 250, `a server that is half a second away: ${farMs}`)
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
      [{ host: 'no-such-host.invalid' }, 'host', /no such host|EAI_AGAIN/],
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

  await t.test('an account that may have too few connections is told what to do', async (t) => {
    const limit = (most: number) =>
      mariadb.execute(`ALTER USER ${connection.user}@'%' WITH MAX_USER_CONNECTIONS ${most}`)
    await limit(1)
    t.after(() => limit(0))
    const database = openMysql(connection)
    t.after(() => database.close())
    await database.query(sql('SELECT 1'))
    await assert.rejects(
      database.snapshot((query) => query(sql('SELECT 1'))),
      {
        kind: 'away',
        message: /\(max_user_connections\); the counter needs 2: give it an account of its own/,
      },
    )
    await limit(0)
    await database.snapshot((query) => query(sql('SELECT 1')))
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

test('a MySQL that knows no limit for a statement is read without one, with one warning', async (t) => {
  // MariaDB, which has no max_execution_time either, under the version that it is told to have.
  const mariadb = await startMariadb(t, '--version=5.6.51-log', '--max-user-connections=1')
  const { dump } = await fixture('wp-statistics')
  const warnings: string[] = []
  const warn = (warning: string) => warnings.push(warning)
  const database = openMysql(await mariadb.create('old', dump), undefined, warn)
  t.after(() => database.close())
  const [row] = await database.query(sql('SELECT COUNT(*) AS n FROM wp_options'))
  assert.ok(Number(row?.['n']) > 0)
  await assert.rejects(
    database.snapshot((query) => query(sql('SELECT 1'))),
    /max_user_connections.*ER_TOO_MANY_USER_CONNECTIONS/,
  )
  await mariadb.execute('SET GLOBAL max_user_connections = 2')
  await database.snapshot((query) => query(sql('SELECT 1')))
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /^the server \(5\.6\.51-log\) knows no limit .* since 5\.7\.8 /)
})

test('a database that hangs holds up nobody who closes it', async (t) => {
  const { port, server } = await startTcp(t)
  const place = { engine: 'mysql', host: '127.0.0.1', port, tls: 'off' } as const
  const database = openMysql({ ...place, user: 'u', password: 'p', database: 'd' })
  const query = assert.rejects(database.query(sql('SELECT 1')), /has been closed/)
  await once(server, 'connection')
  await database.close()
  await query
  await assert.rejects(database.query(sql('SELECT 1')), /has been closed/)
})

test('a server that accepts and never speaks is away, not waited for', async (t) => {
  const { port, server } = await startTcp(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const database = openMysql({
    engine: 'mysql',
    host: '127.0.0.1',
    port,
    tls: 'off',
    user: 'u',
    password: 'p',
    database: 'd',
  })
  const connected = once(server, 'connection')
  const answer = assert.rejects(database.query(sql('SELECT 1')), { kind: 'away' })
  await connected
  t.mock.timers.tick(10_000)
  await answer
})
