import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2'
import type mysql from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'
import { Abortable } from '../../../common/abortable.ts'
import type { MysqlConnection } from './connection.ts'
import type { Database, Row, Sql, Way } from './database.ts'
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
/** From one look to the next whether it has ended. */
const lookEveryMs = 25
/** What a query must take for the bridge to see whether the network took it. */
const dearMs = 50
/** How much longer than its limit a statement may stay silent before the link counts as dead. */
const graceSeconds = 5

/**
 * A MySQL or MariaDB database over at most two connections: one for the quick queries of each poll,
 * one for recounts, so that a recount of seconds holds no poll back. Both are opened when first needed
 * and replaced when the server has closed them.
 *
 * @param mark stands in every statement; one that an earlier process with this mark has left running is ended
 */
export function openMysql(
  settings: MysqlConnection,
  transport: Transport = directTransport(settings),
  onWarning: (warning: string) => void = () => undefined,
  mark: string = randomUUID(),
): Database {
  const networks = { query: { ms: 0 }, snapshot: { ms: 0 } }
  const told = new Set<string>()
  const warn = (warning: string) => {
    if (!told.has(warning)) onWarning(warning)
    told.add(warning)
  }
  const lane = (way: Way, limitSeconds: number) =>
    new Lane(settings, transport, {
      limitSeconds,
      network: networks[way],
      warn,
      mark: `${mark} ${way}`,
    })
  const quick = lane('query', quickLimitSeconds)
  const slow = lane('snapshot', slowLimitSeconds)
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

interface LaneOptions {
  /** Of the server, on a statement. */
  readonly limitSeconds: number
  readonly network: Network
  readonly warn: (warning: string) => void
  /** Tells the statements of this lane from all others of the server. */
  readonly mark: string
}

/** One connection, used by one piece of work at a time. */
class Lane {
  readonly #settings: MysqlConnection
  readonly #transport: Transport
  readonly #options: LaneOptions
  #link: Link | undefined
  /** Something may still run on the server though its connection is gone. */
  #isLeft = false
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(settings: MysqlConnection, transport: Transport, options: LaneOptions) {
    this.#settings = settings
    this.#transport = transport
    this.#options = options
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
    if (!this.#isLeft) return
    const given = new AbortController()
    const time = sleep(killWithinMs, undefined, { signal: given.signal })
    // Where the server refuses, as an account that may have no more connections, that it was closed is all.
    const killed = this.#endLeft(given.signal).catch(() => undefined)
    await Promise.race([killed, time.catch(() => undefined)])
    given.abort()
  }

  async #endLeft(signal: AbortSignal): Promise<void> {
    const link = await this.#connect({ ms: 0 })
    const end = () => link.end()
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    await link.endLeft(quickLimitSeconds)
  }

  async #connect(network: Network): Promise<Link> {
    const stream = await this.#transport.open()
    return new Link(this.#settings, stream, this.#transport.isSocket, network, this.#options.mark)
  }

  async #attempt<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const { limitSeconds, network, warn } = this.#options
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
      const fresh = await this.#connect(network)
      if (this.#closed) fresh.end()
      this.#link = fresh
      try {
        await prepare(fresh, limitSeconds, warn)
        // Of this process, whose connection was lost, or of one before it that was killed: no second one of
        // these may run beside it, and none runs longer than its limit.
        await fresh.endLeft(limitSeconds)
        this.#isLeft = false
      } catch (error) {
        this.#drop(fresh)
        throw error
      }
      // With what went by on a connection that died unnoticed.
      network.ms += waitedMs() - begunMs
      return await work(fresh)
    } catch (error) {
      if (this.#link !== undefined && isLost(error)) this.#drop(this.#link)
      throw databaseError(error, this.#settings)
    }
  }

  #drop(link: Link): void {
    this.#isLeft ||= link.isAsking
    link.end()
    if (this.#link === link) this.#link = undefined
  }
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
      const rows = await this.#ask(left, quickLimitSeconds).catch(unlessLost)
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
