import assert from 'node:assert/strict'
import { test } from 'node:test'
import { start } from './support/command.ts'
import { startDesk } from './support/desk.ts'
import { temporaryFolder } from './support/folder.ts'
import { databaseUrl, fixture, freePort, startMariadb } from './support/mariadb.ts'
import { cpuMs } from './support/program.ts'
import { until } from './support/until.ts'

/** A plugin's fixture, its total, and how the plugin would count one more visit. */
const sites: [fixture: string, total: number, visit: string][] = [
  [
    'wp-statistics',
    170,
    `INSERT INTO wp_statistics_visitor (last_counter, referred, agent, ip, user_id, hits)
      VALUES (CURDATE(), '', 'Firefox', '#hash#new', 0, 1)`,
  ],
  [
    'koko-analytics',
    193,
    `INSERT INTO site3_koko_analytics_site_stats VALUES (CURDATE(), 1, 1)
      ON DUPLICATE KEY UPDATE visitors = visitors + 1, pageviews = pageviews + 1`,
  ],
  [
    'statify',
    382,
    "INSERT INTO wpsite_statify (created, referrer, target) VALUES (CURDATE(), '', '/')",
  ],
]
/** Long enough that a query on a busy machine stays under the 1 % of it that a poll may take. */
const pollMs = 2000

test('a row in WordPress becomes a digit on the desk', async (t) => {
  const mariadb = await startMariadb(t)
  const stateDir = await temporaryFolder(t)
  const answers: number[] = []
  const digits: number[] = []
  for (const [name, total, visit] of sites) {
    await t.test(name, async (t) => {
      const { dump } = await fixture(name)
      const database = name.replaceAll('-', '_')
      const connection = await mariadb.create(database, dump)
      const desk = await startDesk(t)
      const port = await freePort()
      const poll = ['--poll', `${pollMs}ms`]
      const serve = start(t, [
        ...['serve', '--database', databaseUrl(connection), '--port', String(port), ...poll],
        ...['--state-dir', stateDir],
      ])
      const url = `http://127.0.0.1:${port}`
      const count = () =>
        fetch(`${url}/count`).then(
          (answer) => (answer.ok ? answer.text() : ''),
          () => '',
        )
      await until('the first count', async () => (await count()) === `${total}\n`)
      answers.push(await cpuMs(serve.process))

      const board = `tcp:127.0.0.1:${desk.board.port}`
      const device = start(t, ['device', '--count-url', url, '--board', board])
      await until('the total on the digits', () => desk.text() === String(total).padStart(8))

      await mariadb.execute(visit, database)
      const visitedMs = performance.now()
      await until('the next digit', () => desk.text() === String(total + 1).padStart(8))
      const shownMs = performance.now() - visitedMs
      digits.push(shownMs)
      assert.deepEqual(desk.chip.violations, [])
      assert.equal(desk.board.received.strayBytes, 0)

      assert.equal(await device.end('SIGTERM'), 0)
      assert.equal(desk.text(), 'off')
      assert.equal(await serve.end(), 0)
    })
  }
  // Of three, as a busy machine may stop for a second at any time.
  const median = ([, middle = Number.NaN]: number[]) => Math.round(middle)
  const answeredMs = median(answers.sort((a, b) => a - b))
  assert.ok(answeredMs < 1500, `first /count after ${answeredMs} ms of processor time`)
  const shownMs = median(digits.sort((a, b) => a - b))
  assert.ok(shownMs < pollMs + 250, `on the digits after ${shownMs} ms`)
})
