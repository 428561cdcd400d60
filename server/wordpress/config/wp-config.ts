import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../../../common/errors.ts'
import { type Connection, type MysqlConnection, parseDbHost } from '../database/connection.ts'
import type { PhpWorld } from './php/environment.ts'
import { loadPhpParser } from './php/nodes.ts'
import { PhpReader } from './php/reader.ts'
import { concatenate, MYSQLI_CLIENT, settled, toText, type Value } from './php/values.ts'

export type WpConfig = {
  connection: Connection
  /** As found; undefined when it cannot be told. */
  tablePrefix: string | undefined
  /** The file that was read. */
  file: string
}

const OR_ELSE = 'or give --database instead'

/**
 * Reads the database connection out of a WordPress configuration, which is parsed and never run.
 * `path` is the file (`wp-config.php`, Debian's `config-<host>.php`, Bedrock's `application.php`) or
 * the directory of the site. The files are those of this machine unless others are given.
 */
export async function readWpConfig(
  path: string,
  given: Pick<PhpWorld, 'env'> & Partial<PhpWorld>,
): Promise<WpConfig> {
  const world = {
    readFile: (file: string) => readFileSync(file, 'utf8'),
    exists: existsSync,
    ...given,
  }
  const start = resolve(path)
  const { file, code } = findConfig(start, world)
  const parse = await loadPhpParser()
  const nodes = parse(code, 'file')
  if (!Array.isArray(nodes)) {
    const line = nodes.errorLine
    throw new UsageError(`${file}: PHP syntax error on line ${line}; correct it, ${OR_ELSE}`)
  }
  if (!/<\?(php|=)/i.test(code)) {
    throw new UsageError(`${file}: no PHP file (there is no <?php in it); give a wp-config.php`)
  }

  const reader = new PhpReader(parse, world)
  const wordpress = [start, dirname(file)].find((dir) => world.exists(join(dir, 'wp-settings.php')))
  if (wordpress) reader.define('ABSPATH', `${wordpress}/`)
  reader.read(file, nodes)
  const prefix = toText(reader.variable('table_prefix') ?? null)
  return {
    connection: readSqlite(reader, file, world) ?? readMysql(reader, file, world),
    tablePrefix: typeof prefix === 'string' && prefix !== '' ? prefix : undefined,
    file,
  }
}

/** In a directory: where WordPress looks (`wp-load.php`), then where Bedrock keeps its file. */
function findConfig(start: string, world: PhpWorld): { file: string; code: string } {
  const reading = tryRead(start, world)
  if (reading.code !== undefined) return { file: start, code: reading.code }
  if (reading.error !== 'EISDIR') throw unreadable(start, reading.error)

  const above = dirname(start)
  const candidates = [
    join(start, 'wp-config.php'),
    ...(world.exists(join(above, 'wp-settings.php')) ? [] : [join(above, 'wp-config.php')]),
    ...[start, above, dirname(above)].map((root) => join(root, 'config/application.php')),
  ]
  const file = candidates.find(world.exists)
  if (!file) {
    throw new UsageError(
      `${start}: no wp-config.php here or one directory up, and no config/application.php of Bedrock; name the file itself, ${OR_ELSE}`,
    )
  }
  const { code, error } = tryRead(file, world)
  if (code === undefined) throw unreadable(file, error)
  return { file, code }
}

function tryRead(file: string, world: PhpWorld): { code?: string; error?: unknown } {
  try {
    return { code: world.readFile(file) }
  } catch (error) {
    return { error: error instanceof Error && 'code' in error ? error.code : undefined }
  }
}

function unreadable(file: string, code: unknown): UsageError {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UsageError(`${file}: no such file or directory; name a wp-config.php, ${OR_ELSE}`)
  }
  return new UsageError(`${file}: may not be read; let this user read it, ${OR_ELSE}`)
}

function readMysql(reader: PhpReader, file: string, world: PhpWorld): MysqlConnection {
  const missing = ['DB_NAME', 'DB_USER', 'DB_PASSWORD'].filter(
    (name) => reader.constant(name) === undefined,
  )
  if (missing.length > 0) {
    const [place] = reader.notFollowed
    const more =
      place === undefined
        ? ''
        : ` (${place} loads a file that cannot be told or read; try that file)`
    throw new UsageError(
      `${file}: ${missing.join(', ')} not defined, as far as can be seen without running PHP${more}; define what is missing, ${OR_ELSE}`,
    )
  }
  const text = (name: string) => textOf(reader.constant(name), name, file) ?? ''
  const database = text('DB_NAME')
  if (database === '') throw new UsageError(`${file}: DB_NAME is empty; name the database in it`)
  const flags = settled(reader.constant('MYSQL_CLIENT_FLAGS') ?? 0)
  return {
    engine: 'mysql',
    ...parseDbHost(text('DB_HOST'), world.exists),
    user: text('DB_USER'),
    password: text('DB_PASSWORD'),
    database,
    tls: tlsOf(Number(textOf(flags, 'MYSQL_CLIENT_FLAGS', file))),
  }
}

/** mysqli looks at the server's certificate only when it is asked to. */
function tlsOf(flags: number): MysqlConnection['tls'] {
  if (flags & MYSQLI_CLIENT.SSL_VERIFY_SERVER_CERT) return 'verify'
  const encrypted = MYSQLI_CLIENT.SSL | MYSQLI_CLIENT.SSL_DONT_VERIFY_SERVER_CERT
  return flags & encrypted ? 'no-verify' : 'off'
}

/** As SQLite Database Integration finds its file (`constants.php`, `db.copy`). */
function readSqlite(reader: PhpReader, file: string, world: PhpWorld): Connection | undefined {
  const root = reader.constant('ABSPATH') ?? `${dirname(file)}/`
  const content = reader.constant('WP_CONTENT_DIR') ?? concatenate([root, 'wp-content'])
  const engine = ['DB_ENGINE', 'DATABASE_ENGINE', 'DATABASE_TYPE']
    .map((name) => reader.constant(name))
    .find((value) => value !== undefined)
  if ((engine ?? dropInEngine(content, world)) !== 'sqlite') return undefined

  const text = (name: string) => textOf(reader.constant(name), name, file)
  const directory =
    text('FQDBDIR') ??
    text('DB_DIR')?.replace(/\/?$/, '/') ??
    `${textOf(content, 'WP_CONTENT_DIR', file)}/database/`
  const database = text('FQDB') ?? directory + (text('DB_FILE') ?? '.ht.sqlite')
  return { engine: 'sqlite', file: resolve(dirname(file), database) }
}

/** When the plugin was switched on in WordPress, its drop-in says so and the configuration not. */
function dropInEngine(content: Value, world: PhpWorld): 'sqlite' | undefined {
  const { code } = typeof content === 'string' ? tryRead(join(content, 'db.php'), world) : {}
  return code?.includes('SQLITE_DB_DROPIN_VERSION') ? 'sqlite' : undefined
}

function textOf(value: Value | undefined, name: string, file: string): string | undefined {
  if (value === undefined) return undefined
  const text = toText(value)
  if (typeof text === 'string') return text
  const remedy = text.as === undefined ? 'write the value out there' : 'set it'
  throw new UsageError(`${file}: ${name} depends on ${text.reason}; ${remedy}, ${OR_ELSE}`)
}
