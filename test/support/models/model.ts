import mysql from 'mysql2/promise'
import { fixture } from '../mariadb.ts'
import type { Traffic } from '../traffic.ts'
import { dayAfter } from '../zones.ts'

/** Column, to its value. */
export type Row = Readonly<Record<string, string | number | null>>

/** What a plugin has made of some traffic. */
export interface Filled {
  /** Table name with prefix, to its rows. */
  readonly tables: Readonly<Record<string, readonly Row[]>>
  /** WordPress options beside those of every site. */
  readonly options?: Readonly<Record<string, string>>
  /** What it reports of these rows, by `visitors.today`. */
  readonly expected: Readonly<Record<string, number>>
}

/**
 * A plugin as `wordpress-sources.md` describes it: it writes rows, and says what it counts in them. It
 * shares nothing with the server's queries.
 */
export interface Model {
  readonly name: string
  /** Its path in `active_plugins`. */
  readonly plugin: string
  /** CREATE TABLE statements, with the prefix `wp_`. */
  schema(): Promise<string>
  fill(traffic: Traffic): Filled
}

/** The CREATE TABLE statements that a fixture has of some tables, named without prefix. */
export async function tablesOf(name: string, ...tables: readonly string[]): Promise<string> {
  const { dump, expected } = await fixture(name)
  const { table_prefix: prefix } = expected as { table_prefix: string }
  const statements = tables.map((table) => {
    const own = [`${prefix}${table}`, table].find((each) => dump.includes(`TABLE \`${each}\` (`))
    const start = dump.indexOf(`CREATE TABLE \`${own}\``)
    if (own === undefined || start < 0) throw new Error(`${name} has no table ${table}`)
    const statement = dump.slice(start, dump.indexOf(';\n', start) + 1)
    return own === table ? statement : statement.replace(own, `wp_${table}`)
  })
  return statements.join('\n')
}

/** The `{prefix}options` table of a WordPress. */
export async function wordpress(
  options: Readonly<Record<string, string>>,
  prefix = 'wp_',
): Promise<string> {
  const schema = await tablesOf('wp-statistics', 'options')
  const table = `${prefix}options`
  return `${schema.replace('wp_options', table)}\n${insert(table, optionRows(options))}`
}

function optionRows(options: Readonly<Record<string, string>>): Row[] {
  return Object.entries(options).map(([name, value]) => ({
    option_name: name,
    option_value: value,
  }))
}

/** Statements that put what a plugin has made in the place of all that was there before. */
export function refill(
  { tables, options = {} }: Filled,
  site: Readonly<Record<string, string>>,
): string {
  const rows = { ...tables, wp_options: optionRows({ ...site, ...options }) }
  return Object.entries(rows)
    .map(([table, own]) => `DELETE FROM \`${table}\`; ${insert(table, own)}`)
    .join('\n')
}

/** `active_plugins` as PHP writes it. */
export function serializedList(paths: readonly string[]): string {
  const items = paths.map((path, index) => `i:${index};s:${Buffer.byteLength(path)}:"${path}";`)
  return `a:${paths.length}:{${items.join('')}}`
}

export function insert(table: string, rows: readonly Row[]): string {
  const [first] = rows
  if (first === undefined) return ''
  const columns = Object.keys(first)
  const values = rows.map((row) => `(${columns.map((name) => mysql.escape(row[name])).join(',')})`)
  return `INSERT INTO \`${table}\` (\`${columns.join('`,`')}\`) VALUES ${values.join(',\n')};`
}

/**
 * The five periods of a metric.
 *
 * @param count of the days from and to, both included; of all time without them
 */
export function periods(
  metric: 'visitors' | 'views',
  today: string,
  count: (from?: string, to?: string) => number,
): Record<string, number> {
  const yesterday = dayAfter(today, -1)
  return {
    [`${metric}.total`]: count(),
    [`${metric}.today`]: count(today, today),
    [`${metric}.yesterday`]: count(yesterday, yesterday),
    [`${metric}.last7days`]: count(dayAfter(today, -6), today),
    [`${metric}.last30days`]: count(dayAfter(today, -29), today),
  }
}

/** Whether a day is one of those from and to; without them every row is. */
export function within(day: string | null, from?: string, to?: string): boolean {
  if (from === undefined || to === undefined) return true
  return day !== null && day >= from && day <= to
}

export function sum<T>(items: readonly T[], value: (item: T) => number | null): number {
  return items.reduce((total, item) => total + (value(item) ?? 0), 0)
}

/** How many different values there are; NULL is none. */
export function distinct<T>(
  items: readonly T[],
  value: (item: T) => string | number | null,
): number {
  return new Set(items.map(value).filter((each) => each !== null)).size
}

/** The items of each key, in the order in which the keys first came. */
export function groups<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>()
  for (const item of items) {
    const own = found.get(key(item))
    if (own === undefined) found.set(key(item), [item])
    else own.push(item)
  }
  return found
}

export const address = (person: number): string => `192.0.2.${person}`
