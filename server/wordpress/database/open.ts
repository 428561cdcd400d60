import type { Connection } from './connection.ts'
import type { Database } from './database.ts'

/** Opens the driver for a connection. Drivers are loaded here, so that listening need not wait. */
export async function openDatabase(connection: Connection): Promise<Database> {
  if (connection.engine === 'sqlite') {
    const { openSqlite } = await import('./sqlite.ts')
    return openSqlite(connection)
  }
  const { openMysql } = await import('./mysql.ts')
  return openMysql(connection)
}
