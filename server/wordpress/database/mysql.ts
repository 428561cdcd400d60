import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2'
import type mysql from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'
import { Abortable } from '../../../common/abortable.ts'
import type { MysqlConnection } from './connection.ts'
import type { Database, Row, Sql } from './database.ts'
import { databaseError, isLost, isUnknownVariable, lost } from './mysql-error.ts'
import { directTransport, type Transport } from './transport.ts'

const connectTimeoutMs = 10_000
/** Limits of the server on a statement: of a poll, and of a recount, which looks at all rows. */
const quickLimitSeconds = 20
const slowLimitSeconds = 900
/** On a table that is being altered a query would wait for a day (MySQL) or a year. */
const lockLimitSeconds = 10
/** How long a statement that nobody waits for any more may take to be ended. */
const killWithinMs = 900
/** What a query must take for the bridge to see whether the network took it. */
const dearMs = 50
/** How much longer than its limit a statement may stay silent before the link counts as dead. */
const graceSeconds = 5

/**
 * A MySQL or MariaDB database over at most two connections: one for the quick queries of each poll,
 * one for recounts, so that a recount of seconds holds no poll back. Both are opened when first needed
 * and replaced when the server has closed them.
 */
export function openMysql(
  settings: MysqlConnection,
  transport: Transport = directTransport(settings),
  onWarning: (warning: string) => void = () => undefined,
): Database {
  const networks = { query: { ms: 0 }, snapshot: { ms: 0 } }
  const told = new Set<string>()
  const warn = (warning: string) => {
    if (!told.has(warning)) onWarning(warning)
    told.add(warning)
  }
  const quick = new Lane(settings, transport, quickLimitSeconds, networks.query, warn)
  const slow = new Lane(settings, transport, slowLimitSeconds, networks.snapshot, warn)
  return {
    engine: 'mysql',
    stopwatch: (way) => waitedMs() - networks[way].ms,
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
    async close() {
      await Promise.all([quick.close(), slow.close()])
      transport.close()
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
  readonly #transport: Transport
  readonly #limitSeconds: number
  readonly #network: Network
  readonly #warn: (warning: string) => void
  #link: Link | undefined
  /** What may still run on the server though its connection is gone. */
  #orphan: Statement | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(
    settings: MysqlConnection,
    transport: Transport,
    limitSeconds: number,
    network: Network,
    warn: (warning: string) => void,
  ) {
    this.#settings = settings
    this.#transport = transport
    this.#limitSeconds = limitSeconds
    this.#network = network
    this.#warn = warn
  }

  run<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#attempt(work))
    this.#last = result.catch(() => undefined)
    return result
  }

  /** A query that is under way fails at once; then the server is told to end it. */
  async close(): Promise<void> {
    this.#closed = true
    const link = this.#link
    if (link !== undefined) this.#drop(link)
    const orphan = this.#orphan
    if (orphan === undefined) return
    const given = new AbortController()
    const time = sleep(killWithinMs, undefined, { signal: given.signal })
    // Where the server refuses, as an account that may have no more connections, that it was closed is all.
    const killed = this.#kill(orphan, given.signal).catch(() => undefined)
    await Promise.race([killed, time.catch(() => undefined)])
    given.abort()
  }

  async #kill(statement: Statement, signal: AbortSignal): Promise<void> {
    const stream = await this.#transport.open()
    const killer = new Link(this.#settings, stream, this.#transport.isSocket, { ms: 0 })
    const end = () => killer.end()
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    await killer.kill(statement)
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
      const stream = await this.#transport.open()
      if (this.#closed) stream.destroy(lost('the connection has been closed'))
      const fresh = new Link(this.#settings, stream, this.#transport.isSocket, this.#network)
      this.#link = fresh
      try {
        await prepare(fresh, this.#limitSeconds, this.#warn)
        if (this.#orphan !== undefined) await fresh.kill(this.#orphan)
        this.#orphan = undefined
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
    this.#orphan = link.running ?? this.#orphan
    link.end()
    if (this.#link === link) this.#link = undefined
  }
}

/** One that a server is at, with the id of its connection there. */
interface Statement {
  readonly id: number
  readonly text: string
}

/**
 * A connection over a socket of our own: mysql2 ends one by waiting for the server to agree, which a
 * server that hangs does not, and a query on it never fails.
 */
class Link {
  readonly #socket: Duplex
  readonly #connection: mysql.Connection
  readonly #ending = new Abortable()
  readonly #network: Network
  /** The quickest of the statements that answer at once; 0 before the first. */
  #roundTripMs = 0
  #running: Statement | undefined

  constructor(settings: MysqlConnection, stream: Duplex, isSocket: boolean, network: Network) {
    const { host, socketPath } = settings
    this.#network = network
    this.#socket = stream
    const core = createConnection({
      stream: () => this.#socket,
      user: settings.user,
      password: settings.password,
      database: settings.database,
      // TLS checks the certificate against the host. That a stream is a socket, and so safe for a password
      // in clear (caching_sha2_password with a cold cache), mysql2 knows by its path only.
      ...(isSocket && socketPath !== undefined ? { socketPath } : { host }),
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
    const tookMs = waitedMs() - begunMs
    // A network may have become slower since the connection was made: the answer was long on its way.
    const delayMs = tookMs > dearMs ? await this.#delayMs() : 0
    this.#network.ms += delayMs + Math.min(tookMs, Math.max(delayMs, this.#roundTripMs))
    return rows
  }

  /** What a statement takes that answers at once. */
  async #delayMs(): Promise<number> {
    const begunMs = waitedMs()
    // Who asks has his answer; that the connection has died since the next query finds out.
    await this.#ask({ text: 'SELECT 1', values: [] }, quickLimitSeconds).catch(() => undefined)
    return waitedMs() - begunMs
  }

  /** A statement that answers at once. */
  async tell(text: string): Promise<void> {
    const begunMs = waitedMs()
    await this.#ask({ text, values: [] }, quickLimitSeconds)
    const ms = waitedMs() - begunMs
    this.#roundTripMs = this.#roundTripMs === 0 ? ms : Math.min(this.#roundTripMs, ms)
  }

  /** Has no answer yet; stays so when the connection has failed. */
  get running(): Statement | undefined {
    return this.#running
  }

  /**
   * Ends a statement of another connection. The id of that may by now be somebody else's, behind a proxy or
   * on the server that has taken over, so the statement must be there with its text.
   */
  async kill({ id, text }: Statement): Promise<void> {
    const rows = await this.#ask(
      {
        text: 'SELECT info AS statement FROM information_schema.processlist WHERE id = ?',
        values: [id],
      },
      quickLimitSeconds,
    )
    if (rows[0]?.['statement'] === text) await this.tell(`KILL QUERY ${id}`)
  }

  async #ask({ text, values }: Sql, limitSeconds: number): Promise<Row[]> {
    const timer = setTimeout(
      () => this.#fail(lost(`no answer in ${limitSeconds + graceSeconds} s`)),
      (limitSeconds + graceSeconds) * 1000,
    )
    try {
      const answer = this.#connection.query<RowDataPacket[]>({ sql: text, values: [...values] })
      const whole = this.#connection.format(text, [...values])
      this.#running = { id: this.#connection.threadId, text: whole }
      const [rows] = await this.#ending.before(answer)
      this.#running = undefined
      return rows
    } catch (error) {
      // An error of the server is an answer, too.
      if (!isLost(error)) this.#running = undefined
      throw error
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
async function prepare(
  link: Link,
  limitSeconds: number,
  warn: (warning: string) => void,
): Promise<void> {
  const version = { text: 'SELECT VERSION() AS version', values: [] }
  const [row] = await link.query(version, quickLimitSeconds)
  const product = String(row?.['version'])
  // MariaDB counts the limit of a statement in seconds, MySQL in milliseconds and for SELECT only.
  const limit = /mariadb/i.test(product)
    ? `max_statement_time=${limitSeconds}`
    : `max_execution_time=${limitSeconds * 1000}`
  await link.tell('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  await link.tell(
    `SET SESSION lock_wait_timeout=${lockLimitSeconds}, time_zone='+00:00', sql_mode=''`,
  )
  try {
    await link.tell(`SET SESSION ${limit}`)
  } catch (error) {
    if (!isUnknownVariable(error)) throw error
    warn(
      `the server (${product}) knows no limit of its own for a statement, as MySQL has since 5.7.8 and MariaDB since 10.1: one that takes too long is ended from here`,
    )
  }
}
