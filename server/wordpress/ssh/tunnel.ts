import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { DatabaseError } from '../../../common/errors.ts'
import type { Logger } from '../../../common/log.ts'
import type { MysqlConnection } from '../database/connection.ts'
import type { Transport } from '../database/transport.ts'
import { ChildStream } from './child-stream.ts'
import { noSshError, sshError } from './ssh-error.ts'
import { describeTarget, remoteCommand, type SshTarget, sshOptions } from './target.ts'

/** How long the database's greeting may take. */
const greetingMs = 15_000

/** One way to the database from the far machine. */
interface Route {
  readonly words: string
  open(): Promise<Duplex>
  close?(): void
}

/**
 * A way to a database through `ssh`: TCP as the far machine sees it, else its socket, else a relay in PHP
 * where forwarding is forbidden. The first that brings the database's greeting is kept.
 */
export function sshTransport(target: SshTarget, settings: MysqlConnection, log: Logger): Transport {
  const routes = routesOf(target, settings)
  let kept: Route | undefined
  return {
    isSocket: false,
    async open() {
      if (kept !== undefined) return greeted(await kept.open())
      const failures: unknown[] = []
      for (const route of routes) {
        try {
          const stream = await greeted(await route.open())
          kept = route
          log.info(`ssh ${describeTarget(target)}: the database is reached by ${route.words}`)
          return stream
        } catch (error) {
          route.close?.()
          failures.push(error)
          if (!isAboutTheRoute(error)) break
        }
      }
      throw failures[0]
    },
    close() {
      for (const route of routes) route.close?.()
    },
  }
}

/** Whether another route may do better: not where the host itself does not let us in. */
function isAboutTheRoute(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    /forbids|cannot reach|no greeting|ended with/.test(error.message)
  )
}

/** Waits for the first bytes, which stay in the stream: a connection that is dropped before counts against us. */
async function greeted(stream: Duplex): Promise<Duplex> {
  const timer = setTimeout(
    () =>
      stream.destroy(
        new DatabaseError('away', `no greeting of the database in ${greetingMs / 1000} s`),
      ),
    greetingMs,
  )
  try {
    await once(stream, 'readable')
    if (stream.readableLength > 0) return stream
    throw (
      stream.errored ??
      new DatabaseError('away', 'no greeting of the database: the connection was closed')
    )
  } finally {
    clearTimeout(timer)
  }
}

function routesOf(target: SshTarget, { host, port, socketPath }: MysqlConnection): Route[] {
  const isLocal = socketPath !== undefined || ['localhost', '127.0.0.1', '::1'].includes(host)
  const tcpHost = isLocal ? '127.0.0.1' : host
  const tcp: Route = {
    words: `${tcpHost}:${port}`,
    open: async () => forwardTcp(target, tcpHost, port),
  }
  const address = socketPath === undefined ? `tcp://${tcpHost}:${port}` : `unix://${socketPath}`
  const php: Route = {
    words: 'a relay in PHP, as forwarding is forbidden',
    open: async () =>
      new ChildStream(
        'ssh',
        remoteCommand(target, ['php', '-r', relay, '--', address]),
        explain(target),
      ),
  }
  return socketPath === undefined ? [tcp, php] : [tcp, socketRoute(target, socketPath), php]
}

function explain(target: SshTarget) {
  return (code: number | null, stderr: string, error?: Error) =>
    error === undefined ? sshError(target, code, stderr) : noSshError(target, error)
}

function forwardTcp(target: SshTarget, host: string, port: number): Duplex {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new ChildStream(
    'ssh',
    [...sshOptions(target), '-W', address, '--', target.destination],
    explain(target),
  )
}

/**
 * The far socket as one of this machine. Such an ssh does not look at its standard input, so a shell does
 * for it: at the end of the input, when this process is gone by whatever signal, it ends the ssh.
 */
const watchdog = 'ssh "$@" </dev/null & cat >/dev/null; kill $! 2>/dev/null; wait'

function socketRoute(target: SshTarget, socketPath: string): Route {
  let tunnel: { stream: ChildStream; local: string; folder: string } | undefined
  const close = () => {
    tunnel?.stream.destroy()
    if (tunnel !== undefined) rmSync(tunnel.folder, { recursive: true, force: true })
    tunnel = undefined
  }
  return {
    words: `its socket ${socketPath}`,
    close,
    async open() {
      if (tunnel === undefined || tunnel.stream.destroyed) {
        close()
        // Only its owner may open it: it is as good as the far socket.
        const folder = mkdtempSync(join(tmpdir(), 'visitor-counter-ssh-'))
        const local = join(folder, 's')
        const forward = ['-N', '-o', 'LogLevel=VERBOSE', '-L', `${local}:${socketPath}`]
        const args = [...sshOptions(target), ...forward, '--', target.destination]
        const stream = new ChildStream('sh', ['-c', watchdog, 'sh', ...args], explain(target))
        stream.on('error', () => undefined).resume()
        tunnel = { stream, local, folder }
      }
      return connectWhenThere(tunnel.stream, tunnel.local)
    },
  }
}

/** The socket stands there when ssh is let in; until then there is none to connect to. */
async function connectWhenThere(tunnel: ChildStream, path: string): Promise<Duplex> {
  for (let tries = 0; ; tries++) {
    const socket = connect({ path })
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      socket.destroy()
      if (tunnel.errored !== null) throw tunnel.errored
      if (tries >= greetingMs / 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Copies standard input to the database's address and back, until one of them ends. */
const relay = `$s = @stream_socket_client($argv[1], $n, $m, 10);
if (!$s) { fwrite(STDERR, "open failed: connect failed: $m\\n"); exit(1); }
stream_set_blocking(STDIN, false); stream_set_blocking($s, false);
$put = function ($to, $data) { while ($data !== '') { $n = fwrite($to, $data);
if ($n === false) exit; $data = substr($data, $n);
if ($data !== '') { $r = $e = null; $w = [$to]; stream_select($r, $w, $e, 5); } } };
for (;;) { $r = [STDIN, $s]; $w = $e = null;
if (stream_select($r, $w, $e, null) === false) exit;
foreach ($r as $from) { $data = fread($from, 65536);
if ($data === '' || $data === false) { if (feof($from)) exit; continue; }
$put($from === STDIN ? $s : STDOUT, $data); } }`
