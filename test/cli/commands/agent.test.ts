import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import { run, start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, freePort, startMariadb } from '../../support/mariadb.ts'
import { listen } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'
import { startWordpress } from '../../support/wordpress.ts'

const plugin = 'visitor-counter-agent/visitor-counter-agent.php'

test('from the command to the number: the zip, WordPress with the plugin, the check, the bridge', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump, expected } = await fixture('statify')
  await mariadb.create('blog', dump)
  const wordpress = await startWordpress(t, mariadb)
  const url = wordpress.url('blog', 'wpsite_').href
  const folder = await temporaryFolder(t)
  const state = ['--state-dir', folder]
  const zip = join(folder, 'plugin.zip')

  const early = await run(t, ['serve', '--wordpress', url, ...state])
  assert.equal(early.code, 1)
  assert.match(
    early.stderr,
    /agent-127\.0\.0\.1.*\.key: .*make it, .*by: visitor-counter agent http/,
  )

  const made = await run(t, ['agent', url, '--zip', zip, ...state])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /Upload Plugin: choose this file/)
  const key = /The key stays in (\S+);/.exec(made.stdout)?.[1] ?? ''
  assert.equal((await stat(key)).mode & 0o777, 0o600)
  const { key: secret } = JSON.parse(await readFile(key, 'utf8')) as { key: string }
  const files = unzipSync(await readFile(zip))
  assert.deepEqual(Object.keys(files), [plugin])
  const code = Buffer.from(files[plugin] ?? []).toString()
  assert.ok(!code.includes(secret.split('\n')[1] ?? secret), 'the zip holds no secret')

  const before = await run(t, ['agent', url, '--check', ...state])
  assert.equal(before.code, 1)
  assert.match(
    before.stderr,
    /is the plugin "Visitor Counter Agent" of this key's zip uploaded and active\?/,
  )

  await wordpress.write(`plugins/${plugin}`, code)
  const activated = await wordpress.php(
    'blog',
    `require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/plugin.php';
     echo json_encode([activate_plugin('${plugin}'), is_plugin_active('${plugin}')]);`,
    'wpsite_',
  )
  assert.deepEqual(JSON.parse(activated), [null, true])

  const check = await run(t, ['agent', url, '--check', ...state])
  assert.equal(check.code, 0, check.stderr)
  assert.match(check.stdout, /answers for blog\.example\.com .*\n.*serve --wordpress/)

  const port = await freePort()
  const serve = start(t, ['serve', '--wordpress', url, '--port', String(port), ...state])
  const total = (expected as { expected: { views: { total: number } } }).expected.views.total
  await until(
    'the number of the plugin',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/count`).catch(() => undefined)
      return answer?.status === 200 && (await answer.text()) === `${total}\n`
    },
    20,
  )
  await serve.end('SIGTERM')

  // As a service: the state folder is another, and the key is a credential.
  const elsewhere = ['--state-dir', join(folder, 'other')]
  const doctor = await run(t, ['doctor', '--wordpress', url, ...elsewhere], {
    env: { CREDENTIALS_DIRECTORY: folder },
  })
  assert.equal(doctor.code, 0, doctor.stdout)
  for (const line of [
    /ok +agent key +\S+\/agent-127\.0\.0\.1.*\.key/,
    /ok +web server +http:\/\/127\.0\.0\.1:\d+\/blog\/wpsite_\/? answers \(HTTP \d+\)/,
    /ok +agent +the agent at .* knows this key; its plugin is of this program's version/,
    /ok +clock +the web server's clock is 0\.\d s (ahead|behind)/,
    /ok +plugin +Statify/,
  ]) {
    assert.match(doctor.stdout, line)
  }

  // A key that was made anew, whose zip is not there yet.
  await run(t, ['agent', url, '--zip', zip, ...elsewhere])
  const other = await run(t, ['doctor', '--wordpress', url, ...elsewhere])
  assert.equal(other.code, 1)
  assert.match(other.stdout, /ok +web server/)
  assert.match(other.stdout, /does not know this request[\s\S]*-> in WordPress under Plugins/)
  const closed = `http://127.0.0.1:${await freePort()}`
  await run(t, ['agent', closed, '--zip', zip, ...state])
  const away = await run(t, ['doctor', '--wordpress', closed, ...state])
  assert.match(
    away.stdout,
    /ok +agent key[\s\S]*PROBLEM .*the WordPress at .* nothing listens there/,
  )
  assert.match(away.stdout, /-> open this address in a browser/)
})

test('a WordPress without the agent may tell a number all the same', async (t) => {
  const server = createServer((request, response) => {
    const isKoko = request.url?.startsWith('/wp-json/koko-analytics/v1/totals') === true
    response.writeHead(isKoko ? 200 : 404, { 'content-type': 'application/json' })
    response.end(isKoko ? '{"visitors":1234,"pageviews":5678}' : '{"code":"rest_no_route"}')
  })
  t.after(() => server.close())
  const port = await listen(server)
  const url = `http://127.0.0.1:${port}/`
  const state = await temporaryFolder(t)
  const { code, stderr } = await run(t, ['serve', '--wordpress', url, '--state-dir', state])
  assert.equal(code, 1)
  assert.match(
    stderr,
    /Koko Analytics \(visitors in total\): visitor-counter device --count-url 'http:\/\/127\.0\.0\.1:\d+\/wp-json\/koko-analytics\/v1\/totals\?start_date=2000-01-01'/,
  )
})

test('wrong usage of the agent ends with 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['agent'], /which WordPress\?/],
    [['agent', 'http://www.example.com'], /has no TLS; give its https/],
    [['agent', 'ftp://x'], /no address of a WordPress/],
    [
      ['serve', '--agent-key', '/x', '--database', 'mysql://u:p@h/d'],
      /--agent-key needs --wordpress/,
    ],
    [
      ['serve', '--wordpress', 'https://x.example', '--source', 'sql', '--sql', 'SELECT 1'],
      /runs statements of its own list only/,
    ],
    [['serve', '--wordpress', 'https://x.example', '--ssh', 'u@h'], /--ssh has no part in that/],
  ]
  for (const [args, said] of cases) {
    const { code, stderr } = await run(t, args)
    assert.equal(code, 2, stderr)
    assert.match(stderr, said)
  }
})
