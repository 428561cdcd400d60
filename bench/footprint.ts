import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Cleanup } from '../test/support/cleanup.ts'
import { freePort } from '../test/support/mariadb.ts'
import { endProgram, program, residentMb } from '../test/support/program.ts'
import { counts, median } from './measure.ts'
import { startSite } from './site.ts'

/** Memory and start of each command beside a bare Node, in turns on one machine. */

const [rounds, settleSeconds] = counts([5, 20], [2, 3])
const cleanup = new Cleanup()

interface Candidate {
  readonly name: string
  readonly args: readonly string[]
  /** What it prints when it is ready; nothing when there is nothing to be ready for. */
  readonly ready?: RegExp
}

const idle = 'setInterval(() => undefined, 1000)'
const server = `require('http').createServer((_, response) => response.end('1')).listen(0, '127.0.0.1', () => process.stderr.write('ready'))`

function start({ args }: Candidate): ChildProcess {
  const env = { PATH: process.env['PATH'] }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  cleanup.after(() => endProgram(child, 'SIGKILL'))
  return child
}

/** Resolves when a process says that it is ready. */
async function untilReady(child: ChildProcess, { name, ready }: Candidate): Promise<void> {
  if (ready === undefined) return
  let said = ''
  const isReady = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        if (ready.test(said)) resolve()
      })
    }
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}: ${said}`)
  })
  await Promise.race([isReady, ended])
  ended.catch(() => undefined)
}

try {
  const { folder, source } = await startSite(cleanup)
  const state = (name: string) => ['--state-dir', join(folder, name)]
  const serve = ['serve', '--database', source, '--poll', '1s']
  // What the device needs stands for the whole run.
  const [bridgePort, boardPort] = [await freePort(), await freePort()]
  const bridge: Candidate = {
    name: 'the bridge of the device',
    ready: /listening on/,
    args: [program, ...serve, ...state('bridge'), '--port', `${bridgePort}`],
  }
  const board: Candidate = {
    name: 'the board of the device',
    ready: /virtual board at/,
    args: [program, 'board', '--port', `${boardPort}`],
  }
  for (const each of [bridge, board]) await untilReady(start(each), each)

  const desk = [
    '--count-url',
    `http://127.0.0.1:${bridgePort}`,
    '--board',
    `tcp:127.0.0.1:${boardPort}`,
  ]
  const candidates: readonly Candidate[] = [
    { name: 'node, nothing loaded', args: ['-e', idle] },
    { name: 'node:http, listening', args: ['-e', server], ready: /ready/ },
    {
      name: 'serve',
      args: [program, ...serve, ...state('serve'), '--port', '0'],
      ready: /listening on/,
    },
    {
      name: 'device',
      args: [program, 'device', ...desk, ...state('device')],
      ready: /board ready/,
    },
    { name: 'board', args: [program, 'board', '--port', '0'], ready: /virtual board at/ },
    { name: 'demo', args: [program, 'demo', '--port', '0'], ready: /the page/ },
  ]
  const measured = candidates.map((candidate) => {
    const [startMs, residentMbs]: [number[], number[]] = [[], []]
    return { candidate, startMs, residentMbs }
  })
  // Each starts alone; memory is of all side by side, when they have settled.
  for (let round = 0; round < rounds; round += 1) {
    for (const { candidate, startMs } of measured) {
      const begunMs = performance.now()
      const child = start(candidate)
      await untilReady(child, candidate)
      startMs.push(candidate.ready === undefined ? Number.NaN : performance.now() - begunMs)
      await endProgram(child, 'SIGKILL')
    }
  }
  for (let round = 0; round < rounds / 2; round += 1) {
    const running: ChildProcess[] = []
    for (const { candidate } of measured) {
      const child = start(candidate)
      running.push(child)
      await untilReady(child, candidate)
    }
    await wait(settleSeconds * 1000)
    for (const [at, child] of running.entries()) {
      measured[at]?.residentMbs.push(await residentMb(child))
      await endProgram(child, 'SIGKILL')
    }
  }
  const figures = measured.map(({ candidate: { name }, startMs, residentMbs }) => ({
    name,
    ms: median(startMs),
    mb: median(residentMbs),
  }))
  const [bareMb, listeningMs] = [figures[0]?.mb ?? Number.NaN, figures[1]?.ms ?? Number.NaN]
  for (const { name, ms, mb } of figures) {
    const start = `start ${ms.toFixed(0)} ms, ${(ms / listeningMs).toFixed(2)} x node:http; `
    process.stdout.write(
      `${name.padEnd(20)} ${Number.isNaN(ms) ? '' : start}${mb.toFixed(1)} MB, ${(mb / bareMb).toFixed(2)} x bare\n`,
    )
  }
} finally {
  await cleanup.end()
}
