import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../../../common/errors.ts'
import { type Connection, type MysqlConnection, parseDbHost } from '../database/connection.ts'
import { MYSQLI_CLIENT } from './php/functions.ts'

const OR_ELSE = 'or give --database instead'

/** What a configuration has settled, and the file system that it stands in. */
export interface Settled {
  /** The configuration's own path, for messages and relative paths. */
  readonly file: string
  /**
   * The text of a constant; undefined where it is not defined.
   *
   * @throws UsageError where only a running PHP would know it
   */
  readonly constant: (name: string) => string | undefined
  readonly exists: (file: string) => boolean
  /** The text of a file; undefined where there is none, or it cannot be read. */
  readonly readText: (file: string) => string | undefined
}

/** The database that a WordPress configuration names. */
export function connectionOf(settled: Settled): Connection {
  // Where an unknown file may have set everything, its owner thinks of this one first.
  settled.constant('DB_NAME')
  return sqliteOf(settled) ?? mysqlOf(settled)
}

function mysqlOf({ constant, file, exists }: Settled): MysqlConnection {
  const needed = {
    DB_NAME: constant('DB_NAME'),
    DB_USER: constant('DB_USER'),
    DB_PASSWORD: constant('DB_PASSWORD'),
  }
  const { DB_NAME: database, DB_USER: user, DB_PASSWORD: password } = needed
  if (database === undefined || user === undefined || password === undefined) {
    const missing = Object.entries(needed)
      .filter(([, value]) => value === undefined)
      .map(([name]) => name)
    throw new UsageError(
      `${file}: ${missing.join(', ')} not defined; define what is missing, ${OR_ELSE}`,
    )
  }
  if (database === '') throw new UsageError(`${file}: DB_NAME is empty; name the database in it`)
  return {
    engine: 'mysql',
    ...parseDbHost(constant('DB_HOST') ?? '', exists),
    user,
    password,
    database,
    tls: tlsOf(Number(constant('MYSQL_CLIENT_FLAGS') ?? 0)),
  }
}

/** mysqli looks at the server's certificate only when it is asked to. */
function tlsOf(flags: number): MysqlConnection['tls'] {
  if (flags & MYSQLI_CLIENT.SSL_VERIFY_SERVER_CERT) return 'verify'
  const encrypted = MYSQLI_CLIENT.SSL | MYSQLI_CLIENT.SSL_DONT_VERIFY_SERVER_CERT
  return flags & encrypted ? 'no-verify' : 'off'
}

/** As SQLite Database Integration finds its file (`constants.php`, `db.copy`). */
function sqliteOf(settled: Settled): Connection | undefined {
  const { constant, file } = settled
  const content = () =>
    constant('WP_CONTENT_DIR') ?? `${constant('ABSPATH') ?? `${dirname(file)}/`}wp-content`
  const engine = constant('DB_ENGINE') ?? constant('DATABASE_ENGINE') ?? constant('DATABASE_TYPE')
  if ((engine ?? dropInEngine(content, settled)) !== 'sqlite') return undefined

  const directory =
    constant('FQDBDIR') ?? constant('DB_DIR')?.replace(/\/?$/, '/') ?? `${content()}/database/`
  const database = constant('FQDB') ?? directory + (constant('DB_FILE') ?? '.ht.sqlite')
  return { engine: 'sqlite', file: resolve(dirname(file), database) }
}

/** When the plugin was switched on in WordPress, its drop-in says so and the configuration not. */
function dropInEngine(content: () => string, { readText }: Settled): 'sqlite' | undefined {
  return readText(join(content(), 'db.php'))?.includes('SQLITE_DB_DROPIN_VERSION')
    ? 'sqlite'
    : undefined
}

/** The constants that `connectionOf` may ask for. */
export const constantsAsked = [
  'ABSPATH',
  'DATABASE_ENGINE',
  'DATABASE_TYPE',
  'DB_DIR',
  'DB_ENGINE',
  'DB_FILE',
  'DB_HOST',
  'DB_NAME',
  'DB_PASSWORD',
  'DB_USER',
  'FQDB',
  'FQDBDIR',
  'MYSQL_CLIENT_FLAGS',
  'WP_CONTENT_DIR',
]
