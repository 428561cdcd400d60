import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startAnswers } from '../../support/answers.ts'
import { start } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { program } from '../../support/program.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

/** A desk counter as a process of its own, at a board that the test has. */
async function startCounter(t: TestContext, port: number, args: readonly string[]) {
  const { url } = await startAnswers(t, (_, response) => void response.end('1234'))
  const stateDir = await temporaryFolder(t)
  return start(t, [
    ...['device', '--board', `tcp:127.0.0.1:${port}`, '--pins', 'data=2,clock=3,cs=4'],
    ...['--count-url', new URL('count', url).href, '--state-dir', stateDir, ...args],
  ])
}

/** How long a signal takes to end the process, and its exit code. */
async function endBy({ end }: ReturnType<typeof start>, signal: NodeJS.Signals) {
  const startedMs = performance.now()
  const code = await end(signal)
  return { code, ms: performance.now() - startedMs }
}

for (const [onExit, signal, left] of [
  ['blank', 'SIGINT', 'off'],
  ['dashes', 'SIGTERM', '--------'],
  ['keep', 'SIGTERM', '    1234'],
] as const) {
  test(`by ${signal} with --on-exit ${onExit} the display shows "${left}" within 1 s`, async (t) => {
    const { board, text } = await startDesk(t)
    const counter = await startCounter(t, board.port, ['--on-exit', onExit])
    await until('the digits', () => text() === '    1234', 30)
    const { code, ms } = await endBy(counter, signal)
    assert.equal(code, 0)
    assert.ok(ms < 1000, `${ms} ms`)
    assert.equal(text(), left)
  })
}

test('the process ends within 1 s while the board hangs', async (t) => {
  const { board, text } = await startDesk(t)
  const counter = await startCounter(t, board.port, [])
  await until('the digits', () => text() === '    1234', 30)
  board.freeze(true)
  const { code, ms } = await endBy(counter, 'SIGTERM')
  assert.equal(code, 0)
  assert.ok(ms < 1000, `${ms} ms`)
})

test('the process ends within 1 s while the board is away, or accepts and never speaks', async (t) => {
  let connections = 0
  const { port } = await startTcp(t, () => connections++)
  const silent = await startCounter(t, port, [])
  const away = await startCounter(t, 1, [])
  await until('a connection', () => connections > 0, 30)
  await until('a refusal', () => away.stdout.concat(away.stderr).join().includes('REFUSED'), 30)
  for (const counter of [silent, away]) {
    const { code, ms } = await endBy(counter, 'SIGINT')
    assert.equal(code, 0)
    assert.ok(ms < 1000, `${ms} ms`)
  }
})

test('in the journal the log is words with priorities, and JSON where that is asked for', async (t) => {
  const reading =
    '{"value":193,"age":0,"stale":false,"label":"Visitors in total","site":"www.example.com"}'
  const { url } = await startAnswers(t, (_, response) => void response.end(reading))
  const folder = await temporaryFolder(t)
  const words = 'showing 193 visitors in total of www.example.com'
  for (const [format, line] of [
    [undefined, `<6>${words}\n`],
    ['json', `"msg":"${words}"}\n`],
  ] as const) {
    const path = join(folder, `journal-${format}`)
    const journal = await open(path, 'w')
    const { dev, ino } = await journal.stat()
    const child = spawn(
      process.execPath,
      [
        ...[program, 'device', '--display', 'terminal', '--feed', 'poll', '--state-dir', folder],
        ...['--count-url', new URL('v1/count', url).href],
        ...(format === undefined ? [] : ['--log-format', format]),
      ],
      {
        stdio: ['ignore', 'ignore', journal.fd],
        env: { PATH: process.env['PATH'], JOURNAL_STREAM: `${dev}:${ino}` },
      },
    )
    const exited = once(child, 'exit')
    await until(`${line} in the journal`, async () => (await readFile(path, 'utf8')).includes(line))
    child.kill('SIGTERM')
    await exited
    await journal.close()
  }
})

test('the test pattern is shown without any count, and leaves the display as it was told', async (t) => {
  const { board, text } = await startDesk(t)
  const counter = await startCounter(t, board.port, ['--test-pattern', '--on-exit', 'blank'])
  await until('the pattern', () => text() === '12345678.', 30)
  const { code } = await endBy(counter, 'SIGINT')
  assert.equal(code, 0)
  assert.equal(text(), 'off')
})

test('a test pattern in the terminal stays until it is ended', async (t) => {
  const counter = start(t, ['device', '--test-pattern', '--display', 'terminal'])
  await until('the pattern', () => counter.stdout.join().includes('12345678.'), 30)
  assert.equal(await counter.end('SIGINT'), 0)
})
