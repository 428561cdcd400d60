import { DatabaseError } from '../../common/errors.ts'

/**
 * A sum or count as the driver gives it, made an integer once and for all. BIGINT and DECIMAL sums
 * arrive from mysql2 as strings, SQLite gives bigint past 2^53, a sum over no rows is NULL.
 *
 * @param what names the value in the error, as "views of wp_statistics_visitor"
 * @throws DatabaseError for anything that is not an integer from 0 to 2^53 - 1
 */
export function toCount(value: unknown, what: string): number {
  if (value === null) return 0
  const count =
    typeof value === 'number' || typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'string' && /^\d+(\.0*)?$/.test(value)
        ? Number(value)
        : Number.NaN
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new DatabaseError('away', `${what}: the database says ${shown(value)}, which is no count`)
  }
  return count
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : String(value)
}
