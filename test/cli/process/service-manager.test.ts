import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { watchdogMs } from '../../../cli/process/service-manager.ts'
import { start } from '../../support/command.ts'
import { until } from '../../support/until.ts'

/** What listens for systemd, on a real datagram socket; the words so far. */
async function listener(t: TestContext): Promise<{ path: string; heard: () => string }> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-notify-'))
  const path = join(folder, 'notify.sock')
  let words = ''
  const socat: ChildProcess = spawn('socat', ['-u', `UNIX-RECV:${path}`, 'STDOUT'])
  socat.stdout?.on('data', (chunk) => {
    words += chunk
  })
  t.after(async () => {
    socat.kill()
    await once(socat, 'exit')
    await rm(folder, { recursive: true })
  })
  await until('socat listens', () => existsSync(path), 60)
  return { path, heard: () => words }
}

/** A database that is away, which must not keep a service from being ready. */
const serve = [
  ...['serve', '--database', 'mysql://u:p@127.0.0.1:1/d', '--port', '0'],
  ...['--state-dir', '/nonexistent'],
]

describe('under a service manager', () => {
  it('serve says that it is ready when it listens, and then that it is alive', async (t) => {
    const { path, heard } = await listener(t)
    const { end } = start(t, serve, { env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '600000' } })
    await until('ready', () => heard().includes('READY=1'), 60)
    await until('alive, again and again', () => heard().split('WATCHDOG=1').length > 3, 60)
    assert.equal(await end('SIGTERM'), 0)
  })

  it('the watchdog hears nothing from a process that hangs', async (t) => {
    const { path, heard } = await listener(t)
    const { process: child, end } = start(t, serve, {
      env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '300000' },
    })
    await until('alive', () => heard().includes('WATCHDOG=1'), 60)
    child.kill('SIGSTOP')
    // What was on its way arrives; then there is silence for ten times as long as a beat takes.
    let [last, sinceMs] = [heard(), performance.now()]
    await until(
      'silence',
      () => {
        if (heard() !== last) [last, sinceMs] = [heard(), performance.now()]
        return performance.now() - sinceMs > 1000
      },
      60,
    )
    child.kill('SIGCONT')
    await until('alive again', () => heard().length > last.length, 60)
    assert.equal(await end('SIGTERM'), 0)
  })

  it('a missing systemd-notify is told in one line, and serve goes on', async (t) => {
    const { stderr, end } = start(t, serve, {
      env: { NOTIFY_SOCKET: '/nonexistent/notify', PATH: '/nonexistent', WATCHDOG_USEC: '30000' },
    })
    await until('told', () => stderr.some((line) => line.includes('systemd-notify READY=1')), 60)
    await until(
      'the database is away',
      () => stderr.some((line) => line.includes('trying again')),
      60,
    )
    assert.equal(stderr.filter((line) => line.includes('systemd-notify')).length, 1)
    assert.equal(await end('SIGTERM'), 0)
  })
})

it('an empty NOTIFY_SOCKET is none: nobody is told anything', async (t) => {
  const { stderr, end } = start(t, serve, {
    env: { NOTIFY_SOCKET: '', PATH: '/nonexistent', WATCHDOG_USEC: '3000' },
  })
  await until(
    'the database is away',
    () => stderr.some((line) => line.includes('trying again')),
    60,
  )
  assert.deepEqual(
    stderr.filter((line) => line.includes('systemd-notify')),
    [],
  )
  assert.equal(await end('SIGTERM'), 0)
})

describe('the watchdog', () => {
  const cases: [env: Record<string, string>, everyMs: number | undefined][] = [
    [{}, undefined],
    [{ WATCHDOG_USEC: '120000000' }, 40_000],
    [{ WATCHDOG_USEC: '120000000', WATCHDOG_PID: '7' }, 40_000],
    [{ WATCHDOG_USEC: '120000000', WATCHDOG_PID: '8' }, undefined],
    [{ WATCHDOG_USEC: '0' }, undefined],
    [{ WATCHDOG_USEC: 'soon' }, undefined],
    [{ WATCHDOG_USEC: '1' }, 1],
  ]
  for (const [env, everyMs] of cases) {
    it(`with ${JSON.stringify(env)} process 7 is to speak every ${everyMs} ms`, () => {
      assert.equal(watchdogMs(env, 7), everyMs)
    })
  }
})
