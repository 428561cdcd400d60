/** What the user gave us is wrong: one clear line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Something outside refuses in a way that no retry mends: one clear line, exit code 1. */
export class FatalError extends Error {
  override name = 'FatalError'
}

/** Ctrl-C in the middle of something; the message says what is left behind. Exit code 130. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}

/**
 * Why a database did not answer: `refused` will not mend by waiting (wrong password, no such database),
 * `host` is a name that the resolver does not know, `schema` means that a table or column is not what it
 * was, `limit` that the query took longer than it may, `exhausted` that the account has sent all that it may
 * in this hour, `away` is everything else.
 */
export type DatabaseErrorKind = 'refused' | 'host' | 'schema' | 'limit' | 'exhausted' | 'away'

/** A database that did not answer; the reading goes on when it does again. */
export class DatabaseError extends Error {
  override name = 'DatabaseError'
  readonly kind: DatabaseErrorKind
  constructor(kind: DatabaseErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** What an error says; anything can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Why nothing came over a network, for people, from an error of Node's sockets. */
export function networkReason(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED)'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no such host (${code})`
    case 'ECONNRESET':
      return 'the connection was cut (ECONNRESET)'
    default:
      return error.message === '' ? code : error.message
  }
}
