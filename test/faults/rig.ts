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

const processKinds = ['board', 'serve', 'replica', 'device'] as const
type ProcessKind = (typeof processKinds)[number]
/** By what is at its far end; the broker has two, of which one is the replica's. */
const linkKinds = ['database', 'broker', 'replica', 'bridge', 'board'] as const
type LinkKind = (typeof linkKinds)[number]

/** `serve`, and `serve2` where there are two of each. */
export type ProcessName = `${ProcessKind}${'' | number}`
export type LinkName = `${LinkKind}${'' | number}`

interface Site {
  /** Also of its database. */
  readonly name: string
  readonly judge: Judge
  /** Views that came while the rig ran. Key: day of the site. */
  readonly ofDays: Map<string, number>
}

/** Which of several, from 0. */
type Copy = number
const named = <Kind extends string>(kind: Kind, copy: Copy): `${Kind}${'' | number}` =>
  `${kind}${copy === 0 ? '' : copy + 1}`

export interface RigOptions {
  readonly random?: () => number
  /** How much faster than real time. */
  readonly speed?: number
  /** How many sites, bridges, replicas and desks: each bridge reads all sites, each desk shows one. */
  readonly copies?: number
}

/** All of the product as processes, with a link that can fail between each two. */
export interface Rig {
  readonly processNames: readonly ProcessName[]
  readonly linkNames: readonly LinkName[]
  readonly mariadb: Mariadb
  readonly mosquitto: Mosquitto
  link(name: LinkName): FaultProxy
  readonly folder: string
  process(name: ProcessName): ChildProcess
  /** Starts a process again that has ended. */
  start(name: ProcessName): Promise<void>
  world(change: Partial<World>): Promise<void>
  /** A visit of each site, as the plugin counts it. */
  visit(): Promise<void>
  /** The true number of the first site. */
  truth(): number
  /** No answer is wrong until a number is known again: what was known has been lost. */
  forget(): void
  /** Resolves with the milliseconds until all bridges and all digits are right. */
  right(seconds: number): Promise<number>
  /** Resolves when the views of the first site's day are right. */
  rightToday(seconds: number): Promise<void>
  /** What has been wrong so far. */
  readonly wrongs: readonly string[]
  /** What the processes have been told and must not say. */
  readonly secrets: readonly string[]
  /** That of the bridges. */
  readonly token: string
  /** The broker, with the name and password of the processes. */
  readonly brokerUrl: string
  bridgeUrl(name: ProcessName): string
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
  { random = Math.random, speed = 1, copies = 1 }: RigOptions = {},
): Promise<Rig> {
  const pace: Pace = { speed, sinceMs: Date.now() }
  /** The day of the sites' clock. */
  const today = () => siteDay.format(paced(pace, Date.now()))
  const all = Array.from({ length: copies }, (_, copy): Copy => copy)
  const folder = await temporaryFolder(t)
  // What is committed survives a crash, as on any real server.
  const mariadb = await startMariadb(t, '--innodb-flush-log-at-trx-commit=1')
  const { dump } = await fixture('statify')
  const wrongs: string[] = []
  const judged = { answers: 0, displays: 0 }
  const sites: Site[] = []
  for (const copy of all) {
    const name = named('faults', copy)
    await mariadb.create(name, dump)
    const [row] = await mariadb.execute('SELECT COUNT(*) AS views FROM wpsite_statify', name)
    // From different numbers: that of another site is seen.
    const base = Number(row?.['views']) + 100_000 * copy
    if (copy > 0) await raise(mariadb, name, 100_000 * copy)
    sites.push({
      name,
      judge: new Judge(base, speed, { wrongs, judged }),
      ofDays: new Map<string, number>(),
    })
  }
  const [first] = sites
  if (first === undefined) throw new Error('there is no site')

  const user = { name: 'desk', password: randomBytes(9).toString('hex') }
  const token = randomBytes(9).toString('hex')
  const mosquitto = await startMosquitto(t, { user })

  const ports = new Map<ProcessName, number>()
  const links = new Map<LinkName, FaultProxy>()
  for (const copy of all) {
    for (const kind of ['serve', 'replica', 'board'] as const) {
      ports.set(named(kind, copy), await freePort())
    }
    const targets: Record<LinkKind, number> = {
      database: mariadb.port,
      broker: mosquitto.port,
      replica: mosquitto.port,
      bridge: portOf('serve', copy),
      board: portOf('board', copy),
    }
    for (const kind of linkKinds) {
      links.set(named(kind, copy), await startProxy(targets[kind], random))
    }
  }
  function portOf(kind: ProcessKind, copy: Copy): number {
    return ports.get(named(kind, copy)) ?? 0
  }
  const link = (name: LinkName): FaultProxy => {
    const found = links.get(name)
    if (found === undefined) throw new Error(`there is no link ${name}`)
    return found
  }
  t.after(async () => {
    for (const each of links.values()) await each.stop()
  })
  const worldFile = join(folder, 'world.json')
  let world: World = { dns: true, clockOffsetMs: 0 }
  const setWorld = async (change: Partial<World>) => {
    if (change.clockOffsetMs !== undefined) for (const { judge } of sites) judge.stepped()
    world = { ...world, ...change }
    await writeFile(`${worldFile}.new`, JSON.stringify(world))
    await rename(`${worldFile}.new`, worldFile)
  }
  await setWorld({})

  const brokerUrl = (name: LinkName) =>
    `mqtt://${user.name}:${user.password}@${hostname}:${link(name).port}`
  const argsOf = async (kind: ProcessKind, copy: Copy): Promise<string[]> => {
    const stateDir = join(folder, named(kind, copy))
    await mkdir(stateDir)
    const port = ['--port', `${portOf(kind, copy)}`]
    switch (kind) {
      case 'serve': {
        const config = join(folder, `${named(kind, copy)}.yaml`)
        const lines = sites.map(({ name: database }) => {
          const { port } = link(named('database', copy))
          const url = {
            engine: 'mysql',
            host: hostname,
            port,
            ...reader,
            database,
            tls: 'off',
          } as const
          return `  ${database}:\n    database: "${databaseUrl(url)}"`
        })
        await writeFile(config, ['sites:', ...lines].join('\n'))
        return [
          ...['serve', '--config', config, ...port, '--poll', `${pollMs}ms`],
          ...['--state-dir', stateDir, '--mqtt', brokerUrl(named('broker', copy))],
        ]
      }
      case 'replica':
        return [
          ...['serve', '--from', brokerUrl(named('replica', copy))],
          ...[...port, '--state-dir', stateDir],
        ]
      case 'device':
        return [
          ...['device', '--count-url', `http://${hostname}:${link(named('bridge', copy)).port}`],
          ...['--show', 'views.total', '--site', named('faults', copy)],
          ...['--board', `tcp:${hostname}:${link(named('board', copy)).port}`],
          // A celebration shows other things than digits for some seconds.
          ...['--state-dir', stateDir, '--milestones', 'off'],
        ]
      case 'board':
        return ['board', ...port, '--json']
    }
  }

  const output: string[] = []
  const running = new Map<ProcessName, ChildProcess>()
  /** What is on the digits, without blanks. Key: board. */
  const shown = new Map<ProcessName, string>()
  /** What each bridge has said last. Key: bridge and site. */
  const served = new Map<string, number>()
  const processes = new Map<ProcessName, { kind: ProcessKind; copy: Copy; args: string[] }>()
  for (const kind of processKinds) {
    for (const copy of all) {
      processes.set(named(kind, copy), { kind, copy, args: await argsOf(kind, copy) })
    }
  }

  const start = async (name: ProcessName) => {
    const { kind, copy, args } = processes.get(name) ?? { kind: 'board', copy: 0, args: [] }
    const child = spawn(process.execPath, ['--import', worldModule, program, ...args], {
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
    if (kind === 'replica') for (const { judge } of sites) judge.forget(name)
    let settled: NodeJS.Timeout
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(`${name}: ${line}`)
      if (kind !== 'board') return
      const { event, text } = JSON.parse(line) as { event: string; text: string }
      if (event !== 'display') return
      shown.set(name, text.trim())
      // Between two digits of one frame lies less than a millisecond, which no eye sees.
      clearTimeout(settled)
      settled = setTimeout(() => sites[copy]?.judge.display(shown.get(name) ?? ''), 50)
    })
    createInterface({ input: child.stderr }).on('line', (line) => output.push(`${name}: ${line}`))
    child.on('exit', (code, signal) => {
      clearTimeout(settled)
      output.push(`${name} ended: ${code ?? signal}`)
      shown.delete(name)
      if (running.get(name) === child) running.delete(name)
      if (signal === null) wrongs.push(`${name} ended by itself with ${code}`)
    })
  }
  t.after(async () => {
    for (const child of running.values()) {
      await endProgram(child, 'SIGKILL')
    }
  })
  const processNames = [...processes.keys()]
  for (const name of processNames) await start(name)

  const headers = { Authorization: `Bearer ${token}` }
  const bridges = processNames.filter((name) => /^(serve|replica)/.test(name))
  const ask = async (name: ProcessName, { name: site, judge }: Site) => {
    const askedMs = performance.now()
    const url = `http://127.0.0.1:${ports.get(name)}/v1/count?metric=views&site=${site}`
    const answer = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined)
    if (answer === undefined) return
    if (answer.status !== 200) {
      judge.refusal(name, `${answer.status}: ${await answer.text()}`)
      return
    }
    const document = (await answer.json()) as CountDocument
    served.set(`${name} ${site}`, document.value)
    judge.answer(name, askedMs, document)
  }
  let asking = true
  const watching = (async () => {
    while (asking) {
      await Promise.all(bridges.flatMap((name) => sites.map((site) => ask(name, site))))
      // As a dashboard would ask: what passes between two answers is not judged.
      await wait(100)
    }
  })()
  t.after(async () => {
    asking = false
    await watching
  })

  /** What is not yet right, for people. */
  const behind = () =>
    sites.flatMap(({ name: site, judge }, copy) => {
      const truth = `${judge.truth}`
      const said = bridges.map((name) => [`${name} ${site}`, `${served.get(`${name} ${site}`)}`])
      const board = named('board', copy)
      const all = [...said, [board, `${shown.get(board)}`]]
      return all
        .filter(([, each]) => each !== truth)
        .map(([who, each]) => `${who}: ${each} of ${truth}`)
    })

  const rig: Rig = {
    processNames,
    linkNames: [...links.keys()],
    mariadb,
    mosquitto,
    link,
    folder,
    start,
    output,
    wrongs,
    judged,
    secrets: [reader.password, encodeURIComponent(reader.password), user.password, token],
    token,
    brokerUrl: mosquitto.url.replace('//', `//${user.name}:${user.password}@`),
    bridgeUrl: (name) => `http://127.0.0.1:${ports.get(name)}`,
    process(name) {
      const child = running.get(name)
      if (child === undefined) throw new Error(`${name} is not running`)
      return child
    },
    world: setWorld,
    async visit() {
      const day = today()
      for (const { name, judge, ofDays } of sites) {
        await judge.visit(() =>
          mariadb.execute(
            `INSERT INTO wpsite_statify (created, referrer, target) VALUES ('${day}', '', '/')`,
            name,
          ),
        )
        ofDays.set(day, (ofDays.get(day) ?? 0) + 1)
      }
    },
    truth: () => first.judge.truth,
    async rightToday(seconds) {
      const query = `metric=views&period=today&site=${first.name}`
      const url = `http://127.0.0.1:${ports.get('serve')}/count?${query}`
      await until(
        `the views of ${today()}`,
        async () =>
          Number(await (await fetch(url, { headers })).text()) === (first.ofDays.get(today()) ?? 0),
        seconds,
      )
    },
    forget: () => {
      for (const { judge } of sites) for (const name of bridges) judge.forget(name)
    },
    async right(seconds) {
      const begunMs = performance.now()
      await until('all are right', () => behind().length === 0, seconds).catch(() => {
        throw new Error(`not within ${seconds} s: ${behind().join(', ')}`)
      })
      return performance.now() - begunMs
    },
    memory: (name) => residentMb(rig.process(name)),
    handles: async (name) => (await readdir(`/proc/${rig.process(name).pid}/fd`)).length,
  }
  await rig.right(30)
  return rig
}

/** Gives a site so many views more, of a day that is over. */
async function raise(mariadb: Mariadb, database: string, views: number): Promise<void> {
  await mariadb.execute(
    `INSERT INTO wpsite_statify (created, referrer, target)
      SELECT '2026-01-01', '', '/' FROM seq_1_to_${views}`,
    database,
  )
}
