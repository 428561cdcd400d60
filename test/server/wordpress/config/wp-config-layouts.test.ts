import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { type Env, plain, tree, world } from '../../../support/wp-config.ts'

/** The forms that the official image's `wp-config-docker.php` is made of. */
const DOCKER = `<?php
if (!function_exists('getenv_docker')) {
  function getenv_docker($name, $default) {
    if ($file = getenv($name . '_FILE')) return rtrim(file_get_contents($file), "\\r\\n");
    return ($value = getenv($name)) !== false ? $value : $default;
  }
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
      define('DB_NAME', $_ENV['DB_NAME']); define('DB_USER', $_SERVER['DB_USER']);
      define('DB_PASSWORD', $_SERVER['DB_PASSWORD']); define('DB_HOST', $_ENV['DB_HOST']);`,
    '.env': DOTENV,
    '.env.local': 'DB_NAME=never',
  })
  const { connection } = await readWpConfig(dir, world(dir))
  assert.deepEqual(connection, { ...plain, password: 'p#w' })
})
