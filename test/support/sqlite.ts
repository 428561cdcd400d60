import { join } from 'node:path'
import type { TestContext } from 'node:test'
import sqlite from 'node-sqlite3-wasm'
import { temporaryFolder } from './folder.ts'
import type { Mariadb } from './mariadb.ts'

/** The type that SQLite Database Integration gives a column: dates and times are text. */
function typeOf(type: string): string {
  if (/int/.test(type)) return 'INTEGER'
  if (/double|float|decimal/.test(type)) return 'REAL'
  return /blob|binary/.test(type) ? 'BLOB' : 'TEXT'
}

/**
 * A SQLite file with the tables of a MariaDB database, as that plugin keeps them, which ends with the
 * test.
 */
export async function copyToSqlite(
  t: TestContext,
  mariadb: Mariadb,
  database: string,
): Promise<string> {
  const folder = await temporaryFolder(t)
  const file = join(folder, '.ht.sqlite')
  const columns = await mariadb.execute(
    `SELECT table_name AS t, column_name AS c, data_type AS type, column_key AS k, extra
      FROM information_schema.columns WHERE table_schema = '${database}' ORDER BY ordinal_position`,
  )
  const copy = new sqlite.Database(file)
  copy.exec('BEGIN')
  for (const table of new Set(columns.map((column) => String(column['t'])))) {
    const own = columns.filter((column) => column['t'] === table)
    const names = own.map((column) => `"${column['c']}"`)
    const fields = own.map((column, index) => {
      const counts = column['extra'] === 'auto_increment'
      return `${names[index]} ${typeOf(String(column['type']))}${counts ? ' PRIMARY KEY AUTOINCREMENT' : ''}`
    })
    copy.exec(`CREATE TABLE "${table}" (${fields.join(', ')})`)
    const rows = await mariadb.execute(`SELECT * FROM \`${table}\``, database)
    const insert = copy.prepare(`INSERT INTO "${table}" VALUES (${names.map(() => '?').join()})`)
    for (const row of rows) insert.run(Object.values(row))
    insert.finalize()
  }
  copy.exec('COMMIT')
  copy.close()
  return file
}
