import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { type Env, plain, tree, world } from '../../../support/wp-config.ts'

/** Reads one file that is nowhere on disk; what the text leaves out is defined after it. */
function readText(php: string, env: Env = {}, prefixIsGiven = false) {
  const defaults = `
    define('DB_NAME', 'blog'); define('DB_USER', 'reader'); define('DB_PASSWORD', 'pw');
    define('DB_HOST', 'db.example');`
  return readWpConfig(
    '/site/wp-config.php',
    {
      env,
      readFile: () => `<?php ${php}\n${defaults}`,
      exists: (file) => file === '/site/there',
    },
    prefixIsGiven,
  )
}

test('reads the forms a definition takes', async (t) => {
  const cases: [string, object][] = [
    ['', {}],
    [`define('DB_NAME', 'x');`, { database: 'x' }],
    [`DEFINE  (  "DB_NAME"\n,\t"x" ) ;`, { database: 'x' }],
    [`\\define('DB_NAME', 'x', false);`, { database: 'x' }],
    [`const DB_NAME = 'x', DB_USER = "y";`, { database: 'x', user: 'y' }],
    [String.raw`define('DB_PASSWORD', 'a\'b\\c\n$d');`, { password: String.raw`a'b\c\n$d` }],
    [
      String.raw`define('DB_PASSWORD', "a\"b\\c\$d\x41\101\u{e9}\t'");`,
      { password: `a"b\\c$dAAé\t'` },
    ],
    [`define('DB_PASSWORD', '');`, { password: '' }],
    [`define('DB_PASSWORD', 12345);`, { password: '12345' }],
    [`define('DB_PASSWORD', null);`, { password: '' }],
    [`define('DB_NAME', <<<X\n  x\n  X);`, { database: 'x' }],
    [`define('DB_NAME', <<<'X'\nx$y\nX\n);`, { database: 'x$y' }],
    // The first live definition counts.
    [`define('DB_NAME', 'x'); define('DB_NAME', 'y');`, { database: 'x' }],
    [`// define('DB_NAME', 'x');\n# define('DB_NAME', 'y');\n/* const DB_NAME = 'z'; */`, {}],
    [`function f() { define('DB_NAME', 'never'); }`, {}],
    [`defined('DB_NAME') || define('DB_NAME', 'x');`, { database: 'x' }],
    [`defined('DB_NAME') or define('DB_NAME', 'x');`, { database: 'x' }],
    [`!defined('DB_NAME') && define('DB_NAME', 'x');`, { database: 'x' }],
    [`if (!defined('DB_NAME')) { define('DB_NAME', 'x'); }`, { database: 'x' }],
    [`const DB_NAME = 'x'; if (!defined('DB_NAME')) define('DB_NAME', 'y');`, { database: 'x' }],
    // What only PHP decides, with the same outcome.
    [`if (f()) { define('DB_NAME', 'x'); } else { define('DB_NAME', 'x'); }`, { database: 'x' }],
    // Variables.
    [`$p = 'a'; $p .= 'b'; define('DB_NAME', "{$p}_$p"); $p = 'z';`, { database: 'ab_ab' }],
    [`$db = ['n' => ['x']]; define('DB_NAME', $db['n'][0]);`, { database: 'x' }],
    [`$db['n'] = 'x'; define('DB_NAME', "$db[n]");`, { database: 'x' }],
    [`$n = null; $n ??= 'x'; define('DB_NAME', $n);`, { database: 'x' }],
    [`define('P', 'a'); const Q = P . '_'; define('DB_NAME', Q . 'b');`, { database: 'a_b' }],
    // TLS.
    [`define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL);`, { tls: 'no-verify' }],
    [`define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_COMPRESS | 2048);`, { tls: 'no-verify' }],
    [`const MYSQL_CLIENT_FLAGS = MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT;`, { tls: 'no-verify' }],
    [`const MYSQL_CLIENT_FLAGS = MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT;`, { tls: 'verify' }],
    [`const MYSQL_CLIENT_FLAGS = MYSQLI_CLIENT_COMPRESS;`, { tls: 'off' }],
    [`define('MYSQL_CLIENT_FLAGS', getenv('FLAGS'));`, { tls: 'off' }],
  ]
  for (const [php, expected] of cases) {
    await t.test(php, async () => {
      assert.deepEqual((await readText(php)).connection, { ...plain, ...expected })
    })
  }
})

test('decides what the environment and the files decide', async (t) => {
  const cases: [string, string, Env?][] = [
    [`if (file_exists('no.php')) $n = 'x'; else $n = 'y';`, 'y'],
    [`if (is_readable('there')): $n = 'x'; else: $n = 'y'; endif;`, 'x'],
    [`if (getenv('STAGE') === 'live') { $n = 'x'; } else { $n = 'y'; }`, 'x', { STAGE: 'live' }],
    [`if (getenv('STAGE') === 'live') { $n = 'x'; } else { $n = 'y'; }`, 'y'],
    [`if (isset($_SERVER['STAGE']) && f()) { $n = 'x'; } else { $n = 'y'; }`, 'y'],
    [`switch (getenv('S')) { case 'a': $n = 'x'; break; case 'b': $n = 'y'; }`, 'x', { S: 'a' }],
    [`switch (getenv('S')) { case 'a': $n = 'x'; break; default: $n = 'y'; }`, 'y', { S: 'b' }],
  ]
  for (const [php, expected, env] of cases) {
    await t.test(php, async () => {
      const { connection } = await readText(`${php} define('DB_NAME', $n);`, env)
      assert.deepEqual(connection, { ...plain, database: expected })
    })
  }
})

test('works out expressions', async (t) => {
  const cases: [string, string, Env?][] = [
    [`'a' . "b" . 3`, 'ab3'],
    [`true ? 'x' : 'y'`, 'x'],
    [`'' ?: (null ?? 'x')`, 'x'],
    [`(string) 5`, '5'],
    [`__DIR__ . __FILE__`, '/site/site/wp-config.php'],
    [`dirname(__FILE__) . dirname('/a/b/c', 2)`, '/site/a'],
    [`trim(' x/ ') . rtrim('y//', '/') . substr('/z', 1)`, 'x/yz'],
    [`getenv('N') ?: 'x'`, 'x'],
    [`getenv('N') ?: 'x'`, 'n', { N: 'n' }],
    [`(string) getenv('N')`, 'n', { N: 'n' }],
    [`getenv('M') ?: getenv('N')`, 'n', { N: 'n' }],
    [`$_ENV['N'] ?? 'x'`, 'x'],
    [`$_ENV["N"] ?? 'x'`, 'n', { N: 'n' }],
    [`$_SERVER['N']`, 'n', { N: 'n' }],
    [`isset($_ENV['N']) ? $_ENV['N'] : 'x'`, 'x'],
    [`empty($_ENV['N']) ? 'x' : $_ENV['N']`, 'n', { N: 'n' }],
    [`ltrim(parse_url(getenv('U'), PHP_URL_PATH), '/')`, 'd', { U: 'mysql://u:p@h:3307/d' }],
    [`urldecode(parse_url(getenv('U'))['user'])`, 'a@b', { U: 'mysql://a%40b:p@h/d' }],
  ]
  for (const [php, expected, env] of cases) {
    await t.test(php, async () => {
      const { connection } = await readText(`define('DB_NAME', ${php});`, env)
      assert.deepEqual(connection, { ...plain, database: expected })
    })
  }
})

test('reads the table prefix', async (t) => {
  const cases: [string, string | undefined, Env?][] = [
    [`$table_prefix = 'wp_';`, 'wp_'],
    [`$table_prefix  =  "wp_" . 5 . '_';`, 'wp_5_'],
    [`$table_prefix = 'a_'; $table_prefix = 'b_';`, 'b_'],
    [`$table_prefix = getenv('P') ?: 'wp_';`, 'wp_'],
    [`$table_prefix = getenv('P') ?: 'wp_';`, 'p_', { P: 'p_' }],
    [`// $table_prefix = 'wp_';`, undefined],
  ]
  for (const [php, expected, env] of cases) {
    await t.test(php, async () => assert.equal((await readText(php, env)).tablePrefix, expected))
  }
})

test('a table prefix that cannot be told is refused, unless the owner names it', async (t) => {
  const cases = [
    `$table_prefix = getenv('P');`,
    `$table_prefix = f();`,
    `if (f()) { $table_prefix = 'a_'; } else { $table_prefix = 'b_'; }`,
  ]
  for (const php of cases) {
    await t.test(php, async () => {
      await assert.rejects(readText(php), /\$table_prefix/)
      assert.equal((await readText(php, {}, true)).tablePrefix, undefined)
    })
  }
})

test('reads any password, as either kind of quotes escapes it', async () => {
  const single = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const double = (text: string) => `"${text.replace(/[\\"$]/g, '\\$&')}"`
  const unit = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\\', "'", '"', '$', '{', 'x41'),
  )
  const passwords = fc.array(unit).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(passwords, fc.constantFrom(single, double), async (password, quote) => {
      const { connection } = await readText(`define('DB_PASSWORD', ${quote(password)});`)
      assert.deepEqual(connection, { ...plain, password })
    }),
    { numRuns: 300 },
  )
})

test('says in one line what is wrong, and never a secret', async (t) => {
  const secret = 'hunter2'
  const password = `define('DB_PASSWORD', '${secret}');`
  const rest = `define('DB_NAME', 'blog'); define('DB_USER', 'reader');`
  const cases: [string, RegExp, Env?][] = [
    [`${password} hello`, /wp-config\.php: no PHP file/],
    [
      `<?php\n${password}\ndefine('X', '${secret}' ${secret});`,
      /wp-config\.php: PHP syntax error on line 3;/,
    ],
    [`<?php\n${password}\ndefine('X', '${secret}`, /syntax error on line/],
    [`<?php return; ${rest} ${password}`, /DB_NAME, DB_USER, DB_PASSWORD not defined/],
    [`<?php ${password}`, /wp-config\.php: DB_NAME, DB_USER not defined.* --database/],
    [`<?php ${rest}`, /: DB_PASSWORD not defined/],
    [`<?php ${password} ${rest.replace('blog', '')}`, /DB_NAME is empty/],
    [
      `<?php\n$secret = '${secret}';\n${rest} require $secret . f();`,
      /DB_ENGINE depends on line 3, which cannot be worked out without running PHP/,
    ],
    [
      `<?php ${password} define('DB_NAME', getenv('N') ?? 'x'); ${rest}`,
      /variable N, which is not set/,
    ],
    [
      `<?php ${rest} define('DB_PASSWORD', getenv('PW'));`,
      /DB_PASSWORD depends on the environment variable PW, which is not set; set it, or give --database/,
    ],
    [
      `<?php ${rest} define('DB_PASSWORD', trim($_ENV['PW'] . '${secret}'));`,
      /environment variable PW, which is not set/,
    ],
    [
      `<?php ${rest}\ndefine('DB_PASSWORD',\n  decrypt('${secret}'));`,
      /DB_PASSWORD depends on line 3 \(`decrypt\(\)`\), which cannot be worked out without running PHP/,
    ],
    [`<?php ${rest} define('DB_PASSWORD', "${secret}\\xe9");`, /DB_PASSWORD depends on line 1/],
    [
      `<?php ${rest} define('DB_PASSWORD', file_get_contents(getenv('PW_FILE')));`,
      /DB_PASSWORD depends on line 1 \(`file_get_contents\(\)`\)/,
      { PW_FILE: `/${secret}` },
    ],
    [
      `<?php ${rest} define('DB_PASSWORD', file_get_contents('/${secret}'));`,
      /DB_PASSWORD depends on line 1/,
    ],
    [`<?php ${rest} ${password} define('DB_HOST', h());`, /DB_HOST depends on line 1/],
    [
      `<?php ${rest} ${password} define('MYSQL_CLIENT_FLAGS', f());`,
      /MYSQL_CLIENT_FLAGS depends on line 1/,
    ],
    [`<?php ${rest} ${password} define('DB_HOST', 'h:70000');`, /DB_HOST has port 70000/],
  ]
  for (const [text, message, env] of cases) {
    await t.test(text, async (t) => {
      const dir = await tree(t, { 'wp-config.php': text })
      await assert.rejects(readWpConfig(dir, world(dir, env)), (error: Error) => {
        assert.equal(error.name, 'UsageError')
        assert.match(error.message, message)
        assert(!error.message.includes('\n'))
        assert(!inspect(error).includes(secret), inspect(error))
        return true
      })
    })
  }
  await t.test('a path that leads nowhere', async (t) => {
    const dir = await tree(t, { 'empty/x': '' })
    const read = (path: string) => readWpConfig(join(dir, path), world(dir))
    await assert.rejects(read('none.php'), /none\.php: no such file or directory; /)
    await assert.rejects(read('empty'), /empty: no wp-config\.php here or one directory up/)
    const denied = () => {
      throw Object.assign(new Error('denied'), { code: 'EACCES' })
    }
    const closed = { ...world(dir), readFile: denied }
    await assert.rejects(readWpConfig(dir, closed), /may not be read; let this user read it/)
  })
})
