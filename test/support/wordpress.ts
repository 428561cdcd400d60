import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from './folder.ts'
import { freePort, type Mariadb } from './mariadb.ts'
import { endProgram, findProgram } from './program.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** Where `npm run setup` has unpacked Debian's WordPress. */
const unpacked = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'visitor-counter-tests/wordpress',
)

/** A real WordPress on PHP's own server. Each database of a MariaDB is a site of it. */
export interface WordPress {
  readonly folder: string
  readonly port: number
  /** The address of the site in a database. */
  url(database: string, prefix?: string): URL
  /** Writes a file below wp-content. */
  write(path: string, text: string): Promise<void>
  /** Runs PHP within WordPress, for the site in a database. */
  php(database: string, code: string, prefix?: string): Promise<string>
}

export async function startWordpress(
  t: Pick<TestContext, 'after'>,
  mariadb: Mariadb,
  user: { readonly user: string; readonly password: string } = { user: 'root', password: '' },
): Promise<WordPress> {
  if (!existsSync(join(unpacked, 'wp-settings.php'))) {
    throw new Error(`there is no WordPress in ${unpacked}; run npm run setup`)
  }
  const folder = await temporaryFolder(t)
  await run('cp', ['-r', '--reflink=auto', `${unpacked}/.`, folder])
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  await writeFile(
    join(folder, 'wp-config.php'),
    `<?php
define('DB_NAME', TEST_DATABASE); define('DB_USER', ${quoted(user.user)});
define('DB_PASSWORD', ${quoted(user.password)}); define('DB_HOST', ${quoted(`localhost:${mariadb.socketPath}`)});
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', TEST_HOME); define('WP_SITEURL', TEST_HOME);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
if (defined('TEST_NETWORK')) { define('MULTISITE', true); define('SUBDOMAIN_INSTALL', false);
  define('DOMAIN_CURRENT_SITE', 'blog.example.com'); define('PATH_CURRENT_SITE', '/'); define('BLOG_ID_CURRENT_SITE', 1); }
$table_prefix = TEST_PREFIX;
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`,
  )
  const port = await freePort()
  const router = join(await temporaryFolder(t), 'router.php')
  // The site's database and prefix stand first in the path, as a WordPress in a folder.
  await writeFile(
    router,
    `<?php
if (!preg_match('#^/([A-Za-z0-9_]+)/([A-Za-z0-9_]+)(/[^?]*)?#', $_SERVER['REQUEST_URI'], $m)) { http_response_code(404); exit; }
define('TEST_DATABASE', $m[1]); define('TEST_PREFIX', $m[2]);
define('TEST_HOME', 'http://127.0.0.1:${port}/' . $m[1] . '/' . $m[2]);
$path = $m[3] ?? '/'; $root = ${quoted(folder)};
$file = realpath($root . $path);
$script = $file !== false && is_file($file) && substr($file, -4) === '.php' ? $path : '/index.php';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/' . $m[1] . '/' . $m[2] . $script;
$_SERVER['SCRIPT_FILENAME'] = $root . $script;
chdir(dirname($root . $script));
require $root . $script;
`,
  )
  const server = spawn(
    findProgram('php'),
    ['-d', 'opcache.enable_cli=1', '-S', `127.0.0.1:${port}`, '-t', folder, router],
    {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, PHP_CLI_SERVER_WORKERS: '3' },
      detached: true,
    },
  )
  t.after(async () => {
    // With its workers, which are a group.
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
    await endProgram(server, 'SIGKILL')
  })
  await until('PHP listens', async () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    ),
  )
  return {
    folder,
    port,
    url: (database, prefix = 'wp_') => new URL(`http://127.0.0.1:${port}/${database}/${prefix}`),
    async write(path, text) {
      const file = join(folder, 'wp-content', path)
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(file, text)
    },
    async php(database, code, prefix = 'wp_') {
      const begin = `define('TEST_DATABASE', '${database}'); define('TEST_PREFIX', '${prefix}'); define('TEST_HOME', 'http://127.0.0.1:${port}/${database}/${prefix}');`
      const script = `${begin} $_SERVER['HTTP_HOST'] = '127.0.0.1'; chdir(${quoted(folder)}); ${code}`
      const { stdout } = await run(findProgram('php'), [
        '-d',
        'display_errors=stderr',
        '-r',
        script,
      ])
      return stdout
    },
  }
}
