import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { run } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { CTRL_C, startAtTerminal } from '../../support/pseudo-terminal.ts'
import { until } from '../../support/until.ts'

/** The fixture, moved to today, so that nothing is old. */
async function dumpOfToday(): Promise<string> {
  const { dump } = await fixture('wp-statistics')
  const today = new Intl.DateTimeFormat('sv', { timeZone: 'America/Chicago' }).format(Date.now())
  const days = (Date.parse(today) - Date.parse('2026-10-15')) / 86_400_000
  return `${dump} UPDATE wp_statistics_visitor SET last_counter = last_counter + INTERVAL ${days} DAY; UPDATE wp_statistics_summary_totals SET date = date + INTERVAL ${days} DAY ORDER BY date DESC;`
}

test('setup', async (t) => {
  const mariadb = await startMariadb(t)
  const dump = await dumpOfToday()
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
      // What stands in the file holds wherever the programs are started later.
      ...['setup', '--yes', '--wp-config', relative(process.cwd(), folder)],
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

  await t.test(
    'at a terminal finds out how a permuted module is wired, as docs/setup.md records',
    async (t) => {
      const desk = await startDesk(t)
      /** The chip's position of each place, from the left. */
      const wired = [2, 0, 1, 3, 7, 6, 5, 4]
      const read = () => {
        const { on, segments } = desk.chip.display()
        return on ? segmentsToText(wired.map((position) => segments[position] ?? 0)) : ''
      }
      const config = join(folder, '.config', 'visitor-counter', 'visitor-counter.yaml')
      const terminal = startAtTerminal(t, ['setup'], {
        cwd: folder,
        columns: 80,
        env: { HOME: folder, NO_COLOR: '1' },
      })
      await terminal.answer('Number: [1] ', '')
      await terminal.answer('Is this what you see in WordPress? [yes] ', '')
      await terminal.answer('Number: ', '2')
      await terminal.answer('3030: ', `127.0.0.1:${desk.board.port}`)
      await terminal.answer(/Which display is it\?[\s\S]*Number: \[1\] $/, '1')
      await terminal.answer(/Which board is it\?[\s\S]*Number: \[1\] $/, '1')
      await terminal.answer('plugged in. ', '')
      await terminal.waitFor('What do you read, from the left')
      await until('the pattern', () => /^\d{8}$/.test(read()))
      assert.equal(read(), '31248765')
      await terminal.answer(/\[12345678\] $/, read())
      await terminal.waitFor(/Then the order of the digits is\s+3,1,2,4,8,7,6,5/)
      await until('the pattern in order', () => read() === '12345678')
      await terminal.answer(/\[12345678\] $/, '12345678')
      await terminal.answer(/What shall it show\?[\s\S]*Number: \[1\] $/, '1')
      await until('the number', () => read() === '     170')
      await terminal.answer('[3] ', '9')
      await until('the brightness', () => desk.chip.display().intensity === 9)
      await terminal.answer('[9] ', '')
      await terminal.answer('[yes] ', 'yes')
      await terminal.answer('[no] ', 'no')
      await terminal.waitFor(/visitor-counter doctor\s/)
      assert.equal(await terminal.ended, 0)
      assert.deepEqual((await readFile(config, 'utf8')).split('\n').slice(2), [
        `wp-config: ${folder}/wp-config.php`,
        `board: tcp:127.0.0.1:${desk.board.port}`,
        'display: max7219',
        'digit-order: 3,1,2,4,8,7,6,5',
        'brightness: 9',
        '',
      ])
      const recording = terminal
        .screen()
        .replaceAll(`${folder}/wp-config`, '/var/www/html/wp-config')
        .replaceAll(folder, '/home/me')
        .replaceAll(`127.0.0.1:${desk.board.port}`, '192.168.1.20')
        .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:3306')
        .replace(/MariaDB 1\d[^,]*/, 'MariaDB 11.8')
        .replace(/counted in \d+\.\d s/, 'counted in 0.1 s')
        .replace(/clock is \d\.\d s (ahead of|behind)/, 'clock is 0.0 s behind')
        .replace(/of (\d{4}-\d\d-\d\d); today is \1/, 'of 2026-10-15; today is 2026-10-15')
      const paper = join(import.meta.dirname, '../../../../docs/setup.md')
      const before = await readFile(paper, 'utf8')
      const block =
        /(?<=<!-- recording: made by test\/cli\/setup\/setup\.test\.ts -->\n\n)[\s\S]*?(?=\n\n<!-- \/recording -->)/
      const shown = before.replace(block, () =>
        `    $ visitor-counter setup\n${recording}`
          .trimEnd()
          .replace(/^(?!$| {4}\$)/gm, '    ')
          .replace(/ +$/gm, ''),
      )
      if (process.env['RECORD'] === '1') await writeFile(paper, shown)
      assert.equal(
        before,
        shown,
        'the recording has changed; RECORD=1 with this test writes it anew',
      )
    },
  )

  await t.test(
    'hides a password that is typed, at whatever question Ctrl-C comes nothing is written',
    async (t) => {
      const home = await temporaryFolder(t)
      const config = join(home, 'new.yaml')
      const stepsAt = (boardPort: number): [words: string | RegExp, line: string][] => [
        ['Where is its number to be read?', '2'],
        ['path of a socket:', `127.0.0.1:${port}`],
        ['name of the database:', 'blog'],
        ['The user:', user],
        ['The password:', 'wrong-s3cret'],
        [/PROBLEM[\s\S]*Where is its number to be read\?/, '2'],
        ['path of a socket:', `127.0.0.1:${port}`],
        ['name of the database:', 'blog'],
        ['The user:', user],
        ['The password:', `x\x7f${password}`],
        ['Is this what you see', 'no'],
        ['Which one is it?', '1'],
        ['Where is the display?', '2'],
        ['3030:', `127.0.0.1:${boardPort}`],
        ['Which display is it?', '1'],
        ['Which board is it?', '1'],
        ['Press Enter when it is wired', ''],
        ['What do you read', ''],
        ['How bright', ''],
        ['Write this to', ''],
      ]
      // Each process has to come as far as its question.
      const ends = [0, 1, 4, 5, 10, 11, 12, 13, 14, 16, 17, 18, 19]
      const interruptAt = async (end: number) => {
        // A board serves one program at a time.
        const { board } = await startDesk(t)
        const steps = stepsAt(board.port)
        const terminal = startAtTerminal(t, ['setup', '--config', config], {
          cwd: home,
          env: { HOME: home },
        })
        for (const [words, line] of steps.slice(0, end)) await terminal.answer(words, line)
        await terminal.keys(steps[end]?.[0] ?? '', CTRL_C)
        assert.equal(await terminal.ended, 130, terminal.screen())
        assert.match(terminal.screen(), /Nothing was written\.\s*$/)
        assert.ok(!existsSync(config))
        for (const secret of [password, 'wrong-s3cret', 's3cret']) {
          assert.ok(!terminal.screen().includes(secret), terminal.screen())
        }
      }
      // Each waits for most of its time.
      const turns = [0, 1, 2].map(async (turn) => {
        for (const end of ends.filter((_, index) => index % 3 === turn)) await interruptAt(end)
      })
      await Promise.all(turns)
    },
  )

  await t.test(
    'takes answers from a pipe, and names the flag of one that is missing',
    async (t) => {
      const config = join(folder, 'piped.yaml')
      const args = ['setup', '--wp-config', folder, '--display', 'terminal', '--config', config]
      const piped = await run(t, args, { input: 'yes\n2\nyes\nno\n' })
      assert.equal(piped.code, 0, piped.stderr)
      assert.match(await readFile(config, 'utf8'), /\ndisplay: terminal\nshow: visitors\.today\n/)
      const missing = await run(
        t,
        ['setup', '--wp-config', folder, '--config', join(folder, 'no')],
        { input: 'yes\n' },
      )
      assert.equal(missing.code, 2)
      assert.match(missing.stderr, /"Number" has no answer: give --board$/)
      const none = await run(t, ['setup', '--config', join(folder, 'no')])
      assert.equal(none.code, 2)
      assert.match(
        none.stderr,
        /has no answer: give --wp-config, --database, --ssh, --wordpress or --count-url$/,
      )
      const unknown = await run(t, [
        'setup',
        '--yes',
        '--wp-config',
        folder,
        '--config',
        join(folder, 'no'),
      ])
      assert.equal(unknown.code, 2)
      assert.match(unknown.stderr, /has no answer: give --board$/)
      assert.ok(!existsSync(join(folder, 'no')))
    },
  )

  await t.test('keeps the old file and what else stands in it', async (t) => {
    const config = join(folder, 'kept.yaml')
    await writeFile(config, '# mine\ndwell: 5s # slow\nbrightness: 2\nwp-config: /nowhere\n')
    const { code, stderr } = await run(t, [
      ...['setup', '--yes', '--wp-config', folder, '--display', 'terminal', '--config', config],
    ])
    assert.equal(code, 0, stderr)
    assert.equal(
      await readFile(config, 'utf8'),
      `# mine\ndwell: 5s # slow\nbrightness: 2\nwp-config: ${folder}\ndisplay: terminal\n`,
    )
    assert.match(await readFile(`${config}.old`, 'utf8'), /wp-config: \/nowhere/)
    assert.equal((await stat(`${config}.old`)).mode & 0o777, 0o600)
  })

  await t.test('a wrong password ends --yes with the advice of doctor', async (t) => {
    const config = join(folder, 'wrong.yaml')
    const { code, stdout, stderr } = await run(t, [
      ...['setup', '--yes', '--config', config],
      ...['--database', `mysql://${user}:wrong-s3cret@127.0.0.1:${port}/blog`],
    ])
    assert.equal(code, 1)
    assert.match(stdout, /PROBLEM {2}database .*refuses this user and password/)
    assert.match(stderr, /the number cannot be read; nothing was written/)
    assert.ok(!`${stdout}${stderr}`.includes('wrong-s3cret') && !existsSync(config))
  })
})
