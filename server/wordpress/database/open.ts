import type { Logger } from '../../../common/log.ts'
import type { Connection } from './connection.ts'
import type { Database } from './database.ts'

/**
 * Opens the driver for a connection. Drivers are loaded here, so that listening need not wait.
 *
 * @param mark tells the statements of this bridge from all others, also after a restart
 */
export async function openDatabase(
  connection: Connection,
  log: Logger,
  mark?: string,
): Promise<Database> {
  if (connection.engine === 'sqlite') {
    const { openSqlite } = await import('./sqlite.ts')
    return openSqlite(connection)
  }
  const { openMysql } = await import('./mysql.ts')
  const warn = (warning: string) => log.warn(warning)
  if (connection.ssh === undefined) return openMysql(connection, undefined, warn, mark)
  const { sshTransport } = await import('../ssh/tunnel.ts')
  return openMysql(connection, sshTransport(connection.ssh, connection, log), warn, mark)
}
