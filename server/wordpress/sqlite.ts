import sqlite from 'node-sqlite3-wasm'
import type { Connection } from './connection.ts'
import { type Database, DatabaseError, type Query } from './database.ts'

/**
 * A WordPress database in a file, as the plugin "SQLite Database Integration" keeps it. The file is
 * opened anew for each piece of work: a process that waits holds no lock on the site's database.
 */
export function openSqlite({ file }: Extract<Connection, { engine: 'sqlite' }>): Database {
  const open = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    try {
      const database = new sqlite.Database(file, { readOnly: true, fileMustExist: true })
      try {
        database.exec('BEGIN')
        return await work(async ({ text, values }) => database.all(text, [...values]))
      } finally {
        database.close()
      }
    } catch (error) {
      throw sqliteError(error, file)
    }
  }
  return {
    engine: 'sqlite',
    query: (sql) => open((query) => query(sql)),
    snapshot: open,
    close: () => undefined,
  }
}

function sqliteError(error: unknown, file: string): Error {
  if (error instanceof DatabaseError) return error
  const message = error instanceof Error ? error.message : String(error)
  const kind = /no such (table|column)/.test(message)
    ? 'schema'
    : /unable to open|not a database/.test(message)
      ? 'refused'
      : 'away'
  return new DatabaseError(kind, `database ${file}: ${message}`, { cause: error })
}
