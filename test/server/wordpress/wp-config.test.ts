import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { readWpConfig } from '../../../server/wordpress/wp-config.ts'
import { temporaryFolder } from '../../support/folder.ts'

type Env = Record<string, string>

/** The real files of `dir`, and none of this machine's sockets. */
function world(dir: string, env: Env = {}) {
  return {
    env,
    readFile: (file: string) => readFileSync(file, 'utf8'),
    exists: (file: string) => file.startsWith(dir) && existsSync(file),
  }
}

/** A directory with these files. */
async function tree(t: TestContext, files: Record<string, string>): Promise<string> {
  const dir = await temporaryFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return dir
}

/** Reads one file that is nowhere on disk; what the text leaves out is defined after it. */
function readText(php: string, env: Env = {}) {
  const defaults = `
    define('DB_NAME', 'blog'); define('DB_USER', 'reader'); define('DB_PASSWORD', 'pw');
    define('DB_HOST', 'db.example');`
  return readWpConfig('/site/wp-config.php', {
    env,
    readFile: () => `<?php ${php}\n${defaults}`,
    exists: (file) => file === '/site/there',
  })
}

const plain = {
  engine: 'mysql',
  host: 'db.example',
  port: 3306,
  user: 'reader',
  password: 'pw',
  database: 'blog',
  tls: 'off',
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
    // Nobody but PHP knows f() and g().
    [`if (f()) { define('DB_NAME', 'x'); } else { define('DB_NAME', 'y'); }`, { database: 'x' }],
    [`if (f()): elseif (g()): define('DB_NAME', 'y'); endif;`, { database: 'y' }],
    [`if (!(f() && true)) define('DB_NAME', 'x');`, { database: 'x' }],
    [`f() or define('DB_NAME', 'x');`, { database: 'x' }],
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
    // On the command line there is no host, and PHP takes the else branch.
    [`if ($_SERVER['HTTP_HOST'] == 'localhost') { $n = 'dev'; } else { $n = 'live'; }`, 'live'],
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
    [`if (f()) { $table_prefix = 'a_'; } else { $table_prefix = 'b_'; }`, 'a_'],
    [`$table_prefix = getenv('P') ?: 'wp_';`, 'wp_'],
    [`$table_prefix = getenv('P') ?: 'wp_';`, 'p_', { P: 'p_' }],
    [`$table_prefix = getenv('P');`, undefined],
    [`$table_prefix = f();`, undefined],
    [`// $table_prefix = 'wp_';`, undefined],
  ]
  for (const [php, expected, env] of cases) {
    await t.test(php, async () => assert.equal((await readText(php, env)).tablePrefix, expected))
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

/** The forms that the official image's `wp-config-docker.php` is made of. */
const DOCKER = `<?php
if (!function_exists('getenv_docker')) {
  function getenv_docker($name, $default) { return never_looked_into($name, $default); }
}
define( 'DB_NAME', getenv_docker('WORDPRESS_DB_NAME', 'wordpress') );
define( 'DB_USER', getenv_docker('WORDPRESS_DB_USER', 'example username') );
define( 'DB_PASSWORD', getenv_docker('WORDPRESS_DB_PASSWORD', 'example password') );
define( 'DB_HOST', getenv_docker('WORDPRESS_DB_HOST', 'mysql') );
$table_prefix = getenv_docker('WORDPRESS_TABLE_PREFIX', 'wp_');
if (strpos($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '', 'https') !== false) $_SERVER['HTTPS'] = 'on';
if ($extra = getenv_docker('WORDPRESS_CONFIG_EXTRA', '')) { eval($extra); }
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`

test("reads the configuration of Docker's official image", async (t) => {
  const dir = await tree(t, { 'wp-config.php': DOCKER, secret: 'from file\r\n\n' })
  const read = (env: Env) => readWpConfig(dir, world(dir, env))

  assert.deepEqual(await read({}), {
    connection: {
      ...plain,
      host: 'mysql',
      database: 'wordpress',
      user: 'example username',
      password: 'example password',
    },
    tablePrefix: 'wp_',
    file: join(dir, 'wp-config.php'),
  })
  const { connection, tablePrefix } = await read({
    WORDPRESS_DB_NAME: 'blog',
    WORDPRESS_DB_USER: 'reader',
    WORDPRESS_DB_PASSWORD: 'ignored',
    WORDPRESS_DB_PASSWORD_FILE: join(dir, 'secret'),
    WORDPRESS_DB_HOST: 'db.example:3307',
    WORDPRESS_TABLE_PREFIX: 'x_',
    WORDPRESS_CONFIG_EXTRA: `define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL);`,
  })
  assert.deepEqual(connection, { ...plain, password: 'from file', port: 3307, tls: 'no-verify' })
  assert.equal(tablePrefix, 'x_')
})

/** The forms that Bedrock's `config/application.php` is made of. */
const BEDROCK = `<?php
use Roots\\WPConfig\\Config;
use function Env\\env;
Env\\Env::$options = 31;
$root = dirname(__DIR__);
if (file_exists($root . '/.env')) {
  $names = file_exists("$root/.env.local") ? ['.env', '.env.local'] : ['.env'];
  $dotenv = Dotenv\\Dotenv::createUnsafeImmutable($root, $names, false);
  $dotenv->load();
}
define('WP_ENV', env('WP_ENV') ?: 'production');
Config::define('CONTENT_DIR', '/app');
Config::define('WP_CONTENT_DIR', $root . '/web' . Config::get('CONTENT_DIR'));
if (env('DB_SSL')) Config::define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL);
foreach (['AUTH_KEY'] as $key) Config::define($key, env($key));
Config::define('DB_NAME', env('DB_NAME'));
Config::define('DB_USER', env('DB_USER'));
Config::define('DB_PASSWORD', env('DB_PASSWORD'));
Config::define('DB_HOST', env('DB_HOST') ?: 'localhost');
$table_prefix = env('DB_PREFIX') ?: 'wp_';
if ($url = env('DATABASE_URL')) {
  $parts = (object) parse_url($url);
  Config::define('DB_NAME', substr($parts->path, 1));
  Config::define('DB_USER', $parts->user);
  Config::define('DB_PASSWORD', isset($parts->pass) ? $parts->pass : null);
  Config::define('DB_HOST', isset($parts->port) ? "{$parts->host}:{$parts->port}" : $parts->host);
}
$stage = __DIR__ . '/environments/' . WP_ENV . '.php';
if (file_exists($stage)) require_once $stage;
Config::apply();
if (!defined('ABSPATH')) define('ABSPATH', $root . '/web/wp/');
`
const BEDROCK_TREE = {
  'config/application.php': BEDROCK,
  'web/wp-config.php': `<?php
    require_once dirname(__DIR__) . '/vendor/autoload.php';
    require_once dirname(__DIR__) . '/config/application.php';
    require_once ABSPATH . 'wp-settings.php';`,
  'web/wp/wp-settings.php': `<?php define('DB_NAME', 'never');`,
  'config/environments/staging.php': `<?php Roots\\WPConfig\\Config::define('DB_NAME', 'staged');`,
  'vendor/autoload.php': `<?php define('DB_NAME', 'never');`,
}
const url = { database: 'd', user: 'u', password: 'p', host: 'h' }
const DOTENV = `DB_NAME='blog'\nDB_USER="reader"\nDB_PASSWORD='p#w'\nDB_HOST=db.example\n`

test('reads Bedrock from any of its directories', async (t) => {
  const dir = await tree(t, { ...BEDROCK_TREE, '.env': DOTENV })
  for (const at of ['', 'web', 'web/wp', 'web/wp-config.php', 'config', 'config/application.php']) {
    await t.test(at || 'the root', async () => {
      const { connection, tablePrefix } = await readWpConfig(join(dir, at), world(dir))
      assert.deepEqual(connection, { ...plain, password: 'p#w' })
      assert.equal(tablePrefix, 'wp_')
    })
  }
})

test("takes Bedrock's values from where Bedrock takes them", async (t) => {
  const cases: [string, string, Env, object][] = [
    ['.env.local over .env', 'DB_NAME=x', {}, { database: 'x' }],
    ['the environment over both', 'DB_NAME=x', { DB_NAME: 'real' }, { database: 'real' }],
    ['DATABASE_URL over DB_*', 'DATABASE_URL=mysql://u:p@h:1/d', {}, { ...url, port: 1 }],
    ['DATABASE_URL without password', 'DATABASE_URL=mysql://u@h/d', {}, { ...url, password: '' }],
    ['other variables', `DB_PASSWORD="\${DB_USER}-\${NONE}"`, {}, { password: `reader-\${NONE}` }],
    ['escapes in double quotes', String.raw`DB_PASSWORD="a\"\$c\\"`, {}, { password: 'a"$c\\' }],
    ['none in single quotes', `DB_PASSWORD='\\$\${DB_USER}'`, {}, { password: `\\$\${DB_USER}` }],
    ['DB_SSL', 'DB_SSL=true', {}, { tls: 'no-verify' }],
    ['DB_SSL switched off', 'DB_SSL=false', {}, { tls: 'off' }],
    ['the file of a stage', 'WP_ENV=staging', {}, { database: 'staged' }],
  ]
  for (const [name, local, env, expected] of cases) {
    await t.test(name, async (t) => {
      const dir = await tree(t, { ...BEDROCK_TREE, '.env': DOTENV, '.env.local': local })
      const { connection } = await readWpConfig(dir, world(dir, env))
      assert.deepEqual(connection, { ...plain, password: 'p#w', ...expected })
    })
  }
})

test('loads the first .env file where a plain wp-config.php asks for them', async (t) => {
  const dir = await tree(t, {
    'wp-config.php': `<?php require 'vendor/autoload.php';
      Dotenv\\Dotenv::createImmutable(__DIR__, ['.env', '.env.local'])->safeLoad();
      define('DB_NAME', $_ENV['DB_NAME']); define('DB_USER', getenv('DB_USER'));
      define('DB_PASSWORD', $_SERVER['DB_PASSWORD']); define('DB_HOST', $_ENV['DB_HOST']);`,
    '.env': DOTENV,
    '.env.local': 'DB_NAME=never',
  })
  const { connection } = await readWpConfig(dir, world(dir))
  assert.deepEqual(connection, { ...plain, password: 'p#w' })
})

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
    [`include 'missing.php'; include 'broken.php'; include f();`, {}],
    [`require_once 'wp-settings.php'; require_once 'vendor/autoload.php';`, {}],
    [`require_once 'wp-config.php';`, {}],
    [`include 'wp-config.php';`, {}],
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

test('follows includes eight deep and no deeper', async (t) => {
  const cases = { 8: 'deep', 9: 'blog' }
  for (const [depth, expected] of Object.entries(cases)) {
    const dir = await tree(t, { 'wp-config.php': `<?php include '1.php'; ${DEFINES}` })
    for (let n = 1; n < Number(depth); n++) {
      await writeFile(join(dir, `${n}.php`), `<?php include '${n + 1}.php';`)
    }
    await writeFile(join(dir, `${depth}.php`), `<?php define('DB_NAME', 'deep');`)
    const { connection } = await readWpConfig(dir, world(dir))
    assert.deepEqual(connection, { ...plain, database: expected })
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
      /DB_PASSWORD not defined.*\(line 3 of .*wp-config\.php loads a file that/,
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
      /DB_PASSWORD depends on line 3 of .*wp-config\.php, which cannot be worked out without running PHP/,
    ],
    [`<?php ${rest} define('DB_PASSWORD', "${secret}\\xe9");`, /DB_PASSWORD depends on line 1/],
    [
      `<?php ${rest} define('DB_PASSWORD', getenv_docker('PW', ''));`,
      /the file that PW_FILE names, which cannot be read/,
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
