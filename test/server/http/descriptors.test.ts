import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { httpDescriptors } from '../../../server/http/descriptors.ts'
import { createDemoSite } from '../../../server/wordpress/demo-site.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort } from '../../support/mariadb.ts'
import { endProgram, program } from '../../support/program.ts'
import { until } from '../../support/until.ts'

test('HTTP leaves databases and the broker their descriptors', () => {
  const one = { databases: 1, hasBroker: false }
  assert.equal(httpDescriptors(undefined, one).connections, 12_000)
  assert.equal(httpDescriptors(524_288, one).connections, 12_000)
  assert.equal(httpDescriptors(1024, one).connections, 970)
  assert.equal(httpDescriptors(1024, { databases: 4, hasBroker: true }).connections, 696)
  assert.equal(httpDescriptors(100, { databases: 1, hasBroker: true }).connections, 50)
  for (const openFiles of [100, 1024, 4096]) {
    const { connections, streams } = httpDescriptors(openFiles, one)
    assert.ok(streams < connections && streams > 0)
  }
})

test('a bridge of few descriptors reads on while more connect than it has', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'wordpress.sqlite')
  const site = createDemoSite({ file, timezone: 'UTC', now: Date.now, random: () => 0.5 })
  t.after(() => site.close())
  const port = await freePort()
  const args = ['serve', '--database', `sqlite:${file}`, '--port', `${port}`, '--poll', '200ms']
  const line = 'ulimit -n 128 && exec "$0" "$@"'
  const command = [line, process.execPath, program, ...args, '--state-dir', join(folder, 'state')]
  const child = spawn('bash', ['-c', ...command], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  t.after(() => endProgram(child, 'SIGKILL'))
  const url = `http://127.0.0.1:${port}/v1/events?metric=views`
  await until('it answers', async () => (await fetch(url).catch(() => undefined))?.ok === true, 30)
  // A stream that is there before the crowd.
  const stream = (await fetch(url)).body?.pipeThrough(new TextDecoderStream()).getReader()
  const value = async () => Number(/"value":(\d+)/.exec((await stream?.read())?.value ?? '')?.[1])
  const before = await value()
  const crowd = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'))
  t.after(() => {
    for (const socket of crowd) socket.destroy()
  })
  for (const socket of crowd) socket.on('error', () => {})
  await Promise.all(crowd.map((socket) => once(socket, 'connect')))
  site.visit()
  const visitedMs = performance.now()
  while (!((await value()) > before));
  // A crowd that asks nothing is sent away after 10 s.
  assert.ok(performance.now() - visitedMs < 8000)
  await stream?.cancel()
})
