import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import { dotsText } from '../../../device/face/dot-font.ts'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { chainDotMatrix } from '../../../hardware/virtual/dot-matrix.ts'
import { startVirtualBoard } from '../../../hardware/virtual/firmata-board.ts'
import { startAnswers } from '../../support/answers.ts'
import { run } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, reader, startMariadb } from '../../support/mariadb.ts'
import { CTRL_C, startAtTerminal } from '../../support/pseudo-terminal.ts'
import { startSshd } from '../../support/sshd.ts'
import { until } from '../../support/until.ts'
import { startWordpress } from '../../support/wordpress.ts'

const where = 'Where is its number to be read?'

test('setup finds the number by each way', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('statify')
  await mariadb.create('blog', dump)
  const { dump: network } = await fixture('network-wp-statistics')
  await mariadb.create('net', network)
  const home = await temporaryFolder(t)
  /** A set-up at a terminal that ends in a settings file, whose lines come back. */
  const atTerminal = (t: Parameters<typeof startAtTerminal>[0], ...flags: string[]) => {
    const config = join(home, `${Math.random()}.yaml`)
    const terminal = startAtTerminal(
      t,
      ['setup', '--service', 'off', '--config', config, ...flags],
      {
        cwd: home,
        env: { HOME: home, NO_COLOR: '1' },
      },
    )
    const finish = async () => {
      await terminal.answer('Write this to', 'yes')
      await terminal.waitFor('9. There you are')
      assert.equal(await terminal.ended, 0, terminal.screen())
      const lines = (await readFile(config, 'utf8')).split('\n')
      return lines.filter((line) => line !== '' && !line.startsWith('#'))
    }
    return { ...terminal, finish }
  }

  await t.test('through ssh, after the wrong port', async (t) => {
    const sshd = await startSshd(t)
    const site = join(await temporaryFolder(t), 'html')
    await mkdir(site)
    await writeFile(
      join(site, 'wp-config.php'),
      `<?php define('DB_NAME', 'blog'); define('DB_USER', '${reader.user}');
       define('DB_PASSWORD', '${reader.password}'); define('DB_HOST', '127.0.0.1:${mariadb.port}'); $table_prefix = 'wpsite_';`,
    )
    const keys = ['--ssh-key', sshd.key, '--ssh-known-hosts', sshd.knownHosts]
    const setup = atTerminal(t, ...keys, '--display', 'terminal')
    await setup.choose(where, 'A machine that ssh reaches')
    await setup.answer('The machine, as user@host', `${sshd.destination}:1`)
    await setup.answer('The folder of the WordPress there', site)
    await setup.waitFor(/PROBLEM[\s\S]*Connection refused/)
    await setup.choose(where, 'A machine that ssh reaches')
    await setup.answer('The machine, as user@host', `${sshd.destination}:${sshd.port}`)
    await setup.answer('The folder of the WordPress there', site)
    await setup.waitFor(/ok +ssh +\S+ lets this user in/)
    await setup.answer(/Statify: views\s+in total/, '')
    await setup.choose('What shall it show?', 'Views in total')
    assert.deepEqual((await setup.finish()).slice(0, 4), [
      `ssh-key: ${sshd.key}`,
      `ssh-known-hosts: ${sshd.knownHosts}`,
      'display: terminal',
      `ssh: ${sshd.destination}:${sshd.port}`,
    ])
  })

  await t.test('by the agent, whose plugin it makes there and then', async (t) => {
    const wordpress = await startWordpress(t, mariadb)
    const url = wordpress.url('blog', 'wpsite_').href
    const zip = join(home, 'plugin.zip')
    const flags = ['--zip', zip, '--state-dir', home, '--display', 'terminal']
    const early = atTerminal(t, ...flags)
    await early.choose(where, 'where only PHP runs')
    await early.answer('Its address, as https://www.example.com:', url)
    await early.keys('Press Enter when it is active.', CTRL_C)
    assert.equal(await early.ended, 130)
    assert.match(early.screen(), /No settings were written; \S+plugin\.zip and \S+\.key stay\.\s*$/)

    const setup = atTerminal(t, ...flags)
    await setup.choose(where, 'where only PHP runs')
    await setup.answer('Its address, as https://www.example.com:', url)
    await setup.answer('Shall its plugin be made once more? [no]', 'yes')
    await setup.waitFor(/plugin\.zip is a plugin for it\.[\s\S]*Upload Plugin: choose/)
    // Pressed too early: it is not there yet.
    await setup.answer('Press Enter when it is active.', '')
    await setup.waitFor('PROBLEM')
    await setup.waitFor(where)
    for (const [name, content] of Object.entries(unzipSync(await readFile(zip)))) {
      await wordpress.write(`plugins/${name}`, Buffer.from(content).toString())
      await wordpress.php(
        'blog',
        `require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin('${name}');`,
        'wpsite_',
      )
    }
    await setup.choose('', 'The same once more')
    await setup.answer(/Statify: views\s+in total/, '')
    await setup.choose('What shall it show?', 'Views today')
    assert.deepEqual(await setup.finish(), [
      `state-dir: ${home}`,
      'display: terminal',
      `wordpress: ${url}`,
      'show: views.today',
    ])
  })

  await t.test('and how the modules of a matrix are turned', async (t) => {
    const { url } = await startAnswers(t, (_, response) => response.end('1234\n'))
    const chips = chainDotMatrix({ data: 2, clock: 3, cs: 4 }, 4, 'turned-90')
    const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips })
    t.after(() => board.close())
    const shows = (text: string) =>
      until(
        text,
        () => dotsText(joinDisplays(chips.map((chip) => chip.display())).columns) === text,
      )
    const pins = ['--pins', 'data=2,clock=3,cs=4']
    const setup = atTerminal(
      t,
      ...['--count-url', url.href, '--board', `tcp:127.0.0.1:${board.port}`, ...pins],
      ...['--display', 'max7219-matrix', '--brightness', '3'],
    )
    await setup.choose('How do they stand?', 'their tops to the right')
    await setup.waitFor('Then the modules are turned-90')
    await shows('12345678')
    await setup.choose('Once more:', 'Upright, and in their order')
    const lines = await setup.finish()
    assert.ok(lines.includes('module-wiring: turned-90'), lines.join('\n'))
  })

  await t.test('at an address that prints it, with the token that it wants', async (t) => {
    const { url } = await startAnswers(t, ({ headers }, response) => {
      const isRight = headers.authorization === 'Bearer s3cret'
      response.writeHead(isRight ? 200 : 401).end(isRight ? '1234\n' : '')
    })
    const address = new URL('count.php', url).href
    const setup = atTerminal(t, '--display', 'terminal')
    await setup.choose(where, 'an address that prints the number')
    await setup.answer('The address, of a bridge', address)
    await setup.answer('Its token, if it wants one:', '')
    await setup.waitFor(/PROBLEM[\s\S]*HTTP 401[\s\S]*give --token/)
    await setup.choose(where, 'an address that prints the number')
    await setup.answer('The address, of a bridge', address)
    await setup.answer('Its token, if it wants one:', 's3cret')
    await setup.waitFor('says 1234')
    assert.deepEqual(await setup.finish(), [
      'display: terminal',
      `count-url: ${address}`,
      'token: s3cret',
    ])
    assert.ok(!setup.screen().includes('s3cret'), setup.screen())
    assert.doesNotMatch(setup.screen(), /visitor-counter serve/)
  })

  await t.test('of one of several sites, of another metric', async (t) => {
    const database = `mysql://${reader.user}:${encodeURIComponent(reader.password)}@127.0.0.1:${mariadb.port}/net`
    const setup = atTerminal(t, '--database', database, '--display', 'terminal')
    await setup.waitFor('site of the network')
    await setup.answer('Is this what you see in WordPress?', 'no')
    await setup.choose('Which one is it?', 'The site blog.example.com-two')
    await setup.answer(/WP Statistics: [\s\S]*Is this what you see in WordPress\?/, 'no')
    await setup.choose('Which one is it?', 'Views in total')
    await setup.waitFor('views in total, ')
    const lines = await setup.finish()
    assert.deepEqual(lines.slice(1), [
      'display: terminal',
      'site: blog.example.com-two',
      'show: views.total',
    ])
  })

  await t.test('ends --yes where the file may not be read, and writes nothing', async (t) => {
    const config = join(home, 'none.yaml')
    const flags = ['--wordpress', 'https://127.0.0.1:1', '--state-dir', home]
    const { code, stdout, stderr } = await run(t, ['setup', '--yes', ...flags, '--config', config])
    assert.equal(code, 1)
    assert.match(stdout, /PROBLEM .*cannot be read/)
    assert.match(stderr, /nothing was written/)
    assert.ok(!existsSync(config))
  })
})
