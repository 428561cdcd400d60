import { DatabaseError, type DatabaseErrorKind } from '../../../common/errors.ts'
import { describeTarget, type SshTarget } from './target.ts'

interface Meaning {
  readonly said: RegExp
  readonly kind: DatabaseErrorKind
  /** What to say, and what to do about it. */
  readonly words: (target: SshTarget, match: RegExpExecArray) => string
}

/** What OpenSSH 8 to 9 says on its standard error, the surest first. */
const meanings: readonly Meaning[] = [
  {
    said: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    kind: 'refused',
    words: (target) =>
      `the key of the host has changed; when that is right, forget the old one with: ssh-keygen ${knownHostsFlag(target)}-R '${knownName(target)}'`,
  },
  {
    said: /Host key verification failed|No \S+ host key is known/,
    kind: 'refused',
    words: (target) =>
      target.knownHosts === undefined
        ? `the key of the host is not known here; look at it and accept it once, as the user who runs this, with: ssh ${portFlag(target, '-p')}${target.destination} true`
        : `the key of the host is not in ${target.knownHosts}; put it there with: ssh-keyscan ${portFlag(target, '-p')}${hostOf(target)} >> ${target.knownHosts}`,
  },
  {
    said: /Permission denied \(([^)]*)\)/,
    kind: 'refused',
    words: (target, match) =>
      `permission denied (${match[1] ?? ''}); the far account wants a key that this user has: ssh-copy-id ${portFlag(target, '-p')}${target.destination}, or name it with --ssh-key`,
  },
  {
    said: /Identity file \S+ not accessible|Load key "[^"]*": (?!.*passphrase)/,
    kind: 'refused',
    words: (target) => `the key file ${target.key ?? ''} cannot be read`,
  },
  {
    said: /administratively prohibited|forwarding (?:is )?disabled/i,
    kind: 'refused',
    words: () => 'the far host forbids port forwarding',
  },
  {
    said: /open failed: connect failed: (.*)/,
    kind: 'away',
    words: (_, match) =>
      `the far host cannot reach the database (${match[1] ?? ''}); is DB_HOST, or the host of --database, right as that machine sees it?`,
  },
  {
    said: /Could not resolve hostname ([^\s:]+)/,
    kind: 'host',
    words: (_, match) => `no such host: ${match[1] ?? ''}`,
  },
  {
    said: /connect to (?:address|host) .*: (.*)/,
    kind: 'away',
    words: (_, match) => `${match[1] ?? ''}; is the port right (--ssh user@host:port)?`,
  },
  {
    said: /Too many authentication failures/,
    kind: 'refused',
    words: () => 'too many keys were tried; name the right one with --ssh-key',
  },
]

/**
 * Why `ssh` ended, in words.
 *
 * @param stderr what it has said; it holds no secret, as no secret is ever given to it
 */
export function sshError(target: SshTarget, code: number | null, stderr: string): DatabaseError {
  const where = `ssh ${describeTarget(target)}`
  for (const { said, kind, words } of meanings) {
    const match = said.exec(stderr)
    if (match !== null) return new DatabaseError(kind, `${where}: ${words(target, match)}`)
  }
  const last = stderr.trim().split(/\r?\n/).at(-1)?.slice(0, 200)
  const reason = last === undefined || last === '' ? `it ended with ${code ?? 'a signal'}` : last
  return new DatabaseError('away', `${where}: ${reason}`)
}

/** There is no `ssh` on this machine, or it cannot be started. */
export function noSshError(target: SshTarget, error: Error): DatabaseError {
  const isMissing = 'code' in error && error.code === 'ENOENT'
  const reason = isMissing
    ? 'there is no program ssh here; install it (Debian: openssh-client)'
    : error.message
  return new DatabaseError('refused', `ssh ${describeTarget(target)}: ${reason}`)
}

function hostOf({ destination }: SshTarget): string {
  return destination.slice(destination.lastIndexOf('@') + 1)
}

/** As known_hosts has it: with a port other than 22 in brackets. */
function knownName(target: SshTarget): string {
  const { port } = target
  return port === undefined || port === 22 ? hostOf(target) : `[${hostOf(target)}]:${port}`
}

function portFlag({ port }: SshTarget, flag: string): string {
  return port === undefined ? '' : `${flag} ${port} `
}

function knownHostsFlag({ knownHosts }: SshTarget): string {
  return knownHosts === undefined ? '' : `-f ${knownHosts} `
}
