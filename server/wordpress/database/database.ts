import type { Connection } from './connection.ts'

/** One SELECT in the dialect that MySQL, MariaDB and SQLite share. */
export interface Sql {
  readonly text: string
  readonly values: readonly (string | number)[]
}

/** A row as the driver gives it; a source's numbers pass through `toCount` before anyone uses them. */
export type Row = Readonly<Record<string, unknown>>

export type Query = (sql: Sql) => Promise<Row[]>

/** How the database is asked: for one answer, or for several of the same moment. */
export type Way = 'query' | 'snapshot'

/** A WordPress database that is only read. */
export interface Database {
  readonly engine: Connection['engine']
  query: Query
  /** Runs several queries that all see the same moment of the database. */
  snapshot<T>(work: (query: Query) => Promise<T>): Promise<T>
  /**
   * Milliseconds of a clock for what queries cost: it never jumps, and runs while the database works. Each way
   * of asking has its own: what one learns of the network is not taken off what the other costs.
   */
  stopwatch(way: Way): number
  /** A query that is under way fails at once, and the server ends it within a second. */
  close(): Promise<void>
}
