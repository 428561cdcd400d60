import {
  DatabaseError,
  type DatabaseErrorKind,
  FatalError,
  networkReason,
} from '../../../common/errors.ts'
import { describeConnection, type MysqlConnection } from './connection.ts'

/** As mysql2 marks an error after which a connection is of no more use. */
export function lost(message: string): Error {
  return Object.assign(new Error(message), { fatal: true })
}

const lostCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
])

/** Whether a connection is of no more use after an error. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('fatal' in error && error.fatal === true) ||
      lostCodes.has(codeOf(error)) ||
      // mysql2 has no code for a query on a connection that it knows to be closed.
      /closed state/.test(error.message))
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whether a server does not know a system variable, as an older one. */
export function isUnknownVariable(error: unknown): boolean {
  return codeOf(error) === 'ER_UNKNOWN_SYSTEM_VARIABLE'
}

/** Codes of mysql2 and the server that waiting does not mend, with what to do. */
const refusals: Record<string, string> = {
  ER_ACCESS_DENIED_ERROR: 'the server refuses this user and password',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'the server refuses this user without a password',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'this account is locked',
  ER_MUST_CHANGE_PASSWORD: 'the password of this account has expired',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'the password of this account has expired',
  AUTH_SWITCH_PLUGIN_ERROR: 'the server wants a way of logging in that is not known here',
  ER_DBACCESS_DENIED_ERROR: 'this user may not open this database',
  ER_TABLEACCESS_DENIED_ERROR: 'this user may not read the tables; it needs GRANT SELECT',
  ER_COLUMNACCESS_DENIED_ERROR: 'this user may not read the tables; it needs GRANT SELECT',
  ER_HOST_NOT_PRIVILEGED: 'the server accepts no connections from this machine',
  ER_BAD_DB_ERROR: 'the server has no database of this name',
  HANDSHAKE_NO_SSL_SUPPORT: 'the server does not speak TLS',
  HANDSHAKE_SSL_ERROR: 'the TLS handshake failed',
  ER_SECURE_TRANSPORT_REQUIRED: 'the server takes encrypted connections only',
  ER_PARSE_ERROR: 'the query is not valid SQL',
}

/** Codes that have a kind of their own. */
const kinds: Record<string, DatabaseErrorKind> = {
  ER_NO_SUCH_TABLE: 'schema',
  ER_BAD_FIELD_ERROR: 'schema',
  ENOTFOUND: 'host',
}

/** `max_statement_time exceeded` of MariaDB, for which mysql2 has no name, and that of MySQL. */
const limitNumbers = new Set([1969, 3024])

/** An error of mysql2, or of the socket, as the rest of the program knows it. */
export function databaseError(error: unknown, settings: MysqlConnection): Error {
  // What the work itself has refused is no failure of the server.
  if (error instanceof DatabaseError || error instanceof FatalError) return error
  const code = codeOf(error)
  const where = describeConnection(settings)
  if (error instanceof Error && 'errno' in error && limitNumbers.has(Number(error.errno))) {
    return new DatabaseError('limit', `${where}: a query took longer than its time limit`, {
      cause: error,
    })
  }
  if (code === 'ER_USER_LIMIT_REACHED' && error instanceof Error) {
    if (/per_hour/.test(error.message)) {
      return new DatabaseError(
        'exhausted',
        `${where}: the account has used up what it may send in an hour; nothing is sent for 5 minutes, as it may be the account of WordPress too: give the counter one of its own (${code})`,
        { cause: error },
      )
    }
    if (/max_user_connections/.test(error.message)) return tooMany(where, code, error)
  }
  if (code === 'ER_TOO_MANY_USER_CONNECTIONS' && error instanceof Error) {
    return tooMany(where, code, error)
  }
  const refusal = refusals[code]
  const kind: DatabaseErrorKind = refusal === undefined ? (kinds[code] ?? 'away') : 'refused'
  const reason = refusal ?? (error instanceof Error ? networkReason(error) : String(error))
  const own = serverWords(code, error)
  const words = own === '' ? reason : `${reason}: ${own}`
  const said = code === '' || reason.includes(`(${code})`) ? words : `${words} (${code})`
  return new DatabaseError(kind, `${where}: ${said}`, { cause: error })
}

/**
 * What the server itself says where that tells more than the code: which account it has taken the user for,
 * which way of logging in it wants, what is wrong with a certificate.
 */
function serverWords(code: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  switch (code) {
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR':
      return /'[^']*'@'[^']*'/.exec(message)?.[0] ?? ''
    case 'AUTH_SWITCH_PLUGIN_ERROR': {
      const [known, name = ''] = /unknown plugin (\w*)/.exec(message) ?? []
      // The packet of the way before MySQL 4.1 has no name in it.
      return known === undefined
        ? ''
        : name === 'undefined' || name === ''
          ? 'mysql_old_password'
          : name
    }
    case 'HANDSHAKE_SSL_ERROR':
      return message
    default:
      return ''
  }
}

function tooMany(where: string, code: string, cause: Error): DatabaseError {
  return new DatabaseError(
    'away',
    `${where}: this account has as many connections open as it may (max_user_connections); the counter needs 2: give it an account of its own, or raise the limit (${code})`,
    { cause },
  )
}
