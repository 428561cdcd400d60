// From a visit that is committed to the database to the digit that is latched in the virtual chip.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startVirtualBoard } from '../hardware/virtual/firmata-board.ts'
import { Max7219 } from '../hardware/virtual/max7219.ts'
import { segmentsToText } from '../hardware/virtual/seven-segment.ts'
import { Cleanup } from '../test/support/cleanup.ts'
import { freePort, type Mariadb } from '../test/support/mariadb.ts'
import { endProgram, program } from '../test/support/program.ts'
import { until } from '../test/support/until.ts'
import { counts } from './measure.ts'
import { startSite } from './site.ts'

const [visits, seconds] = counts([60, 20], [10, 5])
const cleanup = new Cleanup()

const say = (line: string) => process.stdout.write(`${line}\n`)
const at = (sorted: readonly number[], share: number) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)

/** Statements a second that the server sees of the bridge. */
async function perSecond(mariadb: Mariadb): Promise<string> {
  const questions = async () => {
    const [row] = await mariadb.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
    return Number(row?.['Value'])
  }
  const [before, begunMs] = [await questions(), performance.now()]
  await wait(seconds * 1000)
  // The second question is none of the bridge's.
  const asked = (await questions()) - before - 1
  return ((asked * 1000) / (performance.now() - begunMs)).toFixed(2)
}

function start(...args: readonly string[]): void {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  })
  cleanup.after(() => endProgram(child, 'SIGKILL'))
}

try {
  const { folder, mariadb, source } = await startSite(cleanup)
  const chip = new Max7219({ data: 2, clock: 3, cs: 4 })
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
  cleanup.after(() => board.close())
  const port = await freePort()
  start(...['serve', '--database', source, '--port', String(port)], ...['--state-dir', folder])
  // Nobody watches who asks for its health.
  const isReady = async () =>
    (
      await fetch(`http://127.0.0.1:${port}/health`)
        .then((answer) => answer.text())
        .catch(() => '')
    ).includes('"ok"')
  await until('the bridge', isReady, 30)
  const idle = await perSecond(mariadb)
  start(
    ...['device', '--count-url', `http://127.0.0.1:${port}`, '--show', 'views.total'],
    ...['--board', `tcp:127.0.0.1:${board.port}`, '--state-dir', join(folder, 'device')],
    ...['--pins', 'data=2,clock=3,cs=4', '--milestones', 'off'],
  )
  const shown = () => Number(segmentsToText(chip.display().segments).trim())
  const [row] = await mariadb.execute('SELECT COUNT(*) AS views FROM wpsite_statify', 'bench')
  let truth = Number(row?.['views'])
  await until('the number', () => shown() === truth, 30)

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
  const watched = await perSecond(mariadb)
  delays.sort((a, b) => a - b)
  say(
    `visit to digit with default settings, ${visits} visits: p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms, at most ${at(delays, 1)} ms`,
  )
  say(`statements a second: ${idle} with nobody who watches, ${watched} with the display`)
} finally {
  await cleanup.end()
}
