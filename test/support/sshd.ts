import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from './folder.ts'
import { freePort } from './mariadb.ts'
import { endProgram, findProgram } from './program.ts'
import { until } from './until.ts'

/** An OpenSSH server of the test's own on loopback, with keys of its own in a folder. */
export interface Sshd {
  readonly port: number
  /** `user@127.0.0.1`. */
  readonly destination: string
  /** Private key that it lets in, and the file that knows its host key. */
  readonly key: string
  readonly knownHosts: string
  readonly folder: string
  /** With the connections that it has. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends the processes of its connections, as a gateway that cuts them; it goes on to listen. */
  cut(): Promise<void>
}

const run = promisify(execFile)

/** @param lines further lines of its configuration */
export async function startSshd(
  t: Pick<TestContext, 'after'>,
  ...lines: readonly string[]
): Promise<Sshd> {
  const folder = await temporaryFolder(t)
  await chmod(folder, 0o755)
  const keygen = findProgram('ssh-keygen')
  const path = (name: string) => join(folder, name)
  for (const name of ['host', 'user']) {
    await run(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)])
  }
  const port = await freePort()
  await writeFile(
    path('known_hosts'),
    `[127.0.0.1]:${port} ${await readFile(path('host.pub'), 'utf8')}`,
  )
  const options = lines.filter((line) => line.startsWith('key:')).map((line) => `${line.slice(4)} `)
  await writeFile(
    path('authorized_keys'),
    `${options.join('')}${await readFile(path('user.pub'), 'utf8')}`,
  )
  await writeFile(
    path('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      ...lines.filter((line) => !line.startsWith('key:')),
    ].join('\n'),
  )
  // Debian makes it when the service starts; sshd of root wants it.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  let server: ChildProcess
  const start = async () => {
    server = spawn(findProgram('sshd'), ['-D', '-e', '-f', path('sshd_config')], {
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    await until('sshd listens', () => isListening(port))
  }
  const children = async () => {
    const found = await run('pgrep', ['-P', String(server.pid)]).catch(() => ({ stdout: '' }))
    return found.stdout.split('\n').filter((pid) => pid !== '')
  }
  const cut = async () => {
    for (const pid of await children()) await run('kill', ['-9', pid]).catch(() => undefined)
  }
  const kill = async () => {
    await cut()
    await endProgram(server, 'SIGKILL')
  }
  await start()
  t.after(kill)
  return {
    port,
    destination: `${userInfo().username}@127.0.0.1`,
    key: path('user'),
    knownHosts: path('known_hosts'),
    folder,
    kill,
    start,
    cut,
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
