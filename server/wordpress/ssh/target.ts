/** A machine that the system's `ssh` reaches, and what a service names because it has no home. */
export interface SshTarget {
  /** `user@host`, or a name of the user's own ssh configuration. */
  readonly destination: string
  readonly port?: number
  /** A file with the private key, in place of those of the home. */
  readonly key?: string
  /** A file with the host keys to trust, in place of the home's. */
  readonly knownHosts?: string
}

/** How a target is called in logs and messages. */
export function describeTarget({ destination, port }: SshTarget): string {
  return port === undefined ? destination : `${destination}:${port}`
}

/**
 * Arguments of OpenSSH's `ssh`, before what is asked of it. It never asks a question, says what went wrong
 * (a configuration with `LogLevel QUIET` would not), notices a dead network after 45 s, and shares no
 * connection with other processes, so that nothing of it outlives this one.
 */
export function sshOptions({ port, key, knownHosts }: SshTarget): string[] {
  const settings = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ControlMaster=no',
    'ControlPath=none',
    'ExitOnForwardFailure=yes',
    'LogLevel=INFO',
    'ServerAliveCountMax=3',
    'ServerAliveInterval=15',
    ...(key === undefined ? [] : ['IdentitiesOnly=yes']),
    ...(knownHosts === undefined ? [] : [`UserKnownHostsFile="${knownHosts}"`]),
  ]
  return [
    '-T',
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(key === undefined ? [] : ['-i', key]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ]
}

/** Arguments that run a command in the far shell; the target stands after `--`, so it is never an option. */
export function remoteCommand(target: SshTarget, words: readonly string[]): string[] {
  return [...sshOptions(target), '--', target.destination, words.map(shellQuoted).join(' ')]
}

/** A word that any POSIX shell takes as it is. */
export function shellQuoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
