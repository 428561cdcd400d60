import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2'
import type mysql from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'
import { Abortable } from '../../../common/abortable.ts'
import type { MysqlConnection } from './connection.ts'
import type { Row, Sql } from './database.ts'
import { isLost, isUnknownVariable, lost } from './mysql-error.ts'

const connectTimeoutMs = 10_000
/** For what answers at once. */
const answerSeconds = 20
/** On a table that is being altered a query would wait for a day (MySQL) or a year. */
const lockLimitSeconds = 10
/** From one look to the next whether it has ended. */
const lookEveryMs = 25
/** What a query must take for the bridge to see whether the network took it. */
const dearMs = 50
/** How much longer than its limit a statement may stay silent before the link counts as dead. */
const graceSeconds = 5

/**
 * While the database works this process waits. What it does itself in the meantime is none of the
 * database's time: 30 ms of a query that takes 3 when the program has just started. A tenth of that
 * counts, so that a query costs something even where there is never a moment to wait.
 */
export function waitedMs(): number {
  const { idle } = performance.eventLoopUtilization()
  return idle + (performance.now() - idle) / 10
}

/** What the network has taken of the time that was waited: it is none of the database's either. */
export interface Network {
  ms: number
}

/**
 * A connection over a socket of our own: mysql2 ends one by waiting for the server to agree, which a
 * server that hangs does not, and a query on it never fails.
 */
export class Link {
  readonly #socket: Duplex
  readonly #connection: mysql.Connection
  readonly #ending = new Abortable()
  readonly #network: Network
  /** The quickest of the statements that answer at once; 0 before the first. */
  #roundTripMs = 0
  /** As it stands behind a statement. */
  readonly #mark: string
  #isAsking = false

  constructor(
    settings: MysqlConnection,
    stream: Duplex,
    isSocket: boolean,
    network: Network,
    mark: string,
  ) {
    const { host, socketPath } = settings
    this.#mark = ` /* visitor-counter ${mark} */`
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
    await this.#ask({ text: 'SELECT 1', values: [] }, answerSeconds).catch(() => undefined)
    return waitedMs() - begunMs
  }

  /** A statement that answers at once. */
  async tell(text: string): Promise<void> {
    const begunMs = waitedMs()
    await this.#ask({ text, values: [] }, answerSeconds)
    const ms = waitedMs() - begunMs
    this.#roundTripMs = this.#roundTripMs === 0 ? ms : Math.min(this.#roundTripMs, ms)
  }

  /** A statement has no answer yet; stays so when the connection has failed. */
  get isAsking(): boolean {
    return this.#isAsking
  }

  /**
   * Ends the statements of other connections that have our mark, and waits until they are gone. By its id alone
   * a connection may be somebody else's, behind a proxy or on the server that has taken over.
   */
  async endLeft(withinSeconds: number): Promise<void> {
    const untilMs = performance.now() + withinSeconds * 1000
    const left = {
      text: `SELECT id FROM information_schema.processlist
        WHERE id <> CONNECTION_ID() AND info LIKE '%${this.#mark}'`,
      values: [],
    }
    while (performance.now() < untilMs) {
      // What calls itself MySQL may know no list of connections; then there is nothing to be done.
      const rows = await this.#ask(left, answerSeconds).catch(unlessLost)
      if (rows.length === 0) return
      // One that has just ended by itself cannot be ended.
      for (const { id } of rows) await this.tell(`KILL QUERY ${Number(id)}`).catch(unlessLost)
      await sleep(lookEveryMs)
    }
  }

  async #ask({ text, values }: Sql, limitSeconds: number): Promise<Row[]> {
    const timer = setTimeout(
      () => this.#fail(lost(`no answer in ${limitSeconds + graceSeconds} s`)),
      (limitSeconds + graceSeconds) * 1000,
    )
    try {
      const sql = text + this.#mark
      const answer = this.#connection.query<RowDataPacket[]>({ sql, values: [...values] })
      this.#isAsking = true
      const [rows] = await this.#ending.before(answer)
      this.#isAsking = false
      return rows
    } catch (error) {
      // An error of the server is an answer, too.
      if (!isLost(error)) this.#isAsking = false
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

function unlessLost(error: unknown): [] {
  if (isLost(error)) throw error
  return []
}

/** mysql2 checks the name in a certificate only when it is told to. */
const tlsOptions = {
  'no-verify': { rejectUnauthorized: false },
  verify: { rejectUnauthorized: true, verifyIdentity: true },
}

/** Makes a new session one that only reads, within limits of the server's own. */
export async function prepare(
  link: Link,
  limitSeconds: number,
  warn: (warning: string) => void,
): Promise<void> {
  const version = { text: 'SELECT VERSION() AS version', values: [] }
  const [row] = await link.query(version, answerSeconds)
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
