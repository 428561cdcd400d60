import { DatabaseError } from '../../../common/errors.ts'
import type { Logger } from '../../../common/log.ts'
import { type Connection, describeConnection } from './connection.ts'
import type { Database, Query, Way } from './database.ts'
import { openDatabase } from './open.ts'

/** Where a database is: an address that is given, or a configuration that names it. */
export interface DatabasePlace {
  /** For logs, and for the name of what is remembered of it. */
  readonly description: string
  /** What the configuration said of the table prefix when it was read at the start. */
  readonly tablePrefix?: string | undefined
  /** How often it is asked when nothing else is said, and at most; as any database when left out. */
  readonly pollMs?: { readonly usual: number; readonly least: number }
  /** What has to work before it can be opened, one after the other, for `doctor`; each fails with its reason. */
  steps?(): AsyncIterable<Step>
  /** @param mark tells the statements of this bridge from all others, also after a restart */
  open(log: Logger, mark?: string): Promise<LocatedDatabase>
}

/** Something that works. */
export interface Step {
  readonly subject: string
  readonly text: string
}

export interface AgentHello {
  /** How far the web server's clock is ahead of this machine's. */
  readonly aheadSeconds: number
  /** Whether it runs the same statements as this program asks. */
  readonly isOfThisVersion: boolean
}

export interface LocatedDatabase extends Database {
  /** An agent answers for it, which runs no statement but those of its list. */
  readonly isAgent?: boolean
  /** Asks the agent for nothing but an answer. */
  readonly hello?: () => Promise<AgentHello>
  /** As the configuration has it; undefined where it is to be found. */
  readonly tablePrefix?: () => Promise<string | undefined>
}

/** What a configuration says. */
export interface Located {
  readonly connection: Connection
  readonly tablePrefix: string | undefined
}

/** A database at an address that stays what it is. */
export function fixedPlace(connection: Connection): DatabasePlace {
  return {
    description: describeConnection(connection),
    open: (log, mark) => openDatabase(connection, log, mark),
  }
}

export interface ConfiguredOptions {
  readonly description: string
  readonly engine: Connection['engine']
  /** What it said when it was read at the start, where it was: the first opening takes that. */
  readonly first?: Located
  /** Reads the configuration. */
  readonly locate: () => Promise<Located>
  /** Becomes another when the configuration may have changed; undefined where that cannot be seen. */
  readonly stamp?: () => string
  /** To stand behind a refusal where the configuration cannot change while this process runs. */
  readonly unchanging?: string | undefined
  readonly now: () => number
}

/** How often a configuration is looked at for a change. */
const stampEveryMs = 60_000
const ways: readonly Way[] = ['query', 'snapshot']

/**
 * A database that a configuration names. It is read when the database is first needed, and again when
 * the server refuses what it said, or when the file is another: a password that is changed there needs
 * no restart here.
 */
export function configuredPlace(options: ConfiguredOptions): DatabasePlace {
  const { description, first } = options
  return {
    description,
    tablePrefix: first?.tablePrefix,
    open: async (log, mark) => new Configured(options, log, mark),
  }
}

/** Its functions may be taken from it, as those of other databases. */
class Configured implements LocatedDatabase {
  readonly engine: Connection['engine']
  readonly #options: ConfiguredOptions
  readonly #log: Logger
  readonly #mark: string | undefined
  #current: { readonly located: Located; readonly database: Database } | undefined
  #locating: Promise<Database> | undefined
  #stamp: string | undefined
  #stampedMs = 0
  /** What the clocks of earlier connections have come to. */
  #elapsedMs: Record<Way, number> = { query: 0, snapshot: 0 }
  #closed = false

  constructor(options: ConfiguredOptions, log: Logger, mark: string | undefined) {
    this.#options = options
    this.#log = log
    this.#mark = mark
    this.engine = options.engine
  }

  query: Query = (sql) => this.#with((database) => database.query(sql))

  snapshot = <T>(work: (query: Query) => Promise<T>): Promise<T> =>
    this.#with((database) => database.snapshot(work))

  tablePrefix = async (): Promise<string | undefined> => {
    await this.#database()
    return this.#current?.located.tablePrefix
  }

  stopwatch = (way: Way): number =>
    this.#elapsedMs[way] + (this.#current?.database.stopwatch(way) ?? 0)

  close = async (): Promise<void> => {
    this.#closed = true
    await this.#current?.database.close()
  }

  async #with<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.#database()
    try {
      return await work(database)
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.kind !== 'refused') throw error
      const other = await this.#locate()
      if (other === database) {
        const { unchanging } = this.#options
        if (unchanging === undefined) throw error
        throw new DatabaseError(error.kind, `${error.message}; ${unchanging}`, { cause: error })
      }
      return work(other)
    }
  }

  async #database(): Promise<Database> {
    const { stamp, now } = this.#options
    const isLooked = now() - this.#stampedMs < stampEveryMs
    if (this.#current !== undefined && (stamp === undefined || isLooked)) {
      return this.#current.database
    }
    const found = stamp?.()
    this.#stampedMs = now()
    if (this.#current !== undefined && found === this.#stamp) return this.#current.database
    return this.#locate()
  }

  /** Reads the configuration; the database stays the same where that says the same. */
  #locate(): Promise<Database> {
    this.#locating ??= this.#relocate().finally(() => {
      this.#locating = undefined
    })
    return this.#locating
  }

  async #relocate(): Promise<Database> {
    const { first, locate, stamp } = this.#options
    const found = stamp?.()
    const located = (this.#current === undefined ? first : undefined) ?? (await locate())
    this.#stamp = found
    const before = this.#current
    if (before !== undefined && isSame(before.located, located)) return before.database
    const database = await openDatabase(located.connection, this.#log, this.#mark)
    if (before !== undefined) {
      for (const way of ways) this.#elapsedMs[way] += before.database.stopwatch(way)
      await before.database.close()
    }
    for (const way of ways) this.#elapsedMs[way] -= database.stopwatch(way)
    this.#current = { located, database }
    if (this.#closed) await database.close()
    return database
  }
}

function isSame(a: Located, b: Located): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
