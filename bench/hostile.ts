import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createDemoSite } from '../server/wordpress/demo-site.ts'
import { attack, type Outcome } from '../test/support/hostile.ts'
import { openRaw } from '../test/support/raw.ts'
import { until } from '../test/support/until.ts'

// 100,000 hostile requests and 500 slow connections against `serve`: no fault, no crash, no growth.

const rounds = 20
const requests = 5000
const slowConnections = 500
const token = 'token'

const out = (line: string) => process.stdout.write(`${line}\n`)

/** `serve` as it is installed, at a WordPress of the demo. */
async function startServe(folder: string): Promise<{ child: ChildProcess; port: number }> {
  const file = join(folder, 'wordpress.sqlite')
  createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random }).close()
  const program = join(import.meta.dirname, '../../dist/visitor-counter.js')
  const settings = {
    ...{ DATABASE_URL: `sqlite:${file}`, PORT: '0', STATE_DIR: folder, ACCESS_TOKEN: token },
    ...{ BASE_PATH: '/counter', CORS: 'https://a.example' },
  }
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...settings },
  })
  let port = 0
  createInterface({ input: child.stderr }).on('line', (line) => {
    port ||= Number(/listening on \S+?:(\d+)\//.exec(line)?.[1] ?? 0)
    if (!/"level":(20|30)/.test(line)) out(`the log says: ${line}`)
  })
  await until('it listens', () => port > 0)
  const first = async () => (await fetch(`http://127.0.0.1:${port}/t/${token}/count`)).ok
  await until('the first reading', first)
  return { child, port }
}

/** Megabytes of memory, and open files, of a process. */
async function sizeOf({ pid }: ChildProcess): Promise<{ megabytes: number; files: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const files = await readdir(`/proc/${pid}/fd`)
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? []
  return { megabytes: Number(kilobytes) / 1024, files: files.length }
}

async function countMs(port: number): Promise<number> {
  const startMs = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/t/${token}/count`)
  if (answer.status !== 200) throw new Error(`/count answered ${answer.status}`)
  await answer.text()
  return performance.now() - startMs
}

async function fuzz(child: ChildProcess, port: number): Promise<void> {
  const all: Outcome = { statuses: {}, faults: [] }
  const prefixes = ['', '/counter', `/t/${token}`, `/counter/t/${token}`]
  out(`${'requests'.padStart(10)}${'MB'.padStart(8)}${'files'.padStart(8)}`)
  for (let round = 0; round <= rounds; round++) {
    await until('all connections are gone', async () => (await sizeOf(child)).files < 60, 60)
    const { megabytes, files } = await sizeOf(child)
    const cells = [String(round * requests).padStart(10), megabytes.toFixed(1).padStart(8)]
    out(`${cells.join('')}${String(files).padStart(8)}`)
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
const { child, port } = await startServe(folder)
try {
  await fuzz(child, port)
  await slowLoris(port)
  out(child.exitCode === null ? 'the bridge still runs' : `the bridge ended: ${child.exitCode}`)
} finally {
  const ended = child.exitCode === null ? once(child, 'close') : undefined
  child.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true })
}
