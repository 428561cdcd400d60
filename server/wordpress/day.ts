import { DatabaseError } from '../../common/errors.ts'
import { toCount } from './count.ts'
import type { Row } from './database/database.ts'

/**
 * The day of a row, `2026-10-15`, from its column `day` (also `20261015`, as text or number, or with
 * a time behind it) or `epochDay` (days since 1970). Undefined when it is NULL, as the newest of none.
 */
export function toDay(row: Row): string | undefined {
  const { day, epochDay } = row
  if (epochDay !== undefined) {
    if (epochDay === null) return undefined
    const days = toCount(
      typeof epochDay === 'string' ? epochDay.replace(/\..*$/, '') : epochDay,
      'day',
    )
    return new Date(days * 86_400_000).toISOString().slice(0, 10)
  }
  if (day === null || day === undefined) return undefined
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(?!\d)/.exec(String(day))
  if (match === null)
    throw new DatabaseError('away', `the database says "${String(day)}", which is no day`)
  return `${match[1]}-${match[2]}-${match[3]}`
}

/** The day of the newest row; undefined also where a bad row says something else than a day. */
export function toNewestDay(row: Row | undefined): string | undefined {
  try {
    return row === undefined ? undefined : toDay(row)
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  }
}
