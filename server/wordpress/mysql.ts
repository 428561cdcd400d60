import { connect as connectSocket, type Socket } from 'node:net'
import { createConnection } from 'mysql2'
import type mysql from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'
import { Ending } from '../../ending.ts'
import { DatabaseError, type DatabaseErrorKind, FatalError, messageOf } from '../../errors.ts'
import { describeConnection, type MysqlConnection } from './connection.ts'
import type { Database, Row, Sql } from './database.ts'

const connectTimeoutMs = 10_000
/** Limits of the server on a statement: of a poll, and of a recount, which looks at all rows. */
const quickLimitSeconds = 20
const slowLimitSeconds = 900
/** On a table that is being altered a query would wait for a day (MySQL) or a year. */
const lockLimitSeconds = 10
/** How much longer than its limit a statement may stay silent before the link counts as dead. */
const graceSeconds = 5

/**
 * A MySQL or MariaDB database over at most two connections: one for the quick queries of each poll,
 * one for recounts, so that a recount of seconds holds no poll back. Both are opened when first needed
 * and replaced when the server has closed them.
 */
export function openMysql(settings: MysqlConnection): Database {
  const network = { ms: 0 }
  const quick = new Lane(settings, quickLimitSeconds, network)
  const slow = new Lane(settings, slowLimitSeconds, network)
  return {
    engine: 'mysql',
    stopwatch: () => waitedMs() - network.ms,
    query: (sql) => quick.run((link) => link.query(sql, quickLimitSeconds)),
    snapshot: (work) =>
      slow.run(async (link) => {
        await link.tell('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
        try {
          return await work((sql) => link.query(sql, slowLimitSeconds))
        } finally {
          await link.tell('COMMIT')
        }
      }),
    close() {
      quick.close()
      slow.close()
    },
  }
}

/**
 * While the database works this process waits. What it does itself in the meantime is none of the
 * database's time: 30 ms of a query that takes 3 when the program has just started. A tenth of that
 * counts, so that a query costs something even where there is never a moment to wait.
 */
function waitedMs(): number {
  const { idle } = performance.eventLoopUtilization()
  return idle + (performance.now() - idle) / 10
}

/** What the network has taken of the time that was waited: it is none of the database's either. */
interface Network {
  ms: number
}

/** One connection, used by one piece of work at a time. */
class Lane {
  readonly #settings: MysqlConnection
  readonly #limitSeconds: number
  readonly #network: Network
  #link: Link | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(settings: MysqlConnection, limitSeconds: number, network: Network) {
    this.#settings = settings
    this.#limitSeconds = limitSeconds
    this.#network = network
  }

  run<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#attempt(work))
    this.#last = result.catch(() => undefined)
    return result
  }

  /** At once: a query that is under way fails. */
  close(): void {
    this.#closed = true
    this.#link?.end()
    this.#link = undefined
  }

  async #attempt<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const idle = this.#link
    const begunMs = waitedMs()
    if (idle !== undefined) {
      try {
        return await work(idle)
      } catch (error) {
        if (!isLost(error)) throw databaseError(error, this.#settings)
        // Servers close connections that idle (wait_timeout): once more, on a new one.
        this.#drop(idle)
      }
    }
    try {
      if (this.#closed) throw lost('the connection has been closed')
      const fresh = new Link(this.#settings, this.#network)
      this.#link = fresh
      try {
        await prepare(fresh, this.#limitSeconds)
      } catch (error) {
        this.#drop(fresh)
        throw error
      }
      // With what went by on a connection that died unnoticed.
      this.#network.ms += waitedMs() - begunMs
      return await work(fresh)
    } catch (error) {
      if (this.#link !== undefined && isLost(error)) this.#drop(this.#link)
      throw databaseError(error, this.#settings)
    }
  }

  #drop(link: Link): void {
    link.end()
    if (this.#link === link) this.#link = undefined
  }
}

/** As mysql2 marks an error after which a connection is of no more use. */
function lost(message: string): Error {
  return Object.assign(new Error(message), { fatal: true })
}

/**
 * A connection over a socket of our own: mysql2 ends one by waiting for the server to agree, which a
 * server that hangs does not, and a query on it never fails.
 */
class Link {
  readonly #socket: Socket
  readonly #connection: mysql.Connection
  readonly #ending = new Ending()
  readonly #network: Network
  /** The quickest of the statements that answer at once; 0 before the first. */
  #roundTripMs = 0

  constructor(settings: MysqlConnection, network: Network) {
    const { host, port, socketPath } = settings
    this.#network = network
    this.#socket = connectSocket(
      socketPath === undefined
        ? { host, port, keepAlive: true, noDelay: true }
        : { path: socketPath },
    )
    const core = createConnection({
      stream: () => this.#socket,
      user: settings.user,
      password: settings.password,
      database: settings.database,
      // TLS checks the certificate against it.
      ...(socketPath === undefined ? { host } : {}),
      ...(settings.tls === 'off' ? {} : { ssl: tlsOptions[settings.tls] }),
      connectTimeout: connectTimeoutMs,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    })
    core.on('error', (error: Error) => this.#fail(error))
    this.#connection = core.promise()
  }

  /** @param limitSeconds of the server; a little later the link counts as dead */
  async query(sql: Sql, limitSeconds: number): Promise<Row[]> {
    const begunMs = waitedMs()
    const rows = await this.#ask(sql, limitSeconds)
    this.#network.ms += Math.min(waitedMs() - begunMs, this.#roundTripMs)
    return rows
  }

  /** A statement that answers at once. */
  async tell(text: string): Promise<void> {
    const begunMs = waitedMs()
    await this.#ask({ text, values: [] }, quickLimitSeconds)
    const ms = waitedMs() - begunMs
    this.#roundTripMs = this.#roundTripMs === 0 ? ms : Math.min(this.#roundTripMs, ms)
  }

  async #ask({ text, values }: Sql, limitSeconds: number): Promise<Row[]> {
    const timer = setTimeout(
      () => this.#fail(lost(`no answer in ${limitSeconds + graceSeconds} s`)),
      (limitSeconds + graceSeconds) * 1000,
    )
    try {
      const answer = this.#connection.query<RowDataPacket[]>({ sql: text, values: [...values] })
      const [rows] = await this.#ending.before(answer)
      return rows
    } finally {
      clearTimeout(timer)
    }
  }

  end(): void {
    this.#fail(lost('the connection has been closed'))
  }

  #fail(reason: Error): void {
    this.#ending.end(reason)
    this.#connection.destroy()
    this.#socket.destroy()
  }
}

/** mysql2 checks the name in a certificate only when it is told to. */
const tlsOptions = {
  'no-verify': { rejectUnauthorized: false },
  verify: { rejectUnauthorized: true, verifyIdentity: true },
}

/** Makes a new session one that only reads, within limits of the server's own. */
async function prepare(link: Link, limitSeconds: number): Promise<void> {
  const version = { text: 'SELECT VERSION() AS version', values: [] }
  const [row] = await link.query(version, quickLimitSeconds)
  // MariaDB counts the limit of a statement in seconds, MySQL in milliseconds and for SELECT only.
  const limit = /mariadb/i.test(String(row?.['version']))
    ? `max_statement_time=${limitSeconds}`
    : `max_execution_time=${limitSeconds * 1000}`
  await link.tell('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  await link.tell(
    `SET SESSION ${limit}, lock_wait_timeout=${lockLimitSeconds}, time_zone='+00:00', sql_mode=''`,
  )
}

const lostCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
])

function isLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('fatal' in error && error.fatal === true) ||
      lostCodes.has(codeOf(error)) ||
      // mysql2 has no code for a query on a connection that it knows to be closed.
      /closed state/.test(error.message))
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Codes of mysql2, the server and Node's resolver that waiting does not mend, with what to do. */
const refusals: Record<string, string> = {
  ER_ACCESS_DENIED_ERROR: 'the server refuses this user and password',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'the server refuses this user without a password',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'this account is locked',
  ER_MUST_CHANGE_PASSWORD: 'the password of this account has expired',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'the password of this account has expired',
  AUTH_SWITCH_PLUGIN_ERROR: 'the server wants a way of logging in that is not known here',
  ER_DBACCESS_DENIED_ERROR: 'this user may not open this database',
  ER_TABLEACCESS_DENIED_ERROR: 'this user may not read the tables; it needs GRANT SELECT',
  ER_COLUMNACCESS_DENIED_ERROR: 'this user may not read the tables; it needs GRANT SELECT',
  ER_HOST_NOT_PRIVILEGED: 'the server accepts no connections from this machine',
  ER_BAD_DB_ERROR: 'the server has no database of this name',
  ENOTFOUND: 'no such host',
  HANDSHAKE_NO_SSL_SUPPORT: 'the server does not speak TLS',
  HANDSHAKE_SSL_ERROR: 'the TLS handshake failed',
  ER_PARSE_ERROR: 'the query is not valid SQL',
}

const schemaCodes = new Set(['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'])

/** `max_statement_time exceeded` of MariaDB, for which mysql2 has no name, and that of MySQL. */
const limitNumbers = new Set([1969, 3024])

function databaseError(error: unknown, settings: MysqlConnection): Error {
  // What the work itself has refused is no failure of the server.
  if (error instanceof DatabaseError || error instanceof FatalError) return error
  const code = codeOf(error)
  const where = describeConnection(settings)
  if (error instanceof Error && 'errno' in error && limitNumbers.has(Number(error.errno))) {
    return new DatabaseError('limit', `${where}: a query took longer than its time limit`, {
      cause: error,
    })
  }
  const refusal = refusals[code]
  const kind: DatabaseErrorKind =
    refusal !== undefined ? 'refused' : schemaCodes.has(code) ? 'schema' : 'away'
  const reason = refusal ?? messageOf(error)
  const said = code === '' ? reason : `${reason} (${code})`
  return new DatabaseError(kind, `${where}: ${said}`, { cause: error })
}
