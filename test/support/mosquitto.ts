import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { freePort } from './mariadb.ts'
import { cpuMs, endProgram, findProgram } from './program.ts'
import { until } from './until.ts'

/** A Mosquitto of the test's own, which keeps its retained messages over a restart. */
export interface Mosquitto {
  readonly port: number
  /** As `--mqtt` takes it. */
  readonly url: string
  /** In good order: what it has is written. */
  stop(): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
  /** What it has had of a processor since it started. */
  cpuMs(): Promise<number>
  /** Forgets what it had retained, too. */
  forget(): Promise<void>
}

interface Account {
  readonly name: string
  readonly password: string
}

export interface MosquittoOptions {
  /** Who may connect; anybody when left out. */
  readonly user?: Account
  /** Further accounts. */
  readonly users?: readonly Account[]
  /** With a certificate of an authority of the test's own, for 127.0.0.1. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Lines of an access list; before the first `user` for those who bring no name. Everything is allowed when left out. */
  readonly access?: readonly string[]
  /** Further lines of the configuration. */
  readonly lines?: readonly string[]
}

const run = promisify(execFile)

export async function startMosquitto(
  t: Pick<TestContext, 'after'>,
  options: MosquittoOptions = {},
): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-mosquitto-'))
  // It gives up the rights of root for those of a user of its own.
  await chmod(folder, 0o777)
  const port = await freePort()
  const { user, users = [], tls, access, lines = [] } = options
  const accounts = user === undefined ? users : [user, ...users]
  const passwords = join(folder, 'passwords')
  for (const [place, { name, password }] of accounts.entries()) {
    const create = place === 0 ? ['-c'] : []
    await run(findProgram('mosquitto_passwd'), [...create, '-b', passwords, name, password])
    await chmod(passwords, 0o644)
  }
  const accessFile = join(folder, 'access')
  if (access !== undefined) await writeFile(accessFile, `${access.join('\n')}\n`)
  const config = join(folder, 'mosquitto.conf')
  await writeFile(
    config,
    [
      `listener ${port} 127.0.0.1`,
      ...(accounts.length === 0
        ? ['allow_anonymous true']
        : ['allow_anonymous false', `password_file ${passwords}`]),
      ...(tls === undefined ? [] : [`certfile ${tls.certificate}`, `keyfile ${tls.key}`]),
      ...['persistence true', `persistence_location ${folder}/`, 'autosave_interval 1'],
      ...['max_queued_messages 0', 'log_type error', 'log_dest stderr', 'set_tcp_nodelay true'],
      ...(access === undefined ? [] : [`acl_file ${accessFile}`]),
      ...lines,
    ].join('\n'),
  )
  let server: ChildProcess
  const start = async () => {
    server = spawn(findProgram('mosquitto'), ['-c', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    server.stderr?.on('data', (data) => {
      said += String(data)
    })
    await until('Mosquitto listens', async () => {
      if (server.exitCode !== null) throw new Error(`Mosquitto did not start:\n${said}`)
      const socket = connectSocket(port, '127.0.0.1')
      const isThere = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(
          () => false,
          () => false,
        ),
      ]).catch(() => false)
      socket.destroy()
      return isThere
    })
  }
  const end = (signal: NodeJS.Signals) => endProgram(server, signal)
  await start()
  t.after(async () => {
    await end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  return {
    port,
    url: `${tls === undefined ? 'mqtt' : 'mqtts'}://127.0.0.1:${port}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start,
    cpuMs: () => cpuMs(server),
    forget: () => rm(join(folder, 'mosquitto.db'), { force: true }),
  }
}

/** A message as a subscriber gets it. */
export interface Heard {
  readonly topic: string
  readonly payload: string
  readonly retained: boolean
  readonly duplicate: boolean
}

export interface Subscriber {
  readonly client: MqttClient
  readonly heard: Heard[]
  /** The newest payload of each topic. */
  readonly newest: Map<string, string>
}

/** Subscribes to a filter, until the test ends; resolves when the broker has taken it. */
export async function subscribe(
  t: TestContext,
  { port }: Pick<Mosquitto, 'port'>,
  filter = '#',
  options: IClientOptions = {},
): Promise<Subscriber> {
  const client = mqtt.connect({ host: '127.0.0.1', port, reconnectPeriod: 50, ...options })
  const heard: Heard[] = []
  const newest = new Map<string, string>()
  client.on('error', () => {})
  client.on('message', (topic, bytes, { retain, dup }) => {
    const payload = String(bytes)
    heard.push({ topic, payload, retained: retain, duplicate: dup })
    newest.set(topic, payload)
  })
  t.after(() => client.endAsync(true))
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.subscribeAsync(filter, { qos: 1 })
  return { client, heard, newest }
}
