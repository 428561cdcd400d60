// From a visit to the digit, and what `serve` takes beside a bare Node, in one run on one machine:
//   npm run build && npx tsc && node build/bench/visit.js [visits]
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startVirtualBoard } from '../hardware/virtual/firmata-board.ts'
import { Max7219 } from '../hardware/virtual/max7219.ts'
import { segmentsToText } from '../hardware/virtual/seven-segment.ts'
import { databaseUrl, fixture, freePort, startMariadb } from '../test/support/mariadb.ts'
import { endProgram, program, residentMb } from '../test/support/program.ts'
import { until } from '../test/support/until.ts'
import { median } from './measure.ts'

const visits = Number(process.argv[2] ?? 60)
const settleMs = 15_000
const ends: (() => unknown)[] = []
const cleanup = { after: (end: () => unknown) => void ends.push(end) }

const say = (line: string) => process.stdout.write(`${line}\n`)
const at = (sorted: readonly number[], share: number) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  })
  child.stderr?.resume()
  cleanup.after(() => endProgram(child, 'SIGKILL'))
  return child
}

const listening = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    () => true,
    () => false,
  )

try {
  const folder = await mkdtemp(join(tmpdir(), 'counter-bench-'))
  cleanup.after(() => rm(folder, { recursive: true }))
  const mariadb = await startMariadb(cleanup)
  const { dump } = await fixture('statify')
  const source = databaseUrl(await mariadb.create('bench', dump))
  const serve = async (port: number) => {
    const startedMs = performance.now()
    const child = start([
      ...[program, 'serve', '--database', source, '--port', String(port), '--poll', '1s'],
      ...['--state-dir', folder, '--log-level', 'warn'],
    ])
    await until('it listens', () => listening(port), 30)
    return { child, startMs: performance.now() - startedMs }
  }
  const bare = async (port: number) => {
    const startedMs = performance.now()
    const server = `require('http').createServer((_, r) => r.end('1')).listen(${port}, '127.0.0.1')`
    const child = start(['-e', server])
    await until('it listens', () => listening(port), 30)
    return { child, startMs: performance.now() - startedMs }
  }
  const idle = start(['-e', 'setInterval(() => undefined, 1000)'])
  const ratios: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const other = await bare(await freePort())
    const mine = await serve(await freePort())
    ratios.push(mine.startMs / other.startMs)
    await endProgram(other.child, 'SIGKILL')
    await endProgram(mine.child, 'SIGKILL')
  }
  say(`start to listening: ${median(ratios).toFixed(2)} x that of node:http`)

  const chip = new Max7219({ data: 2, clock: 3, cs: 4 })
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
  cleanup.after(() => board.close())
  const port = await freePort()
  const { child: bridge } = await serve(port)
  const device = start([
    ...[program, 'device', '--count-url', `http://127.0.0.1:${port}`, '--show', 'views.total'],
    ...['--board', `tcp:127.0.0.1:${board.port}`, '--state-dir', join(folder, 'device')],
    ...['--pins', 'data=2,clock=3,cs=4'],
  ])
  const shown = () => Number(segmentsToText(chip.display().segments).trim())
  const [row] = await mariadb.execute('SELECT COUNT(*) AS views FROM wpsite_statify', 'bench')
  let truth = Number(row?.['views'])
  await until('the number', () => shown() === truth, 30)
  await wait(settleMs)

  const delays: number[] = []
  for (let visit = 0; visit < visits; visit += 1) {
    await wait(200 + Math.random() * 1000)
    await mariadb.execute(
      "INSERT INTO wpsite_statify (created, referrer, target) VALUES (CURDATE(), '', '/')",
      'bench',
    )
    const visitedMs = performance.now()
    truth += 1
    await until('the digit', () => shown() === truth, 30)
    delays.push(performance.now() - visitedMs)
  }
  delays.sort((a, b) => a - b)
  say(
    `visit to digit with --poll 1s, ${visits} visits: p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms, at most ${at(delays, 1)} ms`,
  )
  const bareMb = await residentMb(idle)
  for (const [name, child] of Object.entries({ serve: bridge, device })) {
    const mb = await residentMb(child)
    say(
      `${name}: ${mb.toFixed(1)} MB, ${(mb / bareMb).toFixed(2)} x bare Node (${bareMb.toFixed(1)})`,
    )
  }
} finally {
  for (const end of ends.reverse()) await end()
}
