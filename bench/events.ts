/**
 * Fan-out of /v1/events: how long after the first client the last one has a change, and what a stream
 * costs in memory. The bridge is the program as it is installed, on a database of one number. Beside it,
 * in turn, the floor: a bare TCP server that writes as many bytes to as many sockets and does nothing
 * else.
 *
 *     npm run build && npx tsc && node build/bench/events.js [streams] [changes]
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sqlite from 'node-sqlite3-wasm'
import { freePort } from '../test/support/mariadb.ts'
import { program, residentMb } from '../test/support/program.ts'
import { counts, median } from './measure.ts'

const clientProcesses = 2
const firstValue = 1_000_000

/** What a client process tells of one value: microseconds of the machine's clock, one a stream. */
interface Heard {
  readonly value: number
  readonly atUs: readonly number[]
}

/** Listens on many sockets, and tells when each value has come to all of them. */
function runClients(port: number, streams: number): void {
  const heard = new Map<number, number[]>()
  const nowUs = () => Number(process.hrtime.bigint() / 1000n)
  let left = streams
  const open = () => {
    if (left === 0) return
    left -= 1
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /v1/events HTTP/1.1\r\nHost: bench\r\n\r\n')
    socket.once('data', open)
    socket.on('data', (data) => {
      const value = /"value":(\d+)/.exec(data.toString('latin1'))?.[1]
      if (value === undefined) return
      const times = heard.get(Number(value)) ?? []
      heard.set(Number(value), times)
      times.push(nowUs())
      if (times.length < streams) return
      process.send?.({ value: Number(value), atUs: times } satisfies Heard)
      heard.delete(Number(value))
    })
    socket.on('error', (error) => process.stderr.write(`${error.message}\n`))
  }
  // So many at a time: a listening socket keeps 511 that it has not accepted yet.
  for (let i = 0; i < 100; i += 1) open()
}

/** Milliseconds after the first client. */
interface Spread {
  readonly p50: number
  readonly p99: number
  readonly last: number
}

/** Client processes that share the streams to one server. */
class Crowd {
  readonly #children: ChildProcess[]
  readonly #heard: Heard[] = []

  constructor(port: number, streams: number) {
    const share = Math.ceil(streams / clientProcesses)
    this.#children = Array.from({ length: clientProcesses }, () =>
      fork(import.meta.filename, ['clients', String(port), String(share)]),
    )
    for (const child of this.#children) {
      child.on('message', (message) => this.#heard.push(message as Heard))
    }
  }

  /**
   * Resolves when every stream has had a value.
   *
   * @throws Error when one has not in a minute
   */
  async told(value: number): Promise<Spread> {
    const deadline = Date.now() + 60_000
    const all = () => this.#heard.filter((each) => each.value === value)
    while (all().length < clientProcesses) {
      if (Date.now() > deadline) throw new Error(`${value} has not come to all streams`)
      await wait(20)
    }
    const times = all().flatMap(({ atUs }) => atUs)
    times.sort((a, b) => a - b)
    const [firstUs = 0] = times
    const at = (share: number) =>
      ((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) - firstUs) / 1000
    return { p50: at(0.5), p99: at(0.99), last: at(1) }
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}

/** The floor: tells everybody each value that it is told itself. */
function runFloor(port: number): void {
  const sockets: Socket[] = []
  // As long as an event.
  const say = (value: number) => Buffer.from(`{"value":${value}}`.padEnd(350))
  const first = say(firstValue)
  createServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      sockets.push(socket)
      socket.write(first)
    })
    socket.on('error', () => {})
  }).listen(port, '127.0.0.1')
  process.on('message', (value) => {
    const bytes = say(Number(value))
    for (const socket of sockets) socket.write(bytes)
  })
}

async function measure(streams: number, changes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'counter-bench-'))
  const file = join(folder, 'number.sqlite')
  const database = new sqlite.Database(file)
  database.exec(`CREATE TABLE number (value INTEGER); INSERT INTO number VALUES (${firstValue})`)
  const port = await freePort()
  const floorPort = await freePort()
  const bridge = spawn(process.execPath, [
    ...[program, 'serve', '--database', `sqlite:${file}`, '--port', String(port)],
    ...['--source', 'sql', '--sql', 'SELECT value FROM number', '--poll', '1s'],
    ...['--state-dir', folder, '--log-level', 'warn'],
  ])
  bridge.stderr.pipe(process.stderr)
  const floor = fork(import.meta.filename, ['floor', String(floorPort)])
  const crowds: Crowd[] = []
  try {
    await untilItCounts(port)
    await wait(2000)
    const emptyKb = (await residentMb(bridge)) * 1024
    const listeners = new Crowd(port, streams)
    crowds.push(listeners)
    await listeners.told(firstValue)
    await wait(3000)
    const idleKb = (await residentMb(bridge)) * 1024
    const floorListeners = new Crowd(floorPort, streams)
    crowds.push(floorListeners)
    await floorListeners.told(firstValue)

    const ours: Spread[] = []
    const floors: Spread[] = []
    for (let value = firstValue + 1; value <= firstValue + changes; value += 1) {
      database.run('UPDATE number SET value = ?', [value])
      ours.push(await listeners.told(value))
      floor.send(value)
      floors.push(await floorListeners.told(value))
    }
    const busyKb = (await residentMb(bridge)) * 1024
    const row = (name: string, spreads: readonly Spread[]) => {
      const middle = (pick: (spread: Spread) => number) => median(spreads.map(pick)).toFixed(0)
      const { p50, p99, last } = {
        p50: middle((spread) => spread.p50),
        p99: middle((spread) => spread.p99),
        last: middle((spread) => spread.last),
      }
      const lasts = spreads.map((spread) => spread.last.toFixed(0)).join(' ')
      return `${name.padEnd(8)} p50 ${p50}, p99 ${p99}, last ${last} (each: ${lasts})`
    }
    const ratios = ours.map(({ last }, index) => last / (floors[index]?.last ?? Number.NaN))
    const perStream = (kb: number) => ((kb - emptyKb) / streams).toFixed(1)
    process.stdout.write(
      `${[
        `${streams} streams, ${changes} changes, none lost; load average ${loadavg()[0]?.toFixed(1)}`,
        'ms after the first client, medians of the changes:',
        row('bridge', ours),
        row('floor', floors),
        `last client against the floor, median of the pairs: ${median(ratios).toFixed(2)}`,
        `resident KB a stream: ${perStream(idleKb)} idle, ${perStream(busyKb)} after the changes`,
      ].join('\n')}\n`,
    )
  } finally {
    for (const crowd of crowds) crowd.end()
    floor.kill('SIGKILL')
    bridge.kill('SIGINT')
    await once(bridge, 'exit')
    database.close()
    rmSync(folder, { recursive: true })
  }
}

async function untilItCounts(port: number): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/count`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new Error('the bridge does not count')
    await wait(50)
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'clients') runClients(Number(rest[0]), Number(rest[1]))
else if (first === 'floor') runFloor(Number(rest[0]))
else await measure(...counts([5000, 12], [1000, 4]))
