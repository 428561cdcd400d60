import { DatabaseError, messageOf } from '../../common/errors.ts'

/** What to do about an error of the database, by the code of the server, of mysql2, or of the socket. */
const advices: Readonly<Record<string, string>> = {
  ER_ACCESS_DENIED_ERROR:
    'correct user and password (in an address @ : / % # of a password are written %40 %3A %2F %25 %23); the server goes by user and machine, so the account must be one for this machine; an account that was made with REQUIRE SSL wants ?ssl=true behind the address',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
    'give the password, or the socket of the database: ?socketPath=/run/mysqld/mysqld.sock',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'as its administrator: ALTER USER <user> ACCOUNT UNLOCK;',
  // MariaDB's number, for which mysql2 has no name.
  4151: 'as its administrator: ALTER USER <user> ACCOUNT UNLOCK;',
  ER_MUST_CHANGE_PASSWORD: 'as its administrator: ALTER USER <user> PASSWORD EXPIRE NEVER;',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'as its administrator: ALTER USER <user> PASSWORD EXPIRE NEVER;',
  AUTH_SWITCH_PLUGIN_ERROR:
    'known are mysql_native_password, caching_sha2_password and unix_socket: give the counter an account with one of these',
  ER_DBACCESS_DENIED_ERROR:
    'correct the name of the database, or as its administrator: GRANT SELECT ON <database>.* TO <user>;',
  ER_TABLEACCESS_DENIED_ERROR: 'as its administrator: GRANT SELECT ON <database>.* TO <user>;',
  ER_COLUMNACCESS_DENIED_ERROR: 'as its administrator: GRANT SELECT ON <database>.* TO <user>;',
  ER_HOST_NOT_PRIVILEGED:
    'make an account for this machine: CREATE USER counter@<address of this machine>; or go through --ssh',
  ER_BAD_DB_ERROR: 'correct the name of the database: wp-config.php has it as DB_NAME',
  ER_SECURE_TRANSPORT_REQUIRED:
    'the server takes encrypted connections only: put ?ssl=true behind the address',
  HANDSHAKE_NO_SSL_SUPPORT:
    'leave ?ssl= out, or switch TLS on at the server; --ssh encrypts as well',
  HANDSHAKE_SSL_ERROR:
    'a certificate that no public authority has signed is taken with ?ssl=no-verify, in a network that you trust; NODE_EXTRA_CA_CERTS=<file> names its authority',
  ECONNREFUSED:
    'does the database run there, and does it listen to other machines? Otherwise give its socket (?socketPath=/run/mysqld/mysqld.sock), or reach it with --ssh user@host',
  ENOTFOUND: 'correct the name of the machine; inside of containers it is the name of the service',
  EAI_AGAIN: 'the resolver does not answer: is this machine in the network?',
  ETIMEDOUT:
    'a firewall, or no such machine: shared hosting lets its own machines in only; reach it with --ssh user@host, or by the agent (--wordpress)',
  ENOENT: 'there is no such socket: correct ?socketPath=, or leave it out for TCP',
  EACCES:
    'this user may not open the socket or the file: as a service it gets a group with SupplementaryGroups=',
}

const prefix = /there is no table (\S+)options/
const away = /^the WordPress at /
const unknownRequest = /WordPress does not know this request/
const noPlugin = /no supported statistics plugin/

/** The next step for whatever ended the examination of a site. */
export function databaseAdvice(error: unknown): string {
  const known =
    error instanceof DatabaseError ? codesOf(error.cause).map((code) => advices[code]) : []
  const advice = known.find((each) => each !== undefined)
  if (advice !== undefined) return advice
  const message = messageOf(error)
  if (prefix.test(message)) return 'correct --table-prefix, or leave it out: then it is found'
  if (away.test(message))
    return 'open this address in a browser: is it the one that visitors have? This machine must reach it as they do'
  if (unknownRequest.test(message)) {
    return 'in WordPress under Plugins: is it active? After visitor-counter agent has made another key, its new zip has to be uploaded'
  }
  if (noPlugin.test(message)) {
    return 'install one in WordPress: Plugins, Add New, for example Koko Analytics or WP Statistics; docs/plugins.md tells them apart. Or count something else with --source sql'
  }
  if (/no statistics plugin is active/.test(message)) {
    return 'activate it in WordPress: Plugins, Installed Plugins; or name it with --source to see its old numbers'
  }
  return 'mend this first; what comes after it could not be checked'
}

/** The codes of an error and of what it was made of; several addresses of a name fail together. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const own = [
    ...('code' in error ? [String(error.code)] : []),
    ...('errno' in error ? [String(error.errno)] : []),
  ]
  const more = error instanceof AggregateError ? error.errors : [error.cause]
  return [...own, ...more.flatMap(codesOf)]
}
