import { UsageError } from '../../../common/errors.ts'
import { describeTarget, type SshTarget } from '../ssh/target.ts'

/** How to reach the database of a WordPress site. */
export type Connection = MysqlConnection | { engine: 'sqlite'; file: string }

export type MysqlConnection = {
  engine: 'mysql'
  host: string
  port: number
  socketPath?: string
  user: string
  password: string
  database: string
  tls: 'off' | 'verify' | 'no-verify'
  /** The machine that the address is seen from; this one when left out. */
  ssh?: SshTarget
}

const DEFAULT_PORT = 3306
const MYSQL_FORM = 'mysql://user:password@host:3306/name'
const TLS_BY_SSL = new Map<string, MysqlConnection['tls']>([
  ['true', 'verify'],
  ['verify', 'verify'],
  ['no-verify', 'no-verify'],
  ['false', 'off'],
])

/** Where Debian, Red Hat and the MySQL sources compile the client library to look. */
export const DEFAULT_SOCKETS = [
  '/run/mysqld/mysqld.sock',
  '/var/run/mysqld/mysqld.sock',
  '/var/lib/mysql/mysql.sock',
  '/tmp/mysql.sock',
]

/**
 * Reads what `--database` takes: `mysql://`, `mariadb://` or `sqlite:`. No message repeats any part
 * of the text: when a character of the password is not encoded, any part may hold a piece of it.
 */
export function parseDatabaseUrl(text: string): Connection {
  const scheme = /^\s*([a-z]+):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'sqlite') return parseSqliteUrl(text)
  if (scheme === 'mysql' || scheme === 'mariadb') return parseMysqlUrl(text)
  throw new UsageError(
    `the database URL (--database, DATABASE_URL) is of no known kind; it should look like ${MYSQL_FORM} or sqlite:<file>`,
  )
}

/** One slash or none is a path as it stands; three are an absolute one in URL form. */
function parseSqliteUrl(text: string): Connection {
  const file = text
    .trim()
    .slice('sqlite:'.length)
    .replace(/^\/\/(?=\/)/, '')
  if (file === '' || file.startsWith('//')) {
    throw new UsageError(
      'the database URL names no SQLite file; it should look like sqlite:data/file.sqlite or sqlite:///srv/file.sqlite',
    )
  }
  return { engine: 'sqlite', file }
}

function parseMysqlUrl(text: string): Connection {
  const wrong = (what: string) =>
    new UsageError(
      `the database URL (--database, DATABASE_URL) ${what}; it should look like ${MYSQL_FORM}`,
    )

  // Asked first, because the error of `new URL` carries the whole text.
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.hash !== '' || url.port === '0') {
    throw wrong('cannot be read (write : / ? # @ % in a password as %3A %2F %3F %23 %40 %25)')
  }
  if (url.username === '') throw wrong('has no user name')
  if (url.pathname.length < 2) throw wrong('has no database name')
  if (url.pathname.lastIndexOf('/') > 0) throw wrong('has more than one name after the host')

  for (const name of url.searchParams.keys()) {
    if (name !== 'ssl' && name !== 'socketPath') {
      throw wrong('has an unknown parameter; allowed are socketPath=<path> and ssl=<mode>')
    }
  }
  const tls = TLS_BY_SSL.get(url.searchParams.get('ssl') ?? 'false')
  if (!tls) throw wrong(`has an unknown ssl mode; allowed are ${[...TLS_BY_SSL.keys()].join(', ')}`)
  const socketPath = url.searchParams.get('socketPath')
  if (socketPath === '') throw wrong('has an empty socketPath')

  try {
    return {
      engine: 'mysql',
      host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      ...(socketPath === null ? {} : { socketPath }),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      tls,
    }
  } catch {
    throw wrong('has a % that begins no code (write a percent sign as %25)')
  }
}

/**
 * Splits `DB_HOST` as WordPress does (`wpdb::parse_db_host`), oddities included: a port that is no
 * number is dropped, so `p:db.example` means the host `p`. `localhost` is the socket of PHP's client
 * library, whatever the port; without one here, TCP on this machine.
 */
export function parseDbHost(
  value: string,
  socketExists: (path: string) => boolean,
): Pick<MysqlConnection, 'host' | 'port' | 'socketPath'> {
  const cut = value.indexOf(':/')
  const address = cut < 0 ? value : value.slice(0, cut)
  const parts =
    address.split(':').length > 2
      ? /^\[?([0-9a-f:]+)(?:\]:(\d+))?/i.exec(address)
      : /^([^:/]*)(?::(\d+))?/.exec(address)
  // What WordPress cannot split it hands on whole, with the socket still in it.
  if (!parts) return { host: value, port: DEFAULT_PORT }

  const host = parts[1] || 'localhost'
  const port = Number(parts[2] ?? 0) || DEFAULT_PORT
  if (port > 65535) throw new UsageError(`DB_HOST has port ${port}; allowed are 1 to 65535`)
  if (cut >= 0) return { host, port, socketPath: value.slice(cut + 1) }
  if (host.toLowerCase() !== 'localhost') return { host, port }

  const socketPath = DEFAULT_SOCKETS.find(socketExists)
  return socketPath ? { host, port, socketPath } : { host: '127.0.0.1', port }
}

/** Says where a connection leads, for logs and errors; never the password. */
export function describeConnection(connection: Connection): string {
  if (connection.engine === 'sqlite') return `SQLite file ${connection.file}`
  const { database, host, port, socketPath, user, ssh } = connection
  const place = socketPath ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
  const through = ssh === undefined ? '' : ` of ${describeTarget(ssh)}`
  return `database "${database}" at ${place}${through} as user "${user}"`
}
