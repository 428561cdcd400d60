import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { lookScript, parseLook, withFarFiles } from '../../../../server/wordpress/ssh/far-files.ts'
import { shellQuoted } from '../../../../server/wordpress/ssh/target.ts'
import { tree } from '../../../support/wp-config.ts'

const look = async (paths: readonly string[]) =>
  execFileSync('sh', ['-c', lookScript, 'sh', ...paths])

test('a configuration of another machine is read with all that it includes', async (t) => {
  const dir = await tree(t, {
    'site/wp-config.php': `<?php require __DIR__ . '/../secret/db.php'; define('DB_HOST', 'localhost');
      if (is_readable(__DIR__ . '/none.php')) define('DB_NAME', 'none');
      define('DB_NAME', 'blog'); $table_prefix = 'x_';`,
    'secret/db.php': `<?php define('DB_USER', 'reader'); define('DB_PASSWORD', "p'w\u00e9\n"); require 'more.php';`,
    'secret/more.php': `<?php define('DB_NAME', 'deep');`,
  })
  let looks = 0
  const counted = async (paths: readonly string[]) => {
    looks++
    return look(paths)
  }
  const path = join(dir, 'site')
  const config = await withFarFiles(path, counted, (world) => readWpConfig(path, world))
  assert.equal(config.tablePrefix, 'x_')
  assert.ok(config.connection.engine === 'mysql')
  assert.equal(config.connection.database, 'deep')
  assert.equal(config.connection.password, "p'w\u00e9\n")
  assert.ok(looks <= 6, `${looks} looks`)
})

test('a far file that is not there, or may not be read, is named', async (t) => {
  const dir = await tree(t, { 'folder/x': '', 'empty/x': '' })
  const read = (path: string) => withFarFiles(path, look, (world) => readWpConfig(path, world))
  await assert.rejects(read(join(dir, 'none.php')), /none\.php: no such file or directory/)
  await assert.rejects(read(join(dir, 'empty')), /no wp-config\.php here/)
  await chmod(join(dir, 'folder/x'), 0)
  const closed = async (paths: readonly string[]) => Buffer.from(paths.map(() => 'x 0\n').join(''))
  const path = join(dir, 'folder/x')
  await assert.rejects(
    withFarFiles(path, closed, (world) => readWpConfig(path, world)),
    /may not be read; let this user read it/,
  )
})

test('what a far shell prints is taken apart byte for byte, and half of it is nothing', async () => {
  await fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (contents) => {
      const paths = contents.map((_, index) => `/${index}`)
      const output = Buffer.concat(
        contents.flatMap((content) => [Buffer.from(`f ${content.length}\n`), content]),
      )
      const files = parseLook(paths, output)
      for (const [index, content] of contents.entries()) {
        const file = files.get(`/${index}`)
        assert.deepEqual(file, { kind: 'f', text: Buffer.from(content).toString('utf8') })
      }
    }),
    { numRuns: 100 },
  )
  assert.equal(parseLook(['/a', '/b'], Buffer.from('n 0\nf 5')).size, 1)
  assert.equal(parseLook(['/a'], Buffer.from('Welcome to the host!\n')).size, 0)
})

test('any word comes through a shell as it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')),
      (word) => {
        const output = execFileSync('sh', ['-c', `printf %s ${shellQuoted(word)}.`], {
          encoding: 'utf8',
        })
        assert.equal(output, `${word}.`)
      },
    ),
    { numRuns: 30 },
  )
})
