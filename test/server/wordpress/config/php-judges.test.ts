import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsageError } from '../../../../common/errors.ts'
import { localPhp, runWpConfig } from '../../../../server/wordpress/config/run-php.ts'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { tree } from '../../../support/wp-config.ts'

/** What the cases leave open, defined after them. */
const rest = `
define('DB_NAME', $n ?? 'open'); define('DB_USER', 'reader'); define('DB_PASSWORD', 'pw');
define('DB_HOST', 'db.example'); $table_prefix = $p ?? 'wp_';`

const environment = { STAGE: 'live', EMPTY: '', ZERO: '0', URL: 'mysql://u:p%40@h:3307/d?x=1#f' }

/** A case is PHP that may set $n and $p. `refused` names those that only a running PHP can tell. */
const told = [
  // Calls.
  `$n = strpos('abc', 'c') === 2 ? 'x' : 'y';`,
  `$n = strpos('abc', 'x') !== false ? 'x' : 'y';`,
  `$n = stripos('ABC', 'b') ? 'x' : 'y';`,
  `$n = str_contains(getenv('STAGE'), 'iv') ? 'x' : 'y';`,
  `$n = str_contains('abc', '') ? 'x' : 'y';`,
  `$n = str_starts_with('abc', 'ab') && str_ends_with('abc', 'bc') ? 'x' : 'y';`,
  `$n = preg_match('/^l.ve$/', getenv('STAGE')) ? 'x' : 'y';`,
  `$n = preg_match('#\\.(test|local)$#i', 'a.TEST') === 1 ? 'x' : 'y';`,
  `$n = in_array(getenv('STAGE'), ['dev', 'live'], true) ? 'x' : 'y';`,
  `$n = in_array('0', [0]) ? 'x' : 'y';`,
  `$n = in_array('abc', [0]) ? 'x' : 'y';`,
  `$n = in_array('1e1', ['10']) ? 'x' : 'y';`,
  `$n = php_sapi_name() === 'cli' ? 'x' : 'y';`,
  `$n = PHP_SAPI;`,
  `$n = version_compare('8.1.0', '8.1', '>=') ? 'x' : 'y';`,
  `$n = version_compare('5.2', '5.10', '<') ? 'x' : 'y';`,
  `$n = version_compare('1.0rc1', '1.0', 'lt') ? 'x' : 'y';`,
  `$n = 'v' . version_compare('1.0-dev', '1.0alpha') . version_compare('1.0', '1.0.0');`,
  `$n = extension_loaded('json') ? 'x' : 'y';`,
  `$n = trim(' a ') . rtrim('b//', '/') . ltrim('00c', '0') . substr('abcdef', -3, 2) . strtoupper('e');`,
  `$n = substr('abc', 5) . 'x';`,
  `$n = basename('/a/b.php', '.php') . dirname('/a/b/c', 2);`,
  `$u = parse_url(getenv('URL')); $n = $u['user'] . urldecode($u['pass']) . $u['port'] . ltrim($u['path'], '/') . $u['query'];`,
  `$n = parse_url(getenv('URL'), PHP_URL_HOST);`,
  `$n = is_array([]) && is_string('') ? 'x' : 'y';`,
  `$n = array_key_exists('a', ['a' => null]) ? 'x' : 'y';`,
  `$n = str_replace('a', 'b', 'banana');`,
  // The environment.
  `putenv('N=mine'); $n = getenv('N');`,
  `putenv('STAGE'); $n = getenv('STAGE') === false ? 'x' : 'y';`,
  `putenv('STAGE=dev'); $n = $_SERVER['STAGE'] . getenv('STAGE');`,
  `$_ENV['N'] = 'mine'; $n = $_ENV['N'] . (getenv('N') === false ? 'x' : 'y');`,
  `$_SERVER['HTTP_HOST'] = 'a.test'; if ($_SERVER['HTTP_HOST'] === 'a.test') $n = 'x';`,
  `$_SERVER['HTTP_HOST'] ??= 'a.test'; $n = 'x';`,
  `unset($_ENV['STAGE']); $n = isset($_ENV['STAGE']) ? 'x' : 'y';`,
  `if (getenv('NONE')) $n = 'x'; else $n = 'y';`,
  `$n = strpos(getenv('NONE') ?: '', 'x') !== false ? 'x' : 'y';`,
  `$n = empty(getenv('ZERO')) && empty(getenv('EMPTY')) ? 'x' : 'y';`,
  // Definitions.
  `define(value: 'x', constant_name: 'DB_NAME');`,
  `define('DB_NAME', 'x'); define('DB_NAME', 'y');`,
  `$GLOBALS['n'] = 'x';`,
  `$n = 'a'; $GLOBALS['n'] .= 'b'; $n .= $GLOBALS['n'];`,
  `$a['x']['y'] = 'z'; $a['x'][] = 'w'; $n = $a['x']['y'] . $a['x'][0];`,
  `[$n, $p] = ['x', 'y_'];`,
  `list('b' => $n) = ['a' => 'x', 'b' => 'y'];`,
  `$i = 1; $i++; ++$i; $i += 2; $n = 'v' . $i;`,
  `$n = 7 % 4 + 2 * 3 - 1 . 'x';`,
  `$n = null; $n ??= 'x'; $n ??= 'y';`,
  `$n = 1 < 2 ? 'x' : 'y';`,
  `$n = '1' == '01' ? 'x' : 'y';`,
  `$n = 'abc' == 0 ? 'x' : 'y';`,
  `$n = null == false ? 'x' : 'y';`,
  `$n = '' == null ? 'x' : 'y';`,
  `$n = [] == false ? 'x' : 'y';`,
  `$n = (int) '12' . (bool) 'a' . (string) 5;`,
  // Functions of the configuration.
  `function f($a, $b = 'd') { return $a . $b; } $n = f('x') . f('y', 'z');`,
  `$n = 'a'; function f() { global $n; $n = 'b'; } f();`,
  `$n = 'a'; function f() { $n = 'b'; return $n; } $n .= f();`,
  `$n = 'a'; function f(&$x) { $x = 'b'; } f($n);`,
  `function f($k) { define($k, 'x'); } f('DB_NAME');`,
  `function f($a) { if ($a) return 'x'; return 'y'; } $n = f(false) . f(true);`,
  `function f($a) { return $a > 0 ? f($a - 1) . 'x' : ''; } $n = 'v' . f(3);`,
  `function f() { $GLOBALS['n'] = 'x'; } f();`,
  `function f($a, $b) { return $a . $b; } $n = f(b: 'x', a: 'y');`,
  `if (!function_exists('f')) { function f() { return 'x'; } } $n = f();`,
  `$n = function_exists('strpos') ? 'x' : 'y';`,
  // Loops, branches and ends.
  `foreach (['NAME' => 'x'] as $k => $v) define('DB_' . $k, $v);`,
  `foreach (['a', 'b', 'c'] as $v) { if ($v === 'b') break; $n = $v; }`,
  `foreach (['a', 'b', 'c'] as $v) { if ($v === 'b') continue; $n = ($n ?? '') . $v; }`,
  `for ($i = 0; $i < 3; $i++) { $n = "v$i"; }`,
  `$i = 0; while (true) { if (++$i > 2) break; } $n = "v$i";`,
  `$i = 0; do { $i++; } while ($i < 2); $n = "v$i";`,
  `foreach ([1, 2] as $a) { foreach ([1, 2] as $b) { $n = "v$a$b"; continue 2; } }`,
  `switch (getenv('STAGE')) { case 'dev': $n = 'x'; break; case 'live': $n = 'y'; case 'z': $n .= 'z'; }`,
  `switch ('a') { default: $n = 'x'; break; case 'a': $n = 'y'; }`,
  `switch (1) { case '1': $n = 'x'; }`,
  `if (false) ; elseif (true): $n = 'x'; endif;`.replace(
    'if (false) ; elseif (true):',
    'if (true):',
  ),
  `if (false) ; else $n = 'x';`,
  `$n = 'x'; if (false) exit;`,
  `defined('DB_NAME') || define('DB_NAME', 'x');`,
  `if (!defined('DB_NAME')) define('DB_NAME', 'x');`,
  `try { $n = 'x'; } finally { $p = 'y_'; }`,
  `try { throw new Exception('e'); } catch (Exception $e) { } $n = 'x';`,
  `require __DIR__ . '/other.php'; $n = $fromOther;`,
  `$c = include 'returns.php'; $n = $c['name'];`,
  `if (is_readable(__DIR__ . '/none.php')) { include __DIR__ . '/none.php'; } else { $n = 'x'; }`,
  `eval("\\$n = 'x';");`,
  `$n = "a{$_SERVER['STAGE']}b";`,
  `define('A', 'x'); const B = A . 'y'; $n = constant('B');`,
]

/** Only PHP can tell these, or only for one visitor: a pick would be a guess. */
const refused = [
  `if (strpos($_SERVER['HTTP_HOST'], 'staging') !== false) $n = 'staging'; else $n = 'live';`,
  `if (preg_match('/staging/', $_SERVER['HTTP_HOST'])) $n = 'staging'; else $n = 'live';`,
  `if (in_array($_SERVER['SERVER_NAME'], ['a'])) $n = 'staging'; else $n = 'live';`,
  `$n = 'live'; if (stripos($_SERVER['HTTP_HOST'], 'staging') === 0) { $n = 'staging'; }`,
  `$n = 'live'; if ($_SERVER['REMOTE_ADDR'] === '127.0.0.1') { $n = 'local'; }`,
  `$n = 'live'; if (isset($_SERVER['HTTPS'])) $n = 'secure';`,
  `$n = 'live'; if (gethostname() === 'dev') $n = 'dev';`,
  `$host = $_SERVER['HTTP_HOST'] ?? ''; $n = $host === 'a' ? 'x' : 'y';`,
  `switch ($_SERVER['SERVER_NAME']) { case 'a': $n = 'x'; break; default: $n = 'y'; }`,
  `$map = ['a' => 'x']; $n = $map[$_SERVER['HTTP_HOST']] ?? 'y';`,
  `foreach (explode(',', $_SERVER['HTTP_HOST']) as $part) { $n = $part; }`,
  `$n = 'live'; while (rand(0, 1) === 1) { $n = 'x'; }`,
  `$n = 'live'; for ($i = 0; $i < time(); $i++) { $n = "v$i"; break; }`,
  `$n = 'a'; preg_match('/(b)/', 'b', $n); $n = $n[1];`,
  `$n = 'a'; parse_str('n=x'); parse_str('q=x', $n); $n = $n['q'];`,
  `$n = 'a'; $m = &$n; $m = 'b';`,
  `$n = 'a'; $f = function () use (&$n) { $n = 'b'; }; $f();`,
  `$n = 'a'; foreach ([1] as $unused) { $n = md5('x'); }`,
  `$n = 'a'; extract(['n' => 'b']);`,
  `$n = 'a'; $name = 'n'; $$name = 'b';`,
  `define('DB_NAME', date('Y') > 2000 ? 'x' : 'y');`,
  `if (time() > 0) define('DB_NAME', 'x');`,
  `time() && define('DB_NAME', 'x');`,
  `function f() { if (time() > 0) return 'x'; return 'y'; } $n = f();`,
  `$n = 'a'; function f() { global $n; if (time() > 0) $n = 'b'; } f();`,
  `if (time() > 0) { putenv('STAGE=dev'); } $n = getenv('STAGE');`,
  `if (time() > 0) { $_ENV['STAGE'] = 'dev'; } $n = $_ENV['STAGE'];`,
  `$k = 'DB_' . strrev('EMAN'); define($k, 'x');`,
  `if (file_exists(sys_get_temp_dir())) $n = 'x'; else $n = 'y';`,
  `include __DIR__ . '/' . strrev('php.rehto'); $n = $fromOther;`,
  `$n = json_decode('{"n":"x"}')->n;`,
  `$n = implode('', array_map(function ($x) { return $x; }, ['x']));`,
  `$n = sprintf('%s', 'x');`,
  `$n = match (true) { default => 'x' };`,
  `class C { public static function go() { define('DB_NAME', 'x'); } } C::go();`,
  `class C { public function __construct() { $GLOBALS['n'] = 'x'; } } new C();`,
  `$n = 'a'; goto end; $n = 'b'; end:`,
  `$p = $_SERVER['HTTP_HOST'] ?? 'x_';`,
  `if (rand(0, 0) === 0) { return; }`,
]

const files = {
  'other.php': `<?php $fromOther = 'there';`,
  'returns.php': `<?php return ['name' => 'returned'];`,
}

test('what is told is what PHP itself ends with', async (t) => {
  for (const php of told) {
    await t.test(php, async (t) => {
      const dir = await tree(t, { ...files, 'wp-config.php': `<?php\n${php}${rest}` })
      const ours = await readWpConfig(dir, { env: environment, ...world })
      assert.deepEqual(
        { ...ours.connection, prefix: ours.tablePrefix },
        await byPhp(join(dir, 'wp-config.php')),
      )
    })
  }
})

test('what only a running PHP can tell is refused with its line', async (t) => {
  for (const php of refused) {
    await t.test(php, async (t) => {
      const dir = await tree(t, { ...files, 'wp-config.php': `<?php\n${php}${rest}` })
      await assert.rejects(readWpConfig(dir, { env: environment, ...world }), (error: Error) => {
        assert.ok(error instanceof UsageError, error.stack)
        assert.match(error.message, /line [234]/)
        assert.match(error.message, /run with --php, or give --database$/)
        return true
      })
    })
  }
})

test('the message names what decides', async (t) => {
  const cases: [string, RegExp][] = [
    [
      `\n\nif (strpos($_SERVER['HTTP_HOST'], 'x') !== false) { define('DB_NAME', 'a'); }`,
      /: line 4 decides DB_NAME by `\$_SERVER\['HTTP_HOST'\]`; run with --php, or give --database$/,
    ],
    [
      `$live = gethostname() === 'a';\nif ($live) $n = 'x';`,
      /: line 3 decides DB_NAME by `gethostname\(\)`;/,
    ],
    [
      `define('DB_NAME', decrypt('hunter2'));`,
      /DB_NAME depends on line 2 \(`decrypt\(\)`\), which cannot be worked out/,
    ],
  ]
  for (const [php, message] of cases) {
    const dir = await tree(t, { 'wp-config.php': `<?php\n${php}${rest}` })
    await assert.rejects(readWpConfig(dir, { env: {}, ...world }), (error: Error) => {
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
      return true
    })
  }
})

test('--php lets PHP say it, up to where WordPress would be loaded', async (t) => {
  const dir = await tree(t, {
    'wp-config.php': `<?php
      if (PHP_VERSION_ID > 70000) define('DB_NAME', strrev('golb'));
      define('DB_USER', 'reader'); define('DB_PASSWORD', "p\\n'w"); define('DB_HOST', 'db.example:3307');
      $table_prefix = 'x_'; echo 'noise';
      require_once ABSPATH . 'wp-settings.php'; define('DB_HOST', 'never');`,
    'wp-settings.php': `<?php file_put_contents(__DIR__ . '/loaded', ''); define('DB_USER', 'never');`,
  })
  const { connection, tablePrefix } = await runWpConfig(join(dir, 'wp-config.php'))
  assert.deepEqual(
    [connection, tablePrefix],
    [
      {
        engine: 'mysql',
        host: 'db.example',
        port: 3307,
        user: 'reader',
        password: "p\n'w",
        database: 'blog',
        tls: 'off',
      },
      'x_',
    ],
  )
  assert.equal(existsSync(join(dir, 'loaded')), false)
})

test('--php says in a line what is wrong', async (t) => {
  const dir = await tree(t, { 'wp-config.php': `<?php\n$secret = 'hunter2';\nundefined_f();` })
  const file = join(dir, 'wp-config.php')
  await assert.rejects(
    runWpConfig(file),
    /wp-config\.php: PHP gave up in it, at line 3; correct it/,
  )
  await assert.rejects(runWpConfig(file, ['no-such-php']), /"no-such-php" is not installed/)
  await assert.rejects(runWpConfig(file, ['true']), /did not get to the end of /)
})

const world = {
  readFile: (file: string) => readFileSync(file, 'utf8'),
  exists: existsSync,
}

/** PHP on the command line, with all of its environment in `$_ENV` and with none of this machine's. */
async function byPhp(file: string): Promise<object> {
  assert.equal(spawnSync('php', ['--version']).status, 0, 'PHP is missing: npm run setup')
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const php = ['php', '-n', '-d', 'variables_order=EGPCS', ...localPhp.slice(1)]
  const clean = ['env', '-i', `PATH=${process.env['PATH']}`, ...settings, ...php] as const
  const { connection, tablePrefix } = await runWpConfig(file, ['env', ...clean.slice(1)])
  return { ...connection, prefix: tablePrefix }
}
