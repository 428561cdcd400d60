import { type Mariadb, reader } from './mariadb.ts'

/** For `startMariadb`: keeps all statements in a table. */
export const loggingAll = ['--general-log=1', '--log-output=TABLE']

/** What the account of the bridge has asked the server to do since the log was emptied, in order. */
export async function asked(mariadb: Mariadb): Promise<{ command: string; statement: string }[]> {
  const rows = await mariadb.execute(
    `SELECT command_type AS command, CONVERT(argument USING utf8mb4) AS statement
      FROM mysql.general_log WHERE user_host LIKE '${reader.user}[%' OR user_host LIKE '[${reader.user}]%'
      ORDER BY event_time`,
  )
  return rows.map(({ command, statement }) => ({
    command: String(command),
    statement: String(statement).trim(),
  }))
}

export async function emptyLog(mariadb: Mariadb): Promise<void> {
  await mariadb.execute('TRUNCATE mysql.general_log')
}
