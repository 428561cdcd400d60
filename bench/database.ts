import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Reader } from '../server/readings/reader.ts'
import { peekStore } from '../server/readings/store.ts'
import type { Database } from '../server/wordpress/database/database.ts'
import { openMysql } from '../server/wordpress/database/mysql.ts'
import { fixedPlace } from '../server/wordpress/database/place.ts'
import { startTestBridge } from '../test/support/bridge.ts'
import { Cleanup } from '../test/support/cleanup.ts'
import {
  reader as account,
  databaseUrl,
  fixture,
  freePort,
  type Mariadb,
  type MysqlConnection,
  startMariadb,
} from '../test/support/mariadb.ts'
import { endProgram, program } from '../test/support/program.ts'
import { counts, isQuick, median } from './measure.ts'

/**
 * What the bridge costs a database by the size of the table: rows as WP Statistics has them, spread over five
 * years, and 500 of today.
 */

const [million, polls] = counts([20, 200], [1, 40])
const most = million * 1_000_000
const sizes = isQuick
  ? [10_000, most]
  : [10_000, 1_000_000, 5_000_000, 20_000_000].filter((rows) => rows <= most)
/** From so many rows on a count is also stopped in its midst. */
const stoppedFrom = isQuick ? most : 5_000_000
const todayRows = 500
const days = 1825
const lookEveryMs = 20
const longestMs = 1_200_000

const cleanup = new Cleanup()

const say = (line: string) => process.stdout.write(`${line}\n`)
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
const table = (...cells: readonly string[]) => say(`| ${cells.join(' | ')} |`)

/** In one statement into an empty table, which MariaDB then builds in bulk, index and all. */
async function fill(mariadb: Mariadb, name: string, rows: number): Promise<MysqlConnection> {
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create(name, dump)
  const unused = ['agent', 'platform', 'version', 'device', 'model', 'location', 'ip']
  const older = rows - todayRows
  await mariadb.execute(
    `TRUNCATE wp_statistics_visitor;
     ALTER TABLE wp_statistics_visitor ${unused.map((key) => `DROP KEY ${key}`).join(', ')};
     SET SESSION unique_checks = 0, foreign_key_checks = 0;
     INSERT INTO wp_statistics_visitor
       (ID, last_counter, referred, agent, platform, version, device, model, ip, location, user_id, hits)
     SELECT seq, IF(seq > ${older}, UTC_DATE(), UTC_DATE() - INTERVAL ${days} - FLOOR((seq - 1) * ${days} / ${older}) DAY),
       '', 'Firefox', 'Linux', '130', 'desktop', '', CONCAT('#hash#', LPAD(HEX(seq), 40, '0')), 'DE', 0, 1 + seq MOD 7
     FROM seq_1_to_${rows};
     SET SESSION unique_checks = 1, foreign_key_checks = 1;
     UPDATE wp_options SET option_value = 'UTC' WHERE option_name = 'timezone_string';
     ANALYZE TABLE wp_statistics_visitor`,
    name,
  )
  return connection
}

interface Serve {
  readonly process: ChildProcess
  readonly startedMs: number
  /** The body of a route; undefined where it does not answer 200. */
  ask(path: string): Promise<string | undefined>
}

/** `serve` as a process of its own, with default settings. */
async function startServe(connection: MysqlConnection, stateDir: string): Promise<Serve> {
  const port = await freePort()
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...[program, 'serve', '--database', databaseUrl(connection)],
      ...['--port', String(port), '--state-dir', stateDir],
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'] } },
  )
  cleanup.after(() => endProgram(child, 'SIGKILL'))
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
    const text = await answer?.text()
    return answer?.status === 200 ? text : undefined
  }
  return { process: child, startedMs, ask }
}

/** Milliseconds from the start of a process until it says so. */
async function until({ startedMs, process: child }: Serve, isSo: () => Promise<boolean>) {
  while (!(await isSo())) {
    if (child.exitCode !== null) throw new Error(`serve has ended with ${child.exitCode}`)
    if (performance.now() - startedMs > longestMs) throw new Error('the count does not end')
    await wait(lookEveryMs)
  }
  return performance.now() - startedMs
}

/** What `/health` says of a count that is under way. */
async function progressOf(serve: Serve): Promise<{ text: string; percent: number }> {
  const text = /counting [^"]*/.exec((await serve.ask('/health')) ?? '')?.[0] ?? ''
  return { text, percent: Number(/(\d+) %/.exec(text)?.[1] ?? 0) }
}

/** The statements of the bridge since the log was emptied, the longest first. */
async function statements(mariadb: Mariadb): Promise<{ ms: number; text: string }[]> {
  const rows = await mariadb.execute(
    `SELECT TIME_TO_SEC(query_time) * 1000 AS ms, CONVERT(sql_text USING utf8mb4) AS text FROM mysql.slow_log
      WHERE user_host LIKE '${account.user}[%' ORDER BY query_time DESC`,
  )
  return rows.map((row) => ({ ms: Number(row['ms']), text: String(row['text']) }))
}

/** What the account of the bridge runs at this moment. */
async function running(mariadb: Mariadb): Promise<number> {
  const rows = await mariadb.execute('SHOW PROCESSLIST')
  return rows.filter((row) => row['User'] === account.user && row['Info'] !== null).length
}

async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-bench-'))
  cleanup.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Counts all, with what `/health` says of it each ten seconds. */
async function firstCount(mariadb: Mariadb, serve: Serve) {
  await mariadb.execute('TRUNCATE mysql.slow_log')
  let toldMs = performance.now()
  let todayMs = Number.NaN
  const allMs = await until(serve, async () => {
    if (Number.isNaN(todayMs) && (await serve.ask('/count?period=today')) === `${todayRows}\n`) {
      todayMs = performance.now() - serve.startedMs
    }
    if (performance.now() - toldMs > 10_000) {
      toldMs = performance.now()
      say(
        `  after ${Math.round((toldMs - serve.startedMs) / 1000)} s: ${(await progressOf(serve)).text}`,
      )
    }
    return (await serve.ask('/count')) !== undefined
  })
  return { allMs, todayMs, longestMs: (await statements(mariadb))[0]?.ms ?? Number.NaN }
}

/** Stops a first count in its midst, and has the next process go on with it. */
async function stopped(mariadb: Mariadb, connection: MysqlConnection) {
  const folder = await stateFolder()
  const first = await startServe(connection, folder)
  let percent = 0
  await until(first, async () => {
    percent = (await progressOf(first)).percent
    const isMidst = percent >= 20 && (await first.ask('/count?period=today')) !== undefined
    return isMidst && (await running(mariadb)) > 0
  })
  const askedMs = performance.now()
  await endProgram(first.process, 'SIGTERM')
  const endMs = performance.now() - askedMs
  const left = await running(mariadb)
  await mariadb.execute('TRUNCATE mysql.slow_log')
  const second = await startServe(connection, folder)
  const allMs = await until(second, async () => (await second.ask('/count')) !== undefined)
  const above = (await statements(mariadb)).flatMap(({ text }) => {
    const [, key] = /WHERE ID > (-?\d+) AND ID <= /.exec(text) ?? []
    return key === undefined ? [] : [Number(key)]
  })
  await endProgram(second.process, 'SIGTERM')
  return { percent, endMs, left, allMs, from: Math.min(...above) }
}

/** Each poll, and right after it `SELECT 1` the same way: milliseconds of both, and of their medians. */
async function pollBeside(database: Database, folder: string, connection: MysqlConnection) {
  const key = {
    place: fixedPlace(connection),
    tablePrefix: undefined,
    source: 'auto',
    sql: undefined,
  }
  const [remembered] = await peekStore(folder, key)
  let queryMs = 0
  let queries = 0
  const query: Database['query'] = async (sql) => {
    const begunMs = performance.now()
    const rows = await database.query(sql)
    queryMs += performance.now() - begunMs
    queries += 1
    return rows
  }
  let nowMs = Date.now()
  const reader = new Reader({
    // Work of the background has a connection of its own, and stays away here.
    database: { ...database, query, snapshot: () => new Promise(() => undefined) },
    name: undefined,
    pollMs: 1000,
    share: 1,
    now: () => nowMs,
    remembered,
    wanted: { prefix: undefined, source: 'auto', sql: undefined },
    onBackgroundError: (error) => say(error.message),
    onWarning: say,
  })
  await reader.read()
  const pollMs: number[] = []
  const oneMs: number[] = []
  for (let poll = 0; poll < polls; poll += 1) {
    nowMs += 60_000
    queryMs = 0
    queries = 0
    await reader.read()
    pollMs.push(queryMs)
    const begunMs = performance.now()
    await database.query({ text: 'SELECT 1', values: [] })
    oneMs.push(performance.now() - begunMs)
  }
  reader.stop()
  return { pollMs: median(pollMs), oneMs: median(oneMs), queries }
}

async function measure(mariadb: Mariadb, rows: number) {
  const name = `rows_${rows}`
  const begunMs = performance.now()
  const connection = await fill(mariadb, name, rows)
  say(
    `${rows.toLocaleString('en')} rows, filled in ${Math.round((performance.now() - begunMs) / 1000)} s`,
  )
  await mariadb.execute('SET GLOBAL slow_query_log = 1')
  const folder = await stateFolder()
  const serve = await startServe(connection, folder)
  const first = await firstCount(mariadb, serve)
  await endProgram(serve.process, 'SIGTERM')
  const again = await startServe(connection, folder)
  const againMs = await until(again, async () => (await again.ask('/count')) !== undefined)
  await endProgram(again.process, 'SIGTERM')
  if (rows >= stoppedFrom) {
    const { percent, endMs, left, allMs, from } = await stopped(mariadb, connection)
    say(
      `  SIGTERM at ${percent} %: ended after ${ms(endMs)}, with ${left} statements of ours in SHOW PROCESSLIST; the next start read from key ${from.toLocaleString('en')} on and had all after ${ms(allMs)}`,
    )
  }
  await mariadb.execute('SET GLOBAL slow_query_log = 0')
  const database = openMysql(connection)
  const poll = await pollBeside(database, folder, connection)
  await database.close()
  await mariadb.execute(`DROP DATABASE ${name}`)
  return { rows, first, againMs, ...poll }
}

/** Statements a second that the server has seen, with so many clients asking each second. */
async function perSecond(mariadb: Mariadb, clients: number, seconds: number): Promise<number> {
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create(`clients_${clients}`, dump)
  const scope = new Cleanup()
  const options = { pollMs: 1000, stateDir: await stateFolder() }
  const bridge = await startTestBridge(scope, [{ connection }], options)
  const agent = new Agent({ keepAlive: true })
  let answers = 0
  const ask = () =>
    get(`${bridge.url}/count`, { agent }, (answer) => {
      answers += 1
      answer.resume()
    }).on('error', () => undefined)
  const questions = async () => {
    const [row] = await mariadb.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
    return Number(row?.['Value'])
  }
  const before = await questions()
  for (let second = 0; second < seconds; second += 1) {
    const next = wait(1000)
    for (let client = 0; client < clients; client += 1) ask()
    await next
  }
  const asked = (await questions()) - before - 1
  agent.destroy()
  await scope.end()
  if (answers < clients * (seconds - 1)) say(`only ${answers} answers`)
  return asked / seconds
}

try {
  const mariadb = await startMariadb(
    cleanup,
    ...['--innodb-buffer-pool-size=4G', '--innodb-log-file-size=2G', '--innodb-doublewrite=0'],
    ...['--long-query-time=0', '--log-output=TABLE', '--max-connections=50'],
  )
  await mariadb.execute('SET GLOBAL slow_query_log = 0')
  const results = []
  for (const rows of sizes) results.push(await measure(mariadb, rows))
  say('')
  table(
    ...['rows', 'first start: today', 'all', 'longest statement', 'next start'],
    ...['a poll', 'queries', '`SELECT 1` right after', 'ratio'],
  )
  table(...Array.from({ length: 9 }, () => '---:'))
  for (const { rows, first, againMs, pollMs, oneMs, queries } of results) {
    table(
      rows.toLocaleString('en'),
      ...[first.todayMs, first.allMs, first.longestMs, againMs, pollMs].map(ms),
      String(queries),
      ms(oneMs),
      (pollMs / oneMs).toFixed(2),
    )
  }
  const seconds = isQuick ? 5 : 15
  const alone = await perSecond(mariadb, 0, seconds)
  const crowd = await perSecond(mariadb, 1000, seconds)
  say(
    `\nstatements a second at --poll 1s: ${alone.toFixed(2)} with no client, ${crowd.toFixed(2)} with 1,000 that ask each second`,
  )
} finally {
  await cleanup.end()
}
