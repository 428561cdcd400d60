import { copyFile, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { DatabaseError, FatalError, messageOf } from '../../../common/errors.ts'
import { isAlive } from '../../../common/state-file.ts'
import type { Connection } from './connection.ts'
import type { Database, Query } from './database.ts'

type SqliteConnection = Extract<Connection, { engine: 'sqlite' }>

/** How often a copy is tried while WordPress writes to the file. */
const attempts = 20

/**
 * A WordPress database in a file, as the plugin "SQLite Database Integration" keeps it. Queries run on
 * a copy, made anew when the file has changed: SQLite in WebAssembly knows neither the locks that PHP
 * holds nor its write-ahead log in place, and a reader has no business writing beside the site's
 * database. A copy is taken only when no write was under way from before it to after it.
 */
export function openSqlite({ file }: SqliteConnection): Database {
  let copy: Copy | undefined
  let last: Promise<unknown> = sweepCopies()
  let isClosed = false

  const current = async (): Promise<sqlite.Database> => {
    for (let attempt = 1; attempt <= attempts && !isClosed; attempt += 1) {
      const state = await stateOf(file)
      if (state !== undefined && copy?.state === state) return copy.database
      if (state !== undefined) {
        const fresh = await makeCopy(file, state)
        if (fresh !== undefined) {
          await copy?.close()
          if (isClosed) await fresh.close()
          if (isClosed) break
          copy = fresh
          return fresh.database
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const reason = isClosed ? 'it has been closed' : 'it is being written to all the time'
    throw new DatabaseError('away', `database ${file}: ${reason}`)
  }

  const run = <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    const result = last.then(async () => {
      try {
        const database = await current()
        return await work(async ({ text, values }) => database.all(text, [...values]))
      } catch (error) {
        throw sqliteError(error, file)
      }
    })
    last = result.catch(() => undefined)
    return result
  }

  return {
    engine: 'sqlite',
    stopwatch: () => performance.now(),
    query: (sql) => run((query) => query(sql)),
    snapshot: run,
    async close() {
      isClosed = true
      // Who stops while it starts closes twice.
      const closing = copy
      copy = undefined
      await closing?.close()
    },
  }
}

const copyFolder = 'visitor-counter-sqlite-'

/** Removes the copies of processes that were killed. */
async function sweepCopies(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names) {
    const [, pid] = new RegExp(`^${copyFolder}(\\d+)-`).exec(name) ?? []
    if (pid === undefined || isAlive(Number(pid))) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}

interface Copy {
  /** Of the file when it was copied. */
  readonly state: string
  readonly database: sqlite.Database
  close(): Promise<void>
}

/** What tells one version of the file from the next; undefined while a write is under way. */
async function stateOf(file: string): Promise<string | undefined> {
  const [main, log, journal] = await Promise.all(
    [file, `${file}-wal`, `${file}-journal`].map((path) => stat(path).catch(missing)),
  )
  if (main === undefined)
    throw new DatabaseError('refused', `database ${file}: there is no such file`)
  // A rollback journal stands beside the file for as long as a transaction writes.
  if (journal !== undefined && journal.size > 0) return undefined
  const counter = Buffer.alloc(4)
  const handle = await open(file)
  try {
    // "File change counter", https://www.sqlite.org/fileformat.html#file_change_counter
    await handle.read(counter, 0, 4, 24)
  } finally {
    await handle.close()
  }
  const facts = [main, log].map((stats) => `${stats?.size}:${stats?.mtimeMs}`)
  return [...facts, counter.readUInt32BE()].join(' ')
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function makeCopy(file: string, state: string): Promise<Copy | undefined> {
  const folder = await mkdtemp(join(tmpdir(), `${copyFolder}${process.pid}-`))
  const target = join(folder, 'copy.sqlite')
  const drop = () => rm(folder, { recursive: true, force: true })
  try {
    await copyFile(file, target)
    await copyFile(`${file}-wal`, `${target}-wal`).catch(missing)
    if ((await stateOf(file)) !== state) {
      await drop()
      return undefined
    }
    const database = new sqlite.Database(target, { fileMustExist: true })
    // Without shared memory SQLite reads a write-ahead log only when it has the file to itself.
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.all('SELECT COUNT(*) FROM sqlite_master')
    database.exec('PRAGMA query_only = ON')
    return {
      state,
      database,
      async close() {
        database.close()
        await drop()
      },
    }
  } catch (error) {
    await drop()
    throw error
  }
}

function sqliteError(error: unknown, file: string): Error {
  if (error instanceof DatabaseError || error instanceof FatalError) return error
  const message = messageOf(error)
  const kind = /no such (table|column)/.test(message)
    ? 'schema'
    : /not a database|EACCES|syntax error/.test(message)
      ? 'refused'
      : 'away'
  return new DatabaseError(kind, `database ${file}: ${message}`, { cause: error })
}
