import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MysqlConnection } from './connection.ts'
import type { Database, Way } from './database.ts'
import { Link, type Network, prepare, waitedMs } from './link.ts'
import { databaseError, isLost, lost } from './mysql-error.ts'
import { directTransport, type Transport } from './transport.ts'

/** Limits of the server on a statement: of a poll, and of a recount, which looks at all rows. */
const quickLimitSeconds = 20
const slowLimitSeconds = 900
/** How long a statement that nobody waits for any more may take to be ended. */
const killWithinMs = 900

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
    this.#isLeft = false
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
