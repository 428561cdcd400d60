import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Reader } from '../server/readings/reader.ts'
import type { Round } from '../server/readings/round.ts'
import type { Database } from '../server/wordpress/database/database.ts'
import { openMysql } from '../server/wordpress/database/mysql.ts'
import { startTestBridge } from '../test/support/bridge.ts'
import { Cleanup } from '../test/support/cleanup.ts'
import { fixture, type Mariadb, startMariadb } from '../test/support/mariadb.ts'
import { isQuick, median } from './measure.ts'

/**
 * What the bridge costs a database by the size of the table: rows as WP Statistics has them, spread
 * over five years, and equally many of today.
 */

const sizes = isQuick ? [10_000, 100_000] : [10_000, 1_000_000, 5_000_000]
const todayRows = 500
const days = 1825
const pollMs = 5000
const polls = 60

const cleanup = new Cleanup()

const say = (line: string) => process.stdout.write(`${line}\n`)
const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0)

async function fill(mariadb: Mariadb, database: string, rows: number): Promise<void> {
  const older = rows - todayRows
  const insert = (from: number, to: number, day: string) => `
    INSERT INTO wp_statistics_visitor
      (last_counter, referred, agent, platform, version, device, model, ip, location, user_id, hits)
    SELECT ${day}, '', 'Firefox', 'Linux', '130', 'desktop', '', CONCAT('#hash#', SHA1(seq)), 'DE', 0,
      1 + seq MOD 7
    FROM seq_${from}_to_${to}`
  await mariadb.execute(
    `TRUNCATE wp_statistics_visitor; SET SESSION unique_checks = 0;
     ${insert(1, older, `CURDATE() - INTERVAL ${days} - FLOOR((seq - 1) * ${days} / ${older}) DAY`)};
     ${insert(older + 1, rows, 'CURDATE()')};
     UPDATE wp_options SET option_value = 'UTC' WHERE option_name = 'timezone_string';
     ANALYZE TABLE wp_statistics_visitor`,
    database,
  )
}

/** A database that adds up how long its quick queries took, and whose slow work can be waited for. */
function timed(database: Database) {
  const quick = { ms: 0, queries: 0 }
  let slow: Promise<unknown> = Promise.resolve()
  const timedDatabase: Database = {
    ...database,
    async query(sql) {
      const begunMs = performance.now()
      const rows = await database.query(sql)
      quick.ms += performance.now() - begunMs
      quick.queries += 1
      return rows
    },
    snapshot(work) {
      const result = database.snapshot(work)
      slow = result.catch(() => undefined)
      return result
    },
  }
  return { database: timedDatabase, quick, idle: () => slow }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now()
  await work()
  return performance.now() - begunMs
}

function openReader(database: Database, now: () => number, remembered: Round | undefined): Reader {
  return new Reader({
    database,
    name: undefined,
    pollMs,
    share: 1,
    now,
    remembered,
    wanted: { prefix: undefined, source: 'wp-statistics', sql: undefined },
    onBackgroundError: (error) => say(`recount: ${error.message}`),
    onWarning: say,
  })
}

async function measure(mariadb: Mariadb, rows: number) {
  const name = `rows_${rows}`
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create(name, dump)
  const filledMs = await time(() => fill(mariadb, name, rows))
  const { database, quick, idle } = timed(openMysql(connection))
  let now = Date.now()
  const first = openReader(database, () => now, undefined)
  const firstMs = await time(() => first.read())
  const remembered = await first.read()

  const reader = openReader(database, () => now, remembered)
  const againMs = await time(() => reader.read())
  await idle()
  const costs: number[] = []
  let queries = 0
  for (let poll = 0; poll < polls; poll += 1) {
    now += pollMs
    await idle()
    quick.ms = 0
    quick.queries = 0
    await reader.read()
    await idle()
    costs.push(quick.ms)
    queries = quick.queries
  }
  const full = async (text: string) => {
    const query = () => database.query({ text, values: [] })
    return median([await time(query), await time(query), await time(query)])
  }
  const countMs = await full('SELECT COUNT(*) FROM wp_statistics_visitor')
  const sumMs = await full('SELECT SUM(hits) FROM wp_statistics_visitor')
  const floorMs = await full('SELECT 1')
  await database.close()
  return {
    rows,
    filledMs,
    firstMs,
    againMs,
    pollMs: median(costs),
    queries,
    countMs,
    sumMs,
    floorMs,
  }
}

/** Statements a second that the server has seen, with so many clients asking each second. */
async function statements(mariadb: Mariadb, clients: number, seconds: number): Promise<number> {
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create(`clients_${clients}`, dump)
  const stateDir = await mkdtemp(join(tmpdir(), 'counter-bench-'))
  cleanup.after(() => rm(stateDir, { recursive: true, force: true }))
  const scope = new Cleanup()
  const bridge = await startTestBridge(scope, [{ connection }], { pollMs: 1000, stateDir })
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
    '--innodb-buffer-pool-size=4G',
    '--innodb-log-file-size=1G',
  )
  say(
    '| rows | start, first time ever | start from the checkpoint | a poll | of it | SELECT 1 | COUNT(*) | SUM(hits) |',
  )
  say('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  const results = []
  for (const rows of sizes) {
    const result = await measure(mariadb, rows)
    results.push(result)
    const { firstMs, againMs, queries, floorMs, countMs, sumMs } = result
    const cells = [
      `${rows.toLocaleString('en')}`,
      ...[firstMs, againMs, result.pollMs].map((value) => `${ms(value)} ms`),
      `${queries} queries`,
      ...[floorMs, countMs, sumMs].map((value) => `${ms(value)} ms`),
    ]
    say(`| ${cells.join(' | ')} |`)
  }
  const [least] = results
  const most = results.at(-1)
  if (least && most) {
    say(
      `\na poll of the largest table takes ${(most.pollMs / least.pollMs).toFixed(2)} times one of the smallest`,
    )
  }
  const seconds = isQuick ? 5 : 15
  const alone = await statements(mariadb, 0, seconds)
  const crowd = await statements(mariadb, 1000, seconds)
  say(
    `statements a second: ${alone.toFixed(2)} with no client, ${crowd.toFixed(2)} with 1,000 that ask each second`,
  )
} finally {
  await cleanup.end()
}
