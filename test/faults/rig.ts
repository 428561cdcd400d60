import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { temporaryFolder } from '../support/folder.ts'
import {
  databaseUrl,
  fixture,
  freePort,
  type Mariadb,
  reader,
  startMariadb,
} from '../support/mariadb.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { endProgram, program, residentMb } from '../support/program.ts'
import { until } from '../support/until.ts'
import { type Pace, paced } from './fast-time.ts'
import { type CountDocument, Judge } from './judge.ts'
import { type FaultProxy, startProxy } from './proxy.ts'
import { hostname, type World } from './world.ts'

/** `2026-10-15`, in the zone that the fixture's site is in. */
const siteDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Chicago' })
const worldModule = join(import.meta.dirname, 'world.js')

/** How often the bridge looks; the device hears of it by events. */
export const pollMs = 1000

export const processNames = ['board', 'serve', 'replica', 'device'] as const
export type ProcessName = (typeof processNames)[number]
/** Those that are asked. */
type BridgeName = 'serve' | 'replica'
export const linkNames = ['database', 'broker', 'replica', 'bridge', 'board'] as const
/** By what is at its far end; the broker has two, of which one is the replica's. */
export type LinkName = (typeof linkNames)[number]

/** All of the product as processes, with a link that can fail between each two. */
export interface Rig {
  readonly mariadb: Mariadb
  readonly mosquitto: Mosquitto
  readonly links: Readonly<Record<LinkName, FaultProxy>>
  readonly folder: string
  process(name: ProcessName): ChildProcess
  /** Starts a process again that has ended. */
  start(name: ProcessName): Promise<void>
  world(change: Partial<World>): Promise<void>
  /** A visit, as the plugin counts it. */
  visit(): Promise<void>
  /** The true number. */
  truth(): number
  /** What is on the digits, without blanks. */
  shown(): string
  /** No answer is wrong until a number is known again: what was known has been lost. */
  forget(): void
  /** Resolves with the milliseconds until both bridges and the digits are right. */
  right(seconds: number): Promise<number>
  /** Resolves when the views of the site's day are right. */
  rightToday(seconds: number): Promise<void>
  /** What has been wrong so far. */
  readonly wrongs: readonly string[]
  /** What the processes have been told and must not say. */
  readonly secrets: readonly string[]
  /** All that the processes have said. */
  readonly output: readonly string[]
  /** Answers of the bridge that have been judged, and displays. */
  readonly judged: { answers: number; displays: number }
  /** Resident memory, MB. */
  memory(name: ProcessName): Promise<number>
  /** Files, sockets and timers of the kernel that a process holds open. */
  handles(name: ProcessName): Promise<number>
}

export async function startRig(
  t: { after(end: () => unknown): void },
  random: () => number = Math.random,
  speed = 1,
): Promise<Rig> {
  const pace: Pace = { speed, sinceMs: Date.now() }
  /** The day of the site's clock. */
  const today = () => siteDay.format(paced(pace, Date.now()))
  const folder = await temporaryFolder(t)
  // What is committed survives a crash, as on any real server.
  const mariadb = await startMariadb(t, '--innodb-flush-log-at-trx-commit=1')
  const { dump } = await fixture('statify')
  const database = 'faults'
  await mariadb.create(database, dump)
  const [row] = await mariadb.execute('SELECT COUNT(*) AS views FROM wpsite_statify', database)
  const judge = new Judge(Number(row?.['views']), speed)
  /** Key: day of the site. */
  const ofDays = new Map<string, number>()

  const user = { name: 'desk', password: randomBytes(9).toString('hex') }
  const token = randomBytes(9).toString('hex')
  const mosquitto = await startMosquitto(t, { user })

  const ports = { serve: await freePort(), replica: await freePort(), board: await freePort() }
  const links = {
    database: await startProxy(mariadb.port, random),
    broker: await startProxy(mosquitto.port, random),
    replica: await startProxy(mosquitto.port, random),
    bridge: await startProxy(ports.serve, random),
    board: await startProxy(ports.board, random),
  }
  t.after(async () => {
    for (const link of Object.values(links)) await link.stop()
  })
  const worldFile = join(folder, 'world.json')
  let world: World = { dns: true, clockOffsetMs: 0 }
  const setWorld = async (change: Partial<World>) => {
    if (change.clockOffsetMs !== undefined) judge.stepped()
    world = { ...world, ...change }
    await writeFile(`${worldFile}.new`, JSON.stringify(world))
    await rename(`${worldFile}.new`, worldFile)
  }
  await setWorld({})

  const source = databaseUrl({
    engine: 'mysql',
    host: hostname,
    port: links.database.port,
    ...reader,
    database,
    tls: 'off',
  })
  const stateDirs = {
    serve: join(folder, 'serve'),
    replica: join(folder, 'replica'),
    device: join(folder, 'device'),
  }
  for (const stateDir of Object.values(stateDirs)) await mkdir(stateDir)
  const brokerUrl = ({ port }: FaultProxy) =>
    `mqtt://${user.name}:${user.password}@${hostname}:${port}`
  const args: Record<ProcessName, string[]> = {
    serve: [
      ...['serve', '--database', source, '--port', String(ports.serve)],
      ...['--poll', `${pollMs}ms`, '--state-dir', stateDirs.serve],
      ...['--mqtt', brokerUrl(links.broker)],
    ],
    replica: [
      ...['serve', '--from', brokerUrl(links.replica)],
      ...['--port', String(ports.replica), '--state-dir', stateDirs.replica],
    ],
    device: [
      ...[
        'device',
        '--count-url',
        `http://${hostname}:${links.bridge.port}`,
        '--show',
        'views.total',
      ],
      ...['--board', `tcp:${hostname}:${links.board.port}`, '--state-dir', stateDirs.device],
      // A celebration shows other things than digits for some seconds.
      ...['--milestones', 'off'],
    ],
    board: ['board', '--port', String(ports.board), '--json'],
  }

  const output: string[] = []
  const running = new Map<ProcessName, ChildProcess>()
  let display = ''

  /** What each bridge has said last. */
  const served: Partial<Record<BridgeName, number>> = {}

  const start = async (name: ProcessName) => {
    const child = spawn(process.execPath, ['--import', worldModule, program, ...args[name]], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for the run; what it has started ends with it.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        FAULT_WORLD: worldFile,
        ACCESS_TOKEN: token,
        ...(speed === 1 ? {} : { FAULT_SPEED: `${speed}`, FAULT_SINCE: `${pace.sinceMs}` }),
      },
    })
    running.set(name, child)
    // It remembers nothing: the broker does.
    if (name === 'replica') judge.forget(name)
    let settled: NodeJS.Timeout
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(`${name}: ${line}`)
      if (name !== 'board') return
      const { event, text } = JSON.parse(line) as { event: string; text: string }
      if (event !== 'display') return
      display = text.trim()
      // Between two digits of one frame lies less than a millisecond, which no eye sees.
      clearTimeout(settled)
      settled = setTimeout(() => judge.display(display), 50)
    })
    createInterface({ input: child.stderr }).on('line', (line) => output.push(`${name}: ${line}`))
    child.on('exit', (code, signal) => {
      clearTimeout(settled)
      output.push(`${name} ended: ${code ?? signal}`)
      if (name === 'board') display = ''
      if (running.get(name) === child) running.delete(name)
      if (signal === null) judge.wrongs.push(`${name} ended by itself with ${code}`)
    })
  }
  t.after(async () => {
    for (const child of running.values()) {
      await endProgram(child, 'SIGKILL')
    }
  })
  for (const name of processNames) await start(name)

  const headers = { Authorization: `Bearer ${token}` }
  const ask = async (name: BridgeName) => {
    const askedMs = performance.now()
    const answer = await fetch(`http://127.0.0.1:${ports[name]}/v1/count?metric=views`, {
      headers,
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined)
    if (answer === undefined) return
    if (answer.status !== 200) {
      judge.refusal(name, `${answer.status}: ${await answer.text()}`)
      return
    }
    const document = (await answer.json()) as CountDocument
    served[name] = document.value
    judge.answer(name, askedMs, document)
  }
  let asking = true
  const watching = (async () => {
    while (asking) {
      await Promise.all([ask('serve'), ask('replica')])
      // As a dashboard would ask: what passes between two answers is not judged.
      await wait(100)
    }
  })()
  t.after(async () => {
    asking = false
    await watching
  })

  const rig: Rig = {
    mariadb,
    mosquitto,
    links,
    folder,
    start,
    output,
    wrongs: judge.wrongs,
    judged: judge.judged,
    secrets: [reader.password, encodeURIComponent(reader.password), user.password, token],
    process(name) {
      const child = running.get(name)
      if (child === undefined) throw new Error(`${name} is not running`)
      return child
    },
    world: setWorld,
    async visit() {
      const day = today()
      await judge.visit(() =>
        mariadb.execute(
          `INSERT INTO wpsite_statify (created, referrer, target) VALUES ('${day}', '', '/')`,
          database,
        ),
      )
      ofDays.set(day, (ofDays.get(day) ?? 0) + 1)
    },
    truth: () => judge.truth,
    async rightToday(seconds) {
      const url = `http://127.0.0.1:${ports.serve}/count?metric=views&period=today`
      await until(
        `the views of ${today()}`,
        async () =>
          Number(await (await fetch(url, { headers })).text()) === (ofDays.get(today()) ?? 0),
        seconds,
      )
    },
    shown: () => display,
    forget: () => judge.forget('serve'),
    async right(seconds) {
      const begunMs = performance.now()
      const { serve, replica } = served
      await until(
        `${judge.truth} everywhere (served ${serve}, ${replica}, shown ${display})`,
        () => {
          const all = [`${served.serve}`, `${served.replica}`, display]
          return all.every((each) => each === `${judge.truth}`)
        },
        seconds,
      )
      return performance.now() - begunMs
    },
    memory: (name) => residentMb(rig.process(name)),
    handles: async (name) => (await readdir(`/proc/${rig.process(name).pid}/fd`)).length,
  }
  await rig.right(30)
  return rig
}
