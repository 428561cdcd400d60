import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { run } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { startAtTerminal } from '../../support/pseudo-terminal.ts'
import { until } from '../../support/until.ts'

test('setup', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('wp-statistics')
  const { user, password, database, port } = await mariadb.create('blog', dump)
  const folder = await temporaryFolder(t)
  await writeFile(
    join(folder, 'wp-config.php'),
    `<?php
define('DB_NAME', '${database}');
define('DB_USER', '${user}');
define('DB_PASSWORD', '${password}');
define('DB_HOST', '127.0.0.1:${port}');
$table_prefix = 'wp_';
`,
  )

  await t.test('with three flags and --yes goes from nothing to lit digits', async (t) => {
    const desk = await startDesk(t)
    const config = join(folder, 'three.yaml')
    const { code, stdout, stderr } = await run(t, [
      ...['setup', '--yes', '--wp-config', folder],
      ...['--board', `tcp:127.0.0.1:${desk.board.port}`, '--config', config],
    ])
    assert.equal(stderr, '')
    assert.equal(code, 0, stdout)
    assert.equal(desk.text(), '     170')
    assert.equal(
      (await readFile(config, 'utf8')).replace(/^#.*\n+/, ''),
      `wp-config: ${folder}\nboard: tcp:127.0.0.1:${desk.board.port}\ndisplay: max7219\n`,
    )
    assert.equal((await stat(config)).mode & 0o777, 0o600)
  })

  await t.test('at a terminal finds out how a permuted module is wired', async (t) => {
    const desk = await startDesk(t)
    /** The chip's position of each place, from the left. */
    const wired = [2, 0, 1, 3, 7, 6, 5, 4]
    const read = () => {
      const { on, segments } = desk.chip.display()
      return on ? segmentsToText(wired.map((position) => segments[position] ?? 0)) : ''
    }
    const config = join(folder, 'typed.yaml')
    const terminal = startAtTerminal(t, ['setup', '--config', config], {
      cwd: folder,
      env: { HOME: folder },
    })
    await terminal.answer('Number: [1]', '')
    await terminal.answer('Is this what you see in WordPress? [yes]', '')
    await terminal.answer('Number:', '2')
    await terminal.answer('3030:', `127.0.0.1:${desk.board.port}`)
    await terminal.answer('Which display is it?', '1')
    await terminal.answer('Which board is it?', '1')
    await terminal.answer('Press Enter when it is wired', '')
    await terminal.waitFor('What do you read, from the left')
    await until('the pattern', () => /^\d{8}$/.test(read()))
    assert.equal(read(), '31248765')
    await terminal.answer(/\[12345678\] $/, read())
    await terminal.waitFor('Then the order of the digits is 3,1,2,4,8,7,6,5')
    await until('the pattern in order', () => read() === '12345678')
    await terminal.answer(/\[12345678\] $/, '')
    await terminal.answer('What shall it show?', '')
    await until('the number', () => read() === '     170')
    await terminal.answer('How bright', '9')
    await until('the brightness', () => desk.chip.display().intensity === 9)
    await terminal.answer('[9]', '')
    await terminal.answer(`Write this to ${config}`, '')
    await terminal.answer('Shall it start by itself', 'no')
    await terminal.waitFor('visitor-counter doctor')
    assert.equal(await terminal.ended, 0)
    assert.deepEqual((await readFile(config, 'utf8')).split('\n').slice(2), [
      `wp-config: ${folder}/wp-config.php`,
      `board: tcp:127.0.0.1:${desk.board.port}`,
      'display: max7219',
      'digit-order: 3,1,2,4,8,7,6,5',
      'brightness: 9',
      '',
    ])
  })
})
