import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'
import type { Connection } from '../../server/wordpress/database/connection.ts'
import { endProgram, findProgram } from './program.ts'
import { listen } from './tcp-server.ts'

/** A MariaDB server of the test's own, which ends with the test. */
export interface Mariadb {
  readonly port: number
  readonly socketPath: string
  readonly errorLog: string
  readonly pid: () => number | undefined
  /** Runs statements as root; several at once, as a dump has them. */
  execute(sql: string, database?: string): Promise<mysql.RowDataPacket[]>
  /** Makes a database, fills it, and says how to reach it. */
  create(database: string, ...dumps: readonly string[]): Promise<MysqlConnection>
  /**
   * Runs statements as root on a connection that stays open, as to lock a table or to begin a
   * transaction, until the function that comes back is called; at last with the test.
   */
  hold(sql: string, database: string): Promise<() => Promise<void>>
  /** As a crash, with the data kept. */
  kill(): Promise<void>
  restart(): Promise<void>
}

const run = promisify(execFile)

export type MysqlConnection = Extract<Connection, { engine: 'mysql' }>

export const reader = { user: 'counter', password: 'p@ss w0rd:/?#' }

/** Starts MariaDB on an empty data folder and a free port of 127.0.0.1. */
export async function startMariadb(
  t: { after(end: () => unknown): void },
  ...options: string[]
): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-mariadb-'))
  const data = join(folder, 'data')
  const socketPath = join(folder, 'mariadb.sock')
  const errorLog = join(folder, 'error.log')
  const port = await freePort()
  // 96 MB of it are zeros.
  await run('cp', ['-r', '--sparse=always', await emptyData(), data])
  let server: ChildProcess
  /** An administrator's, kept open: a server that is full has room for one only. */
  let kept: mysql.Connection | undefined
  const start = async () => {
    server = spawn(findProgram('mariadbd'), [
      '--no-defaults',
      `--datadir=${data}`,
      // A server that starts removes every temporary table in the folder, those of another server too.
      `--tmpdir=${folder}`,
      `--socket=${socketPath}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--log-error=${errorLog}`,
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-name-resolve',
      ...asRoot('--user=root'),
      ...options,
    ])
    await untilItAnswers(server, socketPath, errorLog)
  }
  const end = async (signal: NodeJS.Signals) => {
    kept?.destroy()
    kept = undefined
    await endProgram(server, signal)
  }
  await start()
  t.after(async () => {
    await end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  const connect = async () => {
    const connection = await mysql.createConnection({
      socketPath,
      user: 'root',
      multipleStatements: true,
      dateStrings: true,
    })
    return connection.on('error', () => undefined)
  }
  const execute = async (sql: string, database?: string) => {
    const connection = kept ?? (await connect())
    kept = undefined
    try {
      if (database !== undefined) await connection.query(`USE \`${database}\``)
      const [rows] = await connection.query<mysql.RowDataPacket[]>(sql)
      if (kept === undefined) kept = connection
      else await connection.end()
      return rows
    } catch (error) {
      connection.destroy()
      throw error
    }
  }
  await execute(
    `CREATE USER ${reader.user}@'%' IDENTIFIED BY ${mysql.escape(reader.password)};
     CREATE USER ${reader.user}@localhost IDENTIFIED BY ${mysql.escape(reader.password)}`,
  )
  return {
    port,
    socketPath,
    errorLog,
    pid: () => server.pid,
    execute,
    create: async (database, ...dumps) => {
      await execute(
        `CREATE DATABASE \`${database}\`;
         GRANT SELECT ON \`${database}\`.* TO ${reader.user}@'%';
         GRANT SELECT ON \`${database}\`.* TO ${reader.user}@localhost`,
      )
      for (const dump of dumps) await execute(dump, database)
      return { engine: 'mysql', host: '127.0.0.1', port, ...reader, database, tls: 'off' }
    },
    hold: async (sql, database) => {
      const connection = await mysql.createConnection({
        socketPath,
        user: 'root',
        multipleStatements: true,
        database,
      })
      connection.on('error', () => {})
      t.after(() => connection.destroy())
      await connection.query(sql)
      return () => connection.end()
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL')
      await start()
    },
  }
}

/** A dump of the fixtures, with the numbers that the plugin itself reported. */
export async function fixture(name: string): Promise<{ dump: string; expected: unknown }> {
  const folder = join(import.meta.dirname, '../../../test/fixtures/wordpress')
  return {
    dump: await readFile(join(folder, `${name}.sql`), 'utf8'),
    expected: JSON.parse(await readFile(join(folder, `${name}.expected.json`), 'utf8')),
  }
}

export function databaseUrl({ user, password, host, port, database }: MysqlConnection): string {
  return `mysql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

/**
 * A data folder without databases, which all tests of one build copy: to make it takes MariaDB longer
 * than to start.
 */
async function emptyData(): Promise<string> {
  const kept = join(import.meta.dirname, '../../mariadb-data')
  if (existsSync(kept)) return kept
  const made = await mkdtemp(`${kept}-`)
  await run(findProgram('mariadb-install-db'), [
    '--no-defaults',
    `--datadir=${made}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asRoot('--user=root'),
  ])
  // Of several that are made at the same time the first one's stays.
  await rename(made, kept).catch(() => rm(made, { recursive: true, force: true }))
  return kept
}

function asRoot(...options: string[]): string[] {
  return process.getuid?.() === 0 ? options : []
}

async function untilItAnswers(
  server: ChildProcess,
  socketPath: string,
  errorLog: string,
): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (server.exitCode !== null) break
    try {
      const connection = await mysql.createConnection({ socketPath, user: 'root' })
      await connection.end()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  throw new Error(`MariaDB did not start:\n${await readFile(errorLog, 'utf8').catch(() => '')}`)
}
