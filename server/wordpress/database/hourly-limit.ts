import type { Query, Row } from './database.ts'

const limits = /\bMAX_(?:QUERIES|CONNECTIONS)_PER_HOUR (\d+)/g

/**
 * How many statements the account may send in an hour; undefined where there is no limit, or none can be
 * seen. A limit of connections counts as one of statements, to be safe. MariaDB and MySQL 5 say it in
 * `SHOW GRANTS`, MySQL since 8.0 only in `SHOW CREATE USER`, which each account may ask for itself.
 */
export async function readHourlyLimit(query: Query): Promise<number | undefined> {
  const granted = leastLimit(await query({ text: 'SHOW GRANTS FOR CURRENT_USER', values: [] }))
  if (granted !== undefined) return granted
  // MySQL 5.6 and MariaDB before 10.2 do not know the statement.
  const created = query({ text: 'SHOW CREATE USER CURRENT_USER()', values: [] })
  return leastLimit(await created.catch(() => []))
}

function leastLimit(rows: readonly Row[]): number | undefined {
  const found = rows
    .flatMap((row) => [...String(Object.values(row)[0]).matchAll(limits)])
    .map(([, limit]) => Number(limit))
    .filter((limit) => limit > 0)
  return found.length === 0 ? undefined : Math.min(...found)
}
