import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Cleanup } from '../../test/support/cleanup.ts'
import { freePort, startMariadb } from '../../test/support/mariadb.ts'
import { endProgram } from '../../test/support/program.ts'
import { until } from '../../test/support/until.ts'
import type { Server } from '../candidate.ts'

/** Five years of a plugin that keeps one row a day. */
const table = `
  CREATE TABLE wp_koko_analytics_site_stats
    (date DATE PRIMARY KEY, visitors MEDIUMINT UNSIGNED NOT NULL, pageviews MEDIUMINT UNSIGNED NOT NULL);
  INSERT INTO wp_koko_analytics_site_stats
    SELECT '2021-01-01' + INTERVAL seq DAY, 10 + seq % 50, 20 + seq % 90 FROM seq_0_to_1824`

/** Children that are there from the start, as many as PHP's own example has at most. */
const phpChildren = 5

/**
 * The classic set-up: nginx, PHP-FPM with its opcode cache, and a page with one query a request of
 * MariaDB. All from Debian packages (nginx, php-fpm, php-mysql), in a folder of its own, with no
 * service of the system touched.
 */
export async function startPhp(): Promise<Server> {
  const cleanup = new Cleanup()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'counter-php-'))
    cleanup.after(() => rm(folder, { recursive: true, force: true }))
    const mariadb = await startMariadb(cleanup)
    const { user, password, database } = await mariadb.create('blog', table)
    await copyFile(
      join(import.meta.dirname, '../../../bench/php/count.php'),
      join(folder, 'count.php'),
    )
    const port = await freePort()
    await writeFile(join(folder, 'fpm.conf'), fpmConf(folder))
    await writeFile(
      join(folder, 'nginx.conf'),
      nginxConf(folder, port, {
        DB_USER: user,
        DB_PASSWORD: password,
        DB_NAME: database,
        DB_SOCKET: mariadb.socketPath,
      }),
    )
    const php = run(await phpProgram(), [
      ...['--nodaemonize', '--fpm-config', join(folder, 'fpm.conf'), '--allow-to-run-as-root'],
      ...['-d', 'opcache.enable=1', '-d', 'opcache.validate_timestamps=0'],
    ])
    cleanup.after(() => endProgram(php, 'SIGTERM'))
    const nginx = run('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')])
    cleanup.after(() => endProgram(nginx, 'SIGTERM'))
    const url = `http://127.0.0.1:${port}/count.php`
    await until('PHP answers', async () => {
      const answer = await fetch(url).catch(() => undefined)
      return answer?.ok === true && /^\d+\n$/.test(await answer.text())
    })
    const own = await familiesOf([php.pid, nginx.pid, mariadb.pid()])
    return { url, pids: () => own, stop: () => cleanup.end() }
  } catch (error) {
    await cleanup.end()
    throw error
  }
}

function fpmConf(folder: string): string {
  return `
[global]
error_log = ${folder}/fpm.log
[www]
${process.getuid?.() === 0 ? 'user = root' : ''}
listen = ${folder}/fpm.sock
pm = static
pm.max_children = ${phpChildren}
`
}

function nginxConf(folder: string, port: number, parameters: Record<string, string>): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `      fastcgi_param ${name} '${value}';`,
  )
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location = /count.php {
      fastcgi_pass unix:${folder}/fpm.sock;
      fastcgi_param SCRIPT_FILENAME ${folder}/count.php;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
${lines.join('\n')}
    }
  }
}
`
}

/** Debian's program has its version in its name. */
async function phpProgram(): Promise<string> {
  const names = await readdir('/usr/sbin')
  const name = names.find((each) => each.startsWith('php-fpm'))
  if (name === undefined) throw new Error('there is no php-fpm: apt-get install php-fpm php-mysql')
  return join('/usr/sbin', name)
}

function run(program: string, args: readonly string[]): ChildProcess {
  const path = `${process.env['PATH']}${delimiter}/usr/sbin`
  return spawn(program, args, { stdio: 'ignore', env: { PATH: path } })
}

/** The processes and their children, which do the work. */
async function familiesOf(pids: readonly (number | undefined)[]): Promise<number[]> {
  const parents = pids.flatMap((pid) => pid ?? [])
  const children = await Promise.all(
    parents.map((pid) => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')),
  )
  return [
    ...parents,
    ...children.flatMap((text) => text.trim().split(' ').filter(Boolean)).map(Number),
  ]
}
