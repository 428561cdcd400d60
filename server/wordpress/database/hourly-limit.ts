import type { Query } from './database.ts'

const limits = /\bMAX_(?:QUERIES|CONNECTIONS)_PER_HOUR (\d+)/g

/**
 * How many statements the account may send in an hour, as `SHOW GRANTS` says it; undefined where there is
 * no limit, or none can be seen. A limit of connections counts as one of statements, to be safe.
 */
export async function readHourlyLimit(query: Query): Promise<number | undefined> {
  const rows = await query({ text: 'SHOW GRANTS FOR CURRENT_USER', values: [] })
  const found = rows
    .flatMap((row) => [...String(Object.values(row)[0]).matchAll(limits)])
    .map(([, limit]) => Number(limit))
    .filter((limit) => limit > 0)
  return found.length === 0 ? undefined : Math.min(...found)
}
