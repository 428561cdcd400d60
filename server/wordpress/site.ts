import { unserialize } from 'php-serialize'
import * as v from 'valibot'
import { FatalError } from '../../errors.ts'
import type { Query, Sql } from './database.ts'
import { siteTimezone } from './moment.ts'

/** Table name, to its columns. */
export type Schema = ReadonlyMap<string, ReadonlySet<string>>

/** A WordPress site in a database. */
export interface Site {
  /** Host and path of its address, as `www.example.com`, in letters that a topic or a file name may have. */
  readonly name: string
  readonly prefix: string
  /** IANA name, or an offset such as `+05:30`. */
  readonly timezone: string
  readonly activePlugins: readonly string[]
  /** The quoted name of a table of this site. */
  table(name: string): string
  has(table: string, column?: string): boolean
}

const SchemaRow = v.object({ tableName: v.string(), columnName: v.string() })
const OptionRow = v.object({ name: v.string(), value: v.string() })

const schemaSql: Record<'mysql' | 'sqlite', Sql> = {
  mysql: {
    text: `SELECT table_name AS tableName, column_name AS columnName
      FROM information_schema.columns WHERE table_schema = DATABASE()`,
    values: [],
  },
  sqlite: {
    text: `SELECT m.name AS tableName, p.name AS columnName
      FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'`,
    values: [],
  },
}

export async function readSchema(query: Query, engine: 'mysql' | 'sqlite'): Promise<Schema> {
  const schema = new Map<string, Set<string>>()
  for (const row of v.parse(v.array(SchemaRow), await query(schemaSql[engine]))) {
    const columns = schema.get(row.tableName) ?? new Set()
    schema.set(row.tableName, columns.add(row.columnName))
  }
  return schema
}

/**
 * The table prefix of the one WordPress in a database. Of a multisite the main site counts: the tables
 * of its other sites have the blog number behind the same prefix.
 *
 * @throws FatalError when there is none, or several, naming them
 */
export function findPrefix(schema: Schema): string {
  const prefixes = [...schema]
    .filter(([table, columns]) => table.endsWith('options') && columns.has('option_name'))
    .map(([table]) => table.slice(0, -'options'.length))
    .sort()
  const main = prefixes.filter(
    (prefix) =>
      !prefixes.some(
        (base) =>
          schema.has(`${base}blogs`) &&
          prefix.startsWith(base) &&
          /^\d+_$/.test(prefix.slice(base.length)),
      ),
  )
  const [only, ...others] = main
  if (only === undefined) {
    throw new FatalError(
      'there is no WordPress in this database: no table named …options has a column option_name; check the database name',
    )
  }
  if (others.length > 0) {
    throw new FatalError(
      `this database holds more than one WordPress; choose one with --table-prefix: ${main.join(', ')}`,
    )
  }
  return only
}

/**
 * Reads what a site says about itself.
 *
 * @throws FatalError when the database has no WordPress with this prefix
 */
export async function readSite(query: Query, schema: Schema, prefix: string): Promise<Site> {
  const optionsTable = `${prefix}options`
  if (!schema.get(optionsTable)?.has('option_name')) {
    throw new FatalError(
      `table prefix "${prefix}": there is no table ${optionsTable} in this database`,
    )
  }
  const names = ['home', 'siteurl', 'timezone_string', 'gmt_offset', 'active_plugins']
  const rows = await query({
    text: `SELECT option_name AS name, option_value AS value FROM \`${optionsTable}\`
      WHERE option_name IN (${names.map(() => '?').join(', ')})`,
    values: names,
  })
  const options = new Map(
    v.parse(v.array(OptionRow), rows).map(({ name, value }) => [name, value] as const),
  )
  return {
    name: siteName(options.get('home') ?? options.get('siteurl') ?? ''),
    prefix,
    timezone: siteTimezone(options.get('timezone_string') ?? '', options.get('gmt_offset') ?? ''),
    activePlugins: pluginPaths(options.get('active_plugins') ?? ''),
    table: (name) => `\`${prefix}${name}\``,
    has: (table, column) => {
      const columns = schema.get(prefix + table)
      return columns !== undefined && (column === undefined || columns.has(column))
    },
  }
}

function siteName(address: string): string {
  const name = address.replace(/^\w+:\/\//, '').replace(/\/+$/, '')
  return name.replace(/[^A-Za-z0-9._-]+/g, '-') || 'site'
}

/** PHP arrays with gaps in their keys come as objects. */
const PluginPaths = v.union([v.array(v.string()), v.record(v.string(), v.string())])

function pluginPaths(serialized: string): string[] {
  try {
    const paths = v.safeParse(PluginPaths, unserialize(serialized))
    return paths.success ? Object.values(paths.output) : []
  } catch {
    return []
  }
}
