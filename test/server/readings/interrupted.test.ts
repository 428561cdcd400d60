import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { asked, emptyLog, loggingAll } from '../../support/general-log.ts'
import {
  reader as account,
  databaseUrl,
  fixture,
  type Mariadb,
  startMariadb,
} from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'

const visitors = 2000
/** From this key on the server is slow where the test wants it: the fourth part, as parts grow fourfold. */
const slowFrom = 500_000
/** The last key of the parts before that. */
const before = 420_999

const view = (wait: string) =>
  `CREATE OR REPLACE VIEW wp_statistics_visitor AS SELECT ID, last_counter, last_view,
    IF(ID BETWEEN ${slowFrom} AND ${(visitors - 1) * 1000}, ${wait}, 0) + hits AS hits FROM visitor_rows`

/** A site of two million keys, one row each thousand, all of them of days that are over but the last. */
async function createSite(mariadb: Mariadb, name: string, wait: string): Promise<string> {
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create(
    name,
    `${dump} TRUNCATE wp_statistics_visitor; TRUNCATE wp_statistics_historical;
    UPDATE wp_options SET option_value = 'UTC' WHERE option_name = 'timezone_string';
    INSERT INTO wp_statistics_visitor
      (ID, last_counter, referred, agent, ip, user_id, hits, last_view)
      SELECT seq * 1000, IF(seq = ${visitors}, UTC_DATE(), UTC_DATE() - INTERVAL 9 DAY), '', 'Firefox', seq, 0, 3,
        UTC_TIMESTAMP() FROM seq_1_to_${visitors};
    RENAME TABLE wp_statistics_visitor TO visitor_rows; ${view(wait)}`,
  )
  return databaseUrl(connection)
}

test('a first count that was interrupted', async (t) => {
  const mariadb = await startMariadb(t, ...loggingAll)

  const running = async () => {
    const rows = await mariadb.execute(
      `SELECT id FROM information_schema.processlist WHERE user = '${account.user}' AND info LIKE '%ID > ${before} AND ID <= %'`,
    )
    return rows.map(({ id }) => Number(id))
  }
  const serve = (t: TestContext, source: string, stateDir: string) => {
    const args = ['--database', source, '--state-dir', stateDir, '--port', '0']
    const process = start(t, ['serve', ...args])
    const ask = async (path: string) => {
      const url = /listening on (\S+?);/.exec(process.stderr.join())?.[1]
      const answer = url === undefined ? undefined : await fetch(url + path)
      return answer?.status === 200 ? answer.text() : undefined
    }
    return { ...process, ask }
  }
  /** The lowest key of each part that was asked for since the log was emptied, in order. */
  const parts = async () =>
    (await asked(mariadb)).flatMap(({ statement }) => {
      const [, above] = /WHERE ID > (-?\d+) AND ID <= \d+ GROUP/.exec(statement) ?? []
      return above === undefined ? [] : [Number(above)]
    })

  await t.test('by SIGTERM goes on where it was, and reads no part again', async (t) => {
    const source = await createSite(mariadb, 'stopped', 'SLEEP(60)')
    const folder = await temporaryFolder(t)
    await emptyLog(mariadb)
    const first = serve(t, source, folder)
    await until('the slow part', async () => (await running()).length === 1, 30)
    await until('today', async () => (await first.ask('/count?period=today')) === '1\n', 30)
    assert.match((await first.ask('/health')) ?? '', /"counting 0\.4 of 2\.0 million rows, 21 %"/)
    assert.equal(await first.ask('/count'), undefined)
    const logged = first.stderr.join('\n')
    // What is counted is said before anything is, then how far that has come.
    assert.match(
      logged,
      /wp-statistics \(the plugin is active.*days in UTC\n.*counting \d\.\d of 2\.0 million rows, \d+ %/,
    )
    const begunMs = performance.now()
    assert.equal(await first.end('SIGTERM'), 0)
    assert.ok(performance.now() - begunMs < 2000)
    assert.deepEqual(await running(), [])
    assert.deepEqual(await parts(), [-1, 20_999, 100_999, before])

    await mariadb.execute(view('0'), 'stopped')
    await emptyLog(mariadb)
    const second = serve(t, source, folder)
    await until('all', async () => (await second.ask('/count')) === `${visitors}\n`, 30)
    assert.equal((await parts())[0], before)
  })

  await t.test('by SIGKILL leaves nothing running beside the one that follows', async (t) => {
    // One that sleeps the server ends itself when its client is gone, within 5 s.
    const source = await createSite(mariadb, 'killed', 'BENCHMARK(1000000000000, SHA2(hits, 512))')
    const folder = await temporaryFolder(t)
    const first = serve(t, source, folder)
    await until('the slow part', async () => (await running()).length === 1, 30)
    const [left] = await running()
    await first.end('SIGKILL')
    assert.deepEqual(await running(), [left])
    await emptyLog(mariadb)
    serve(t, source, folder)
    const next = async () => (await running()).filter((id) => id !== left)
    await until('its own', async () => (await next()).length === 1, 30)
    assert.equal((await running()).length, 1)
    const log = (await asked(mariadb)).map(({ statement }) => statement)
    const ended = log.findIndex((statement) => statement.startsWith(`KILL QUERY ${left}`))
    const counted = log.findIndex((statement) => / WHERE ID > /.test(statement))
    assert.ok(ended >= 0 && ended < counted)
  })
})
