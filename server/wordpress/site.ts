import { unserialize } from 'php-serialize'
import * as v from 'valibot'
import { FatalError } from '../../common/errors.ts'
import { reservedSite } from '../../common/mqtt/topics.ts'
import { toCount } from './count.ts'
import type { Database, Query, Sql } from './database/database.ts'
import { isTimezone, siteTimezone } from './moment.ts'

/** Table name, to its columns. */
type Tables = ReadonlyMap<string, ReadonlySet<string>>

/** The tables of a database; their names as the server compares them. */
export interface Schema {
  readonly tables: Tables
  /** A name, or a prefix, as the server compares it: in small letters where it takes no note of case. */
  folded(name: string): string
}

/** A WordPress site in a database. */
export interface Site {
  /** Host and path of its address, as `www.example.com`, in letters that a topic or a file name may have. */
  readonly name: string
  /** As WordPress has it; undefined where there is none. */
  readonly address: string | undefined
  readonly prefix: string
  /** The prefix of the network's main site; the site's own when it stands alone. */
  readonly base: string
  /** Its number in a multisite; 1 when it stands alone. */
  readonly blog: number
  /** Which site of a Matomo that counts several; undefined when that was not said. */
  readonly matomoSite: number | undefined
  readonly engine: Database['engine']
  /** IANA name, or an offset such as `+05:30`. */
  readonly timezone: string
  /** What the site calls its time zone, where this Node does not know that: a name may be newer. */
  readonly unknownTimezone?: string | undefined
  /** Paths, those of the whole network among them. */
  readonly activePlugins: readonly string[]
  /** Full names of WordPress's own tables that are read. */
  readonly core: readonly string[]
  /** Tables of this site, without its prefix. */
  readonly tables: readonly string[]
  /** The quoted name of a table of this site. */
  table(name: string): string
  has(table: string, column?: string): boolean
  /** The value of an option; undefined when there is none. */
  option(name: string, query?: Query): Promise<string | undefined>
  /** The value of an option that PHP has serialised; undefined when there is none or it is damaged. */
  serializedOption(name: string, query?: Query): Promise<unknown>
}

/** `folds` is 0 where `Posts` and `posts` are two tables. */
const SchemaRow = v.object({ tableName: v.string(), columnName: v.string(), folds: v.unknown() })

const schemaSql: Record<Database['engine'], Sql> = {
  mysql: {
    text: `SELECT table_name AS tableName, column_name AS columnName,
        @@lower_case_table_names AS folds
      FROM information_schema.columns WHERE table_schema = DATABASE()`,
    values: [],
  },
  sqlite: {
    text: `SELECT m.name AS tableName, p.name AS columnName, 1 AS folds
      FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'`,
    values: [],
  },
}

/** The tables of the database that the account can see; of others MySQL and MariaDB say nothing. */
export async function readSchema(query: Query, engine: Database['engine']): Promise<Schema> {
  const rows = v.parse(v.array(SchemaRow), await query(schemaSql[engine]))
  const folds = rows.some((row) => Number(row.folds) !== 0)
  const folded = (name: string) => (folds ? name.toLowerCase() : name)
  const tables = new Map<string, Set<string>>()
  for (const { tableName, columnName } of rows) {
    const columns = tables.get(folded(tableName)) ?? new Set()
    tables.set(folded(tableName), columns.add(columnName))
  }
  return { tables, folded }
}

/**
 * The table prefix of the one WordPress in a database. Of a multisite the main site counts: the tables
 * of its other sites have the blog number behind the same prefix.
 *
 * @throws FatalError when there is none, or several, naming them
 */
export function findPrefix(schema: Schema): string {
  const prefixes = [...schema.tables]
    .filter(([table, columns]) => table.endsWith('options') && columns.has('option_name'))
    .map(([table]) => table.slice(0, -'options'.length))
    .sort()
  const main = prefixes.filter((prefix) => networkOf(schema, prefix) === undefined)
  // A table of some plugin may look the same, but there are no posts beside it.
  const whole = main.filter((prefix) => schema.tables.has(`${prefix}posts`))
  const candidates = whole.length === 0 ? main : whole
  const [only, ...others] = candidates
  if (only === undefined) {
    throw new FatalError(
      'there is no WordPress in this database: no table named …options has a column option_name; check the database name',
    )
  }
  if (others.length > 0) {
    throw new FatalError(
      `this database holds more than one WordPress; choose one with --table-prefix: ${candidates.join(', ')}`,
    )
  }
  return only
}

/** The network that a prefix is one of the further sites of: `wp_2_` of `wp_`, blog 2. */
function networkOf(schema: Schema, prefix: string): { base: string; blog: number } | undefined {
  const [, base, blog] = /^(.*?)(\d+)_$/.exec(prefix) ?? []
  return base !== undefined && schema.tables.has(`${base}blogs`)
    ? { base, blog: Number(blog) }
    : undefined
}

/** The prefixes of all sites of a network, the main site first; of a single site just its own. */
export async function findNetwork(query: Query, schema: Schema, main: string): Promise<string[]> {
  const base = schema.folded(main)
  if (!schema.tables.has(`${base}blogs`)) return [base]
  const rows = await query({
    text: `SELECT blog_id AS blog FROM ${quoted(`${base}blogs`)}
      WHERE archived = 0 AND spam = 0 AND deleted = 0 ORDER BY blog_id`,
    values: [],
  })
  const prefixes = rows.map((row) => {
    const blog = toCount(row['blog'], `blog_id of ${base}blogs`)
    return blog === 1 ? base : `${base}${blog}_`
  })
  return prefixes.filter((prefix) => schema.tables.has(`${prefix}options`))
}

/**
 * Reads what a site says about itself.
 *
 * @throws FatalError when the database has no WordPress with this prefix
 */
export async function readSite(
  query: Query,
  schema: Schema,
  engine: Database['engine'],
  asked: string,
  matomoSite: number | undefined,
): Promise<Site> {
  const prefix = schema.folded(asked)
  const optionsTable = `${prefix}options`
  if (!schema.tables.get(optionsTable)?.has('option_name')) {
    throw new FatalError(
      `table prefix "${asked}": there is no table ${optionsTable} in this database`,
    )
  }
  const network = networkOf(schema, prefix)
  const option: Site['option'] = (name, through = query) =>
    readValue(through, optionsTable, 'option_name', 'option_value', name)
  const base = network?.base ?? prefix
  const sitemeta = `${base}sitemeta`
  const networkPlugins = schema.tables.has(sitemeta)
    ? await readValue(query, sitemeta, 'meta_key', 'meta_value', 'active_sitewide_plugins')
    : undefined
  const options = await readOptions(query, optionsTable)
  const address = options.get('home') ?? options.get('siteurl')
  const zone = options.get('timezone_string') ?? ''
  return {
    name: siteName(address ?? ''),
    address,
    prefix,
    base,
    blog: network?.blog ?? 1,
    matomoSite,
    engine,
    timezone: siteTimezone(zone, options.get('gmt_offset') ?? ''),
    unknownTimezone: zone === '' || isTimezone(zone) ? undefined : zone,
    activePlugins: [
      ...pluginPaths(parseSerialized(options.get('active_plugins'))),
      ...networkPluginPaths(parseSerialized(networkPlugins)),
    ],
    core: [optionsTable, ...[sitemeta, `${base}blogs`].filter((table) => schema.tables.has(table))],
    ...tablesOf(schema, prefix, ''),
    option,
    serializedOption: async (name, through) => parseSerialized(await option(name, through)),
  }
}

/** What a site says of its tables; `own` is what their names begin with here, and not in the database. */
export function tablesOf(
  { tables, folded }: Schema,
  prefix: string,
  own: string,
): Pick<Site, 'tables' | 'table' | 'has'> {
  const named = (name: string) => folded(prefix + name.slice(own.length))
  return {
    tables: [...tables.keys()]
      .filter((table) => table.startsWith(prefix))
      .map((table) => own + table.slice(prefix.length)),
    table: (name) => quoted(named(name)),
    has: (table, column) => {
      const columns = tables.get(named(table))
      return columns !== undefined && (column === undefined || columns.has(column))
    },
  }
}

/** The name of the site with this prefix, from its address. */
export async function readName(query: Query, prefix: string): Promise<string> {
  const options = await readOptions(query, `${prefix}options`)
  return siteName(options.get('home') ?? options.get('siteurl') ?? '')
}

/** The options that every site is asked for, each time that its plugin is looked for. */
const optionNames = ['home', 'siteurl', 'timezone_string', 'gmt_offset', 'active_plugins']

/** Key: name of the option; without those that are not there. */
async function readOptions(query: Query, table: string): Promise<Map<string, string>> {
  const rows = await query({
    text: `SELECT option_name AS name, option_value AS value FROM ${quoted(table)}
      WHERE option_name IN (${optionNames.map((name) => `'${name}'`).join(', ')})`,
    values: [],
  })
  const options = new Map<string, string>()
  for (const { name, value } of rows) {
    // A collation may take no note of case.
    if (typeof value === 'string') options.set(String(name).toLowerCase(), value)
  }
  return options
}

async function readValue(
  query: Query,
  table: string,
  keyColumn: string,
  valueColumn: string,
  key: string,
): Promise<string | undefined> {
  const [row] = await query({
    // The name stands in the text: of what an agent may run, no statement reads any other.
    text: `SELECT ${valueColumn} AS value FROM ${quoted(table)} WHERE ${keyColumn} = '${key}' LIMIT 1`,
    values: [],
  })
  const value = row?.['value']
  return typeof value === 'string' ? value : undefined
}

/** A name of a table as MySQL and SQLite take it, whatever is in it. */
export function quoted(table: string): string {
  return `\`${table.replaceAll('`', '``')}\``
}

/** Host and path of an address, as far as a topic may have them. */
export function siteName(address: string): string {
  const name = address.replace(/^\w+:\/\//, '').replace(/\/+$/, '')
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-') || 'site'
  // At a broker that is where the desks are.
  return plain === reservedSite ? `${plain}-site` : plain
}

function parseSerialized(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return unserialize(text)
  } catch {
    return undefined
  }
}

/** PHP arrays with gaps in their keys come as objects. */
const PluginPaths = v.union([v.array(v.string()), v.record(v.string(), v.string())])

function pluginPaths(value: unknown): string[] {
  const paths = v.safeParse(PluginPaths, value)
  return paths.success ? Object.values(paths.output) : []
}

/** Path, to when it was activated. */
const NetworkPlugins = v.record(v.string(), v.unknown())

function networkPluginPaths(value: unknown): string[] {
  const plugins = v.safeParse(NetworkPlugins, value)
  return plugins.success ? Object.keys(plugins.output) : []
}
