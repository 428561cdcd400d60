import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, freePort, reader, startMariadb } from '../../support/mariadb.ts'
import { startSshd } from '../../support/sshd.ts'
import { until } from '../../support/until.ts'

test('serve --ssh reads the wp-config.php and the database of another machine, and leaves nothing behind', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('statify')
  await mariadb.create('blog', dump)
  const sshd = await startSshd(t)
  const site = await temporaryFolder(t)
  await mkdir(join(site, 'html'))
  await writeFile(
    join(site, 'html/wp-config.php'),
    `<?php define('DB_NAME', 'blog'); define('DB_USER', '${reader.user}');
     define('DB_PASSWORD', '${reader.password}'); define('DB_HOST', '127.0.0.1:${mariadb.port}'); $table_prefix = 'wpsite_';`,
  )
  const port = await freePort()
  const ssh = ['--ssh', `${sshd.destination}:${sshd.port}`, '--ssh-key', sshd.key]
  const flags = [...ssh, '--ssh-known-hosts', sshd.knownHosts, '--wp-config', join(site, 'html')]
  const state = await temporaryFolder(t)
  const begin = () =>
    start(t, ['serve', ...flags, '--port', String(port), '--poll', '200ms', '--state-dir', state])
  const count = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/count`).catch(() => undefined)
    return answer?.status === 200 ? Number(await answer.text()) : undefined
  }
  const children = () => {
    try {
      return execFileSync('pgrep', ['-f', `^ssh .*${sshd.key}`], { encoding: 'utf8' })
        .trim()
        .split('\n')
    } catch {
      return []
    }
  }

  await t.test('the number', async () => {
    const serve = begin()
    await until('the first number', async () => (await count()) !== undefined, 20)
    const total = await count()
    assert.ok(total !== undefined && total > 0)
    assert.ok(children().length > 0)
    await serve.end('SIGTERM')
    await until('no ssh is left', () => children().length === 0, 5)
  })

  await t.test('is right again when the child is killed, and when sshd was away', async () => {
    const serve = begin()
    await until('the first number', async () => (await count()) !== undefined, 20)
    const total = (await count()) ?? 0
    // The days of the site are Chicago's.
    const today = new Intl.DateTimeFormat('sv', { timeZone: 'America/Chicago' }).format()
    const visit = () =>
      mariadb.execute(
        `INSERT INTO wpsite_statify (created, referrer, target) VALUES ('${today}', '', '/new')`,
        'blog',
      )
    for (const pid of children()) execFileSync('kill', ['-9', pid])
    await visit()
    await until('the visit after the kill', async () => (await count()) === total + 1, 20)
    await sshd.kill()
    await visit()
    await until('an old number', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/count`)
      const { stale, value } = (await answer.json()) as { stale: boolean; value: number }
      return stale && value === total + 1
    })
    await sshd.start()
    await until('the visit after the restart', async () => (await count()) === total + 2, 30)
    // Nothing of it outlives the bridge, by whatever signal that ends.
    await serve.end('SIGKILL')
    await until('no ssh is left', () => children().length === 0, 5)
  })

  await t.test('doctor says it', async () => {
    const { code, stdout } = await run(t, ['doctor', ...flags])
    assert.equal(code, 0, stdout)
    assert.ok(stdout.includes(`at ${sshd.destination}:${sshd.port}`), stdout)
    assert.match(stdout, /ok +ssh +\S+ lets this user in/)
    assert.match(stdout, /ok +wp-config +the far file names database "blog"/)
    const { code: wrong, stdout: said } = await run(t, [
      'doctor',
      ...flags.slice(0, -1),
      '/nowhere',
    ])
    assert.equal(wrong, 1)
    assert.match(said, /\/nowhere: no such file or directory/)
    // A slip in a setting is seen at once, also where only the far machine knows of it.
    const empty = ['--state-dir', await temporaryFolder(t), '--port', '0']
    const slip = await run(t, ['serve', ...flags.slice(0, -1), '/nowhere', ...empty])
    assert.equal(slip.code, 2, slip.stderr)
    assert.match(slip.stderr, /\/nowhere: no such file or directory/)
  })

  await t.test('wrong usage ends with 2', async () => {
    const cases: [string[], RegExp][] = [
      [
        ['--ssh', '-oProxyCommand=x', '--database', 'mysql://u:p@h/d'],
        /--ssh: .*must be user@host/,
      ],
      [['--ssh', 'u@h', '--database', 'sqlite:x'], /an SQLite file it cannot read/],
      [['--ssh-key', '/x', '--database', 'mysql://u:p@h/d'], /need --ssh/],
      [['--ssh', 'u@h'], /which WordPress\?/],
    ]
    for (const [args, said] of cases) {
      const { code, stderr } = await run(t, ['serve', ...args])
      assert.equal(code, 2, stderr)
      assert.match(stderr, said)
    }
  })
})
