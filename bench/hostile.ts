import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createDemoSite } from '../server/wordpress/demo-site.ts'
import { attack, type Outcome } from '../test/support/hostile.ts'
import { program } from '../test/support/program.ts'
import { openRaw } from '../test/support/raw.ts'
import { until } from '../test/support/until.ts'
import { counts } from './measure.ts'

// Hostile requests and slow connections against `serve`: no fault, no crash, no growth.

const [rounds, slowConnections] = counts([20, 500], [1, 50])
const requests = 5000
const token = 'token'

const out = (line: string) => process.stdout.write(`${line}\n`)

interface Serve {
  readonly child: ChildProcess
  readonly port: number
  /** Bytes that are in use after a collection of garbage. */
  heap(): Promise<number>
}

/** `serve` as it is installed, at a WordPress of the demo. */
async function startServe(folder: string): Promise<Serve> {
  const file = join(folder, 'wordpress.sqlite')
  createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random }).close()
  const settings = {
    DATABASE_URL: `sqlite:${file}`,
    PORT: '0',
    STATE_DIR: folder,
    ACCESS_TOKEN: token,
    BASE_PATH: '/counter',
    CORS: 'https://a.example',
  }
  // Told to, it collects its garbage and says what is left.
  const told =
    'process.on("SIGUSR2", () => { gc(); console.error("heap", process.memoryUsage().heapUsed) })'
  const node = ['--expose-gc', '--import', `data:text/javascript,${told}`]
  const child = spawn(process.execPath, [...node, program, 'serve'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...settings },
  })
  let port = 0
  let heapBytes = 0
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, bytes] = /^heap (\d+)$/.exec(line) ?? []
    if (bytes !== undefined) heapBytes = Number(bytes)
    port ||= Number(/listening on \S+?:(\d+)\//.exec(line)?.[1] ?? 0)
    if (!/^heap|"level":(20|30)/.test(line)) out(`the log says: ${line}`)
  })
  await until('it listens', () => port > 0)
  const first = async () => (await fetch(`http://127.0.0.1:${port}/t/${token}/count`)).ok
  await until('the first reading', first)
  const heap = async () => {
    heapBytes = 0
    child.kill('SIGUSR2')
    await until('it says its memory', () => heapBytes > 0)
    return heapBytes
  }
  return { child, port, heap }
}

/** Open files of a process. */
async function filesOf({ pid }: ChildProcess): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length
}

async function countMs(port: number): Promise<number> {
  const startMs = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/t/${token}/count`)
  if (answer.status !== 200) throw new Error(`/count answered ${answer.status}`)
  await answer.text()
  return performance.now() - startMs
}

async function fuzz({ child, port, heap }: Serve): Promise<void> {
  const all: Outcome = { statuses: {}, faults: [] }
  const prefixes = ['', `/t/${token}`, `/t/${token}`, `/counter/t/${token}`]
  out(`${'requests'.padStart(10)}${'heap MB'.padStart(10)}${'files'.padStart(8)}`)
  for (let round = 0; round <= rounds; round++) {
    await until('all connections are gone', async () => (await filesOf(child)) < 60, 60)
    const heapMb = ((await heap()) / 2 ** 20).toFixed(2)
    const cells = [String(round * requests).padStart(10), heapMb.padStart(10)]
    out(`${cells.join('')}${String(await filesOf(child)).padStart(8)}`)
    if (round === rounds) break
    const { statuses, faults } = await attack(port, { seed: round, requests, atOnce: 50, prefixes })
    for (const [status, count] of Object.entries(statuses)) {
      all.statuses[Number(status)] = (all.statuses[Number(status)] ?? 0) + count
    }
    all.faults.push(...faults)
  }
  out(`answers by status (0: closed without one): ${JSON.stringify(all.statuses)}`)
  out(`status 500 and above: ${all.faults.length}`)
  for (const fault of all.faults.slice(0, 5)) out(fault)
}

async function slowLoris(port: number): Promise<void> {
  const alone = await times(port, () => false, 500)
  const slow = Array.from({ length: slowConnections }, () => openRaw(port, 'GET / HTTP/1.1\r\n'))
  const startMs = performance.now()
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('X: y\r\n')
  }, 100)
  let over = false
  const ended = Promise.all(slow.map((each) => each.ended)).then(() => {
    over = true
  })
  const beside = await times(port, () => over, Number.POSITIVE_INFINITY)
  await ended
  clearInterval(drip)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  out(`/count alone: ${alone}`)
  out(
    `/count beside ${slowConnections} slow connections: ${beside}; they were ended after ${seconds} s`,
  )
}

async function times(port: number, isOver: () => boolean, most: number): Promise<string> {
  const taken: number[] = []
  while (!isOver() && taken.length < most) taken.push(await countMs(port))
  taken.sort((a, b) => a - b)
  const at = (share: number) => (taken[Math.floor((taken.length - 1) * share)] ?? 0).toFixed(2)
  return `${taken.length} answers, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, slowest ${at(1)} ms`
}

const folder = await mkdtemp(join(tmpdir(), 'counter-hostile-'))
const serve = await startServe(folder)
const { child, port } = serve
try {
  await fuzz(serve)
  await slowLoris(port)
  out(child.exitCode === null ? 'the bridge still runs' : `the bridge ended: ${child.exitCode}`)
} finally {
  const ended = child.exitCode === null ? once(child, 'close') : undefined
  child.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true })
}
