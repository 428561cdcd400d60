// Memory and start of the desk counter beside a bare Node, in one run on one machine:
//   npm run build && npx tsc && node build/bench/device.js
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startVirtualBoard } from '../hardware/virtual/firmata-board.ts'
import { Max7219 } from '../hardware/virtual/max7219.ts'
import { segmentsToText } from '../hardware/virtual/seven-segment.ts'
import { endProgram, program, residentMb } from '../test/support/program.ts'
import { median } from './measure.ts'

const rounds = 3
const settleMs = 6000

async function measureBare(): Promise<{ mb: number; startMs: number }> {
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    ['-e', 'console.log(1); setInterval(() => undefined, 1000)'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  if (child.stdout) await once(child.stdout, 'data')
  const startMs = performance.now() - startedMs
  await wait(settleMs)
  const mb = await residentMb(child)
  await endProgram(child, 'SIGKILL')
  return { mb, startMs }
}

async function measureDevice(stateDir: string): Promise<{ mb: number; startMs: number }> {
  const pins = { data: 2, clock: 3, cs: 4 }
  const chip = new Max7219(pins)
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
  let value = 12_345
  const counts = createServer((_, response) => {
    value += 1
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ value, age: 0, stale: false }))
  }).listen(0, '127.0.0.1')
  await once(counts, 'listening')
  const address = counts.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const lit = new Promise<void>((resolve) => {
    board.onDisplay(() => {
      const { on, segments } = chip.display()
      if (on && /\d/.test(segmentsToText(segments))) resolve()
    })
  })
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    [program, 'device', '--board', `tcp:127.0.0.1:${board.port}`, '--display', 'max7219'].concat([
      ...['--count-url', `http://127.0.0.1:${port}/`, '--state-dir', stateDir, '--poll', '1s'],
      ...['--pins', 'data=2,clock=3,cs=4', '--roll', 'off', '--log-level', 'warn'],
    ]),
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'] } },
  )
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the device ended with ${code}`)
  })
  await Promise.race([lit, failed])
  failed.catch(() => undefined)
  const startMs = performance.now() - startedMs
  await wait(settleMs)
  const mb = await residentMb(child)
  await endProgram(child, 'SIGKILL')
  counts.close()
  counts.closeAllConnections()
  await board.close()
  return { mb, startMs }
}

const bare: { mb: number; startMs: number }[] = []
const device: { mb: number; startMs: number }[] = []
for (let round = 0; round < rounds; round += 1) {
  const stateDir = await mkdtemp(join(tmpdir(), 'counter-bench-'))
  bare.push(await measureBare())
  device.push(await measureDevice(stateDir))
  await rm(stateDir, { recursive: true })
}
const line = (
  name: string,
  unit: string,
  of: (each: { mb: number; startMs: number }) => number,
) => {
  const [mine, other] = [median(device.map(of)), median(bare.map(of))]
  process.stdout.write(
    `${name}: ${mine.toFixed(1)} ${unit}, bare Node ${other.toFixed(1)} ${unit}, ratio ${(mine / other).toFixed(2)}\n`,
  )
}
line('resident memory', 'MB', ({ mb }) => mb)
line('start to the first digits', 'ms', ({ startMs }) => startMs)
