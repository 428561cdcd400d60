import { isDue } from '../../common/clock.ts'
import type { Database, Query } from './database/database.ts'
import { readSchema, type Schema } from './site.ts'

/** The sites of a network look one after the other; each minute for itself would be a schema a second. */
const freshMs = 10_000

/**
 * The schema of a database for all who look at it within a while: that of a network of 200 sites has 20,000
 * columns.
 */
export class SharedSchema {
  readonly #engine: Database['engine']
  readonly #now: () => number
  #read: { readonly schema: Promise<Schema>; readonly atMs: number } | undefined

  constructor(engine: Database['engine'], now: () => number) {
    this.#engine = engine
    this.#now = now
  }

  of(query: Query): Promise<Schema> {
    const nowMs = this.#now()
    if (this.#read !== undefined && !isDue(nowMs, this.#read.atMs, freshMs))
      return this.#read.schema
    const read = { schema: readSchema(query, this.#engine), atMs: nowMs }
    this.#read = read
    read.schema.catch(() => {
      if (this.#read === read) this.#read = undefined
    })
    return read.schema
  }

  /** A query has found the tables to be other than that. */
  forget(): void {
    this.#read = undefined
  }
}
