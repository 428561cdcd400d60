import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createDemoSite } from '../../../server/wordpress/demo-site.ts'
import { start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

test('serve ends at once when it is told to while a database hangs', async (t) => {
  const { port, server: hanging } = await startTcp(t)
  const serve = start(t, [
    ...['serve', '--database', `mysql://u:p@127.0.0.1:${port}/d`, '--port', '0'],
    ...['--state-dir', '/nonexistent'],
  ])
  await once(hanging, 'connection')
  const askedMs = performance.now()
  assert.equal(await serve.end('SIGINT'), 0)
  assert.ok(performance.now() - askedMs < 2000)
})

const token = 's3cret'

test('serve takes its guard from the settings, and logs each request at debug without the token', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'wordpress.sqlite')
  createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random }).close()
  const config = join(folder, 'settings.yaml')
  await writeFile(config, 'base-path: /counter/\ncors: https://a.example\n')
  const serve = start(
    t,
    ['serve', '--port', '0', '--config', config, '--trusted-proxy', '127.0.0.1,::1/128'],
    {
      env: {
        DATABASE_URL: `sqlite:${file}`,
        STATE_DIR: folder,
        ACCESS_TOKEN: token,
        LOG_LEVEL: 'debug',
        LOG_FORMAT: 'json',
      },
    },
  )
  const lines = () => serve.stderr.map((line) => JSON.parse(line) as Record<string, unknown>)
  const url = () => /listening on (\S+);/.exec(serve.stderr.join())?.[1] ?? ''
  await until('it listens', () => url() !== '', 60)
  assert.match(url(), /^http:\/\/127\.0\.0\.1:\d+\/counter$/)

  const ask = () =>
    fetch(`${url()}/t/${token}/count`, {
      headers: { Origin: 'https://a.example', 'X-Forwarded-For': '192.0.2.9' },
    })
  await until('a count', async () => (await ask()).status === 200, 60)
  assert.equal((await ask()).headers.get('access-control-allow-origin'), 'https://a.example')
  assert.equal((await fetch(`${url()}/count`)).status, 401)

  const logged = (message: string | RegExp) =>
    lines().find(({ msg }) =>
      typeof message === 'string' ? msg === message : message.test(String(msg)),
    )
  await until('the line of the refusal', () => logged(/^refused/) !== undefined)
  const { ms, ...request } = logged('request') ?? {}
  assert.equal(typeof ms, 'number')
  assert.deepEqual(
    [request['level'], request['method'], request['path'], request['client']],
    [20, 'GET', '/counter/t/…/count', '192.0.2.9'],
  )
  assert.match(String(logged(/only this machine and proxies on it can ask/)?.['level']), /^30$/)
  assert.equal(await serve.end('SIGTERM'), 0)
  assert.ok(!serve.stderr.join('\n').includes(token))
})
