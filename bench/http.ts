import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDemoSite } from '../server/wordpress/demo-site.ts'
import { program } from '../test/support/program.ts'
import { type Candidate, type Server, startNode } from './candidate.ts'
import { counts, median } from './measure.ts'
import { startPhp } from './php/start.ts'

// One count over HTTP, side by side in one run: node build/bench/http.js [rounds] [seconds]
// Needs wrk, nginx-light, php-fpm and php-mysql. Only the ratios of one round say something; the machine's speed changes from minute to
// minute.

const connections = [16, 64]
/** Kernel clock ticks of /proc: 100 a second on every Linux. */
const ticksPerSecond = 100

const folder = await mkdtemp(join(tmpdir(), 'counter-bench-'))
const file = join(folder, 'wordpress.sqlite')
const now = Date.now
createDemoSite({ file, timezone: 'UTC', now, random: Math.random }).close()

const bare: Candidate = {
  name: 'node:http, a constant',
  start: () =>
    startNode(join(import.meta.dirname, 'bare-server.js'), (port) => [String(port)], '/'),
}
const startBridge = () =>
  startNode(
    program,
    (port) => [
      ...['serve', '--database', `sqlite:${file}`, '--port', String(port)],
      ...['--state-dir', folder],
    ],
    '/count',
  )
const bridge: Candidate = { name: 'visitor-counter serve, /count', start: startBridge }
/** Requests of other origins pass by the micro-cache, so that each is made anew. */
const uncached: Candidate = {
  name: 'the same, past the micro-cache',
  header: 'Origin: https://example.com',
  start: startBridge,
}
const php: Candidate = { name: 'nginx, PHP-FPM, a query a request', start: startPhp }
const candidates: readonly Candidate[] = [bare, bridge, uncached, php]

interface Measured {
  readonly requestsPerSecond: number
  readonly cpuMicroseconds: number
}

const [rounds, seconds] = counts([8, 4], [2, 1])
const write = (line: string) => process.stdout.write(`${line}\n`)
write(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`,
)
const servers = new Map<Candidate, Server>()
try {
  for (const candidate of candidates) {
    servers.set(candidate, await candidate.start())
    await measure(candidate, 16, 2)
  }
  for (const count of connections) await compare(count)
} finally {
  for (const server of servers.values()) await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function compare(count: number): Promise<void> {
  const measured = new Map(candidates.map((candidate) => [candidate, [] as Measured[]]))
  for (let round = 0; round < rounds; round += 1) {
    // Each is first as often as the others: what comes later in a round meets a warmer machine.
    const order = round % 2 === 0 ? candidates : candidates.toReversed()
    for (const candidate of order) {
      measured.get(candidate)?.push(await measure(candidate, count, seconds))
    }
  }
  write(`\n${count} connections, median of ${rounds} rounds of ${seconds} s`)
  const ratio = (own: readonly Measured[], other: Candidate, of: (each: Measured) => number) => {
    const base = measured.get(other) ?? []
    return median(own.map((each, round) => of(each) / of(base[round] ?? each)))
  }
  for (const [{ name }, own] of measured) {
    const requests = median(own.map((each) => each.requestsPerSecond))
    const cpu = median(own.map((each) => each.cpuMicroseconds))
    const columns = [
      `${Math.round(requests)} req/s`,
      `PHP x ${ratio(own, php, (each) => each.requestsPerSecond).toFixed(2)}`,
      `${cpu.toFixed(1)} us CPU`,
      `bare x ${ratio(own, bare, (each) => each.cpuMicroseconds).toFixed(2)}`,
    ]
    write(`  ${name.padEnd(34)}${columns.map((column) => column.padStart(15)).join('')}`)
  }
}

async function measure(candidate: Candidate, count: number, forS: number): Promise<Measured> {
  const server = servers.get(candidate)
  if (server === undefined) throw new Error(`${candidate.name} has not been started`)
  const before = await cpuSeconds(server)
  const headers = candidate.header === undefined ? [] : ['-H', candidate.header]
  const args = ['-t1', `-c${count}`, `-d${forS}s`, ...headers, server.url]
  const { stdout } = await promisify(execFile)('wrk', args)
  const used = (await cpuSeconds(server)) - before
  const [, requests = 'NaN', took = 'NaN'] = /(\d+) requests in ([\d.]+)s/.exec(stdout) ?? []
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${candidate.name}: ${stdout}`)
  return {
    requestsPerSecond: Number(requests) / Number(took),
    cpuMicroseconds: (used / Number(requests)) * 1e6,
  }
}

/** User and system time of its processes: fields 14 and 15 of /proc/<pid>/stat. */
async function cpuSeconds(server: Server): Promise<number> {
  const stats = await Promise.all(server.pids().map((pid) => readFile(`/proc/${pid}/stat`, 'utf8')))
  const ticks = stats.map((stat) => {
    // The name in parentheses may have spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
}
