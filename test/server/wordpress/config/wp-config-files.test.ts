import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { plain, tree, world } from '../../../support/wp-config.ts'

const DEFINES = `define('DB_NAME', 'blog'); define('DB_USER', 'reader');
  define('DB_PASSWORD', 'pw'); define('DB_HOST', 'db.example');`

test('finds the file', async (t) => {
  const php = `<?php ${DEFINES}`
  const decoy = `<?php define('DB_NAME', 'decoy');`
  const cases: [string, Record<string, string>, string, string][] = [
    ['in the directory', { 'wp-config.php': php }, '', 'wp-config.php'],
    [
      'in the directory before the one above',
      { 'wp-config.php': decoy, 'wp/wp-config.php': php },
      'wp',
      'wp/wp-config.php',
    ],
    ['one level up', { 'wp-config.php': php, 'wp/wp-settings.php': '' }, 'wp', 'wp-config.php'],
    [
      'by its name, as on Debian',
      { 'config-blog.example.php': php, 'wp-config.php': decoy },
      'config-blog.example.php',
      'config-blog.example.php',
    ],
  ]
  for (const [name, files, path, expected] of cases) {
    await t.test(name, async (t) => {
      const dir = await tree(t, files)
      const { file, connection } = await readWpConfig(join(dir, path), world(dir))
      assert.equal(file, join(dir, expected))
      assert.deepEqual(connection, plain)
    })
  }

  await t.test('not one level up from a WordPress in a WordPress', async (t) => {
    const dir = await tree(t, { 'wp-config.php': php, 'wp-settings.php': '', 'wp/wp-load.php': '' })
    await assert.rejects(readWpConfig(join(dir, 'wp'), world(dir)), /no wp-config.php here/)
  })
})

test('follows an include, in place', async (t) => {
  const other = `<?php define('DB_NAME', 'included'); $table_prefix = 'i_'; return ['user' => 'me'];`
  const cases: [string, object][] = [
    [`require __DIR__ . '/other.php';`, { database: 'included' }],
    [`include_once(dirname(__FILE__) . '/other.php');`, { database: 'included' }],
    [`@include 'other.php';`, { database: 'included' }],
    [`define('DB_NAME', 'x'); require 'other.php';`, { database: 'x' }],
    [
      `if (file_exists(__DIR__ . '/other.php')) { include 'other.php'; } else { define('DB_NAME', 'y'); }`,
      { database: 'included' },
    ],
    [
      `$secrets = require 'other.php'; define('DB_USER', $secrets['user']);`,
      { database: 'included', user: 'me' },
    ],
    [`include 'missing.php';`, {}],
    [`require_once 'wp-settings.php'; require_once 'vendor/autoload.php';`, {}],
    [`require_once 'wp-config.php';`, {}],
    [`include 'sub/deep.php';`, { database: 'deep' }],
  ]
  for (const [php, expected] of cases) {
    await t.test(php, async (t) => {
      const dir = await tree(t, {
        'wp-config.php': `<?php ${php} ${DEFINES}`,
        'other.php': other,
        'broken.php': '<?php define(',
        'wp-settings.php': `<?php define('DB_NAME', 'never');`,
        'vendor/autoload.php': `<?php define('DB_NAME', 'never');`,
        'sub/deep.php': `<?php include '../sub/deeper.php';`,
        'sub/deeper.php': `<?php define('DB_NAME', basename(__FILE__, 'er.php'));`,
      })
      const { connection } = await readWpConfig(dir, world(dir))
      assert.deepEqual(connection, { ...plain, ...expected })
    })
  }
})

test('follows includes eight deep and refuses what is deeper', async (t) => {
  for (const depth of [8, 9]) {
    const dir = await tree(t, { 'wp-config.php': `<?php include '1.php'; ${DEFINES}` })
    for (let n = 1; n < depth; n++) {
      await writeFile(join(dir, `${n}.php`), `<?php include '${n + 1}.php';`)
    }
    await writeFile(join(dir, `${depth}.php`), `<?php define('DB_NAME', 'deep');`)
    const reading = readWpConfig(dir, world(dir))
    if (depth > 8) await assert.rejects(reading, /DB_NAME depends on line 1 of .*8\.php/)
    else assert.deepEqual((await reading).connection, { ...plain, database: 'deep' })
  }
})

test('reads the files of this machine when none are given', async (t) => {
  const dir = await tree(t, { 'wp-config.php': `<?php ${DEFINES}` })
  assert.deepEqual((await readWpConfig(dir, { env: {} })).connection, plain)
})

test('finds the file of SQLite Database Integration', async (t) => {
  const dropIn = `<?php define( 'SQLITE_DB_DROPIN_VERSION', '1.8.0' );`
  const cases: [string, string, Record<string, string>?][] = [
    [`define('DB_ENGINE', 'sqlite');`, 'wp-content/database/.ht.sqlite'],
    [`define('DATABASE_TYPE', 'sqlite'); define('DB_NAME', '');`, 'wp-content/database/.ht.sqlite'],
    [
      `define('DB_ENGINE', getenv('E') ?: 'sqlite'); define('DB_FILE', 'x.sqlite');`,
      'wp-content/database/x.sqlite',
    ],
    [
      `define('DB_ENGINE', 'sqlite'); define('DB_DIR', __DIR__ . '/data'); define('DB_FILE', 'x');`,
      'data/x',
    ],
    [`define('DB_ENGINE', 'sqlite'); define('DB_DIR', __DIR__ . '/data/');`, 'data/.ht.sqlite'],
    [`define('DB_ENGINE', 'sqlite'); define('FQDBDIR', __DIR__ . '/data/');`, 'data/.ht.sqlite'],
    [`define('DB_ENGINE', 'sqlite'); define('FQDB', __DIR__ . '/x.db');`, 'x.db'],
    [
      `define('DB_ENGINE', 'sqlite'); define('WP_CONTENT_DIR', __DIR__ . '/app');`,
      'app/database/.ht.sqlite',
    ],
    [
      `define('DB_ENGINE', 'sqlite'); define('ABSPATH', __DIR__ . '/wp/');`,
      'wp/wp-content/database/.ht.sqlite',
    ],
    ['', 'wp-content/database/.ht.sqlite', { 'wp-content/db.php': dropIn }],
  ]
  for (const [php, expected, files] of cases) {
    await t.test(php || 'by its drop-in alone', async (t) => {
      const dir = await tree(t, {
        'wp-config.php': `<?php ${php} $table_prefix = 'wp_';`,
        ...files,
      })
      const { connection, tablePrefix } = await readWpConfig(dir, world(dir))
      assert.deepEqual(connection, { engine: 'sqlite', file: join(dir, expected) })
      assert.equal(tablePrefix, 'wp_')
    })
  }
  await t.test('unless the configuration says mysql', async (t) => {
    const php = `<?php define('DB_ENGINE', 'mysql'); ${DEFINES}`
    const dir = await tree(t, { 'wp-config.php': php, 'wp-content/db.php': dropIn })
    assert.deepEqual((await readWpConfig(dir, world(dir))).connection, plain)
  })
})
