import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestBridge } from '../../support/bridge.ts'
import { startMariadb } from '../../support/mariadb.ts'
import { serializedList, tablesOf, wordpress } from '../../support/models/model.ts'
import { until } from '../../support/until.ts'

const start = Date.parse('2026-10-15T15:00:00Z')
const version = (says: string) =>
  `UPDATE wp_options SET option_value = '${says}' WHERE option_name = 'burst-current-version';`

/** A page view of somebody who has not been there before. */
const view = (person: number, columns: Record<string, string | number>) => {
  const row = {
    time: start / 1000 - 3600 + person,
    uid: `'uid${person}'`,
    page_url: "'/'",
    parameters: "''",
    fragment: "''",
    session_id: person,
    ...columns,
  }
  return `INSERT INTO wp_burst_statistics (${Object.keys(row)}) VALUES (${Object.values(row)});`
}
const agent = { browser_id: 1, browser_version_id: 1, platform_id: 1, device_id: 1 }
const page = { page_id: 1, page_type: "'post'" }

test('Burst Statistics is updated under a running bridge: no answer is of no layout, none falls', async (t) => {
  const mariadb = await startMariadb(t)
  const tables = await tablesOf('burst-statistics-2.2.9', 'burst_statistics', 'burst_sessions')
  const first = Array.from({ length: 10 }, (_, person) =>
    view(person + 1, { ...agent, bounce: person < 4 ? 1 : 0 }),
  )
  const connection = await mariadb.create(
    'burst',
    await wordpress({
      home: 'https://blog.example.com',
      active_plugins: serializedList(['burst-statistics/burst.php']),
      'burst-current-version': '1.8.0',
    }),
    `${tables} ALTER TABLE wp_burst_statistics DROP page_id, DROP page_type; ${first.join('')}`,
  )
  let now = start
  const bridge = await startTestBridge(t, [{ connection }], { now: () => now, pollMs: 20 })
  const seen: Record<string, number>[] = []
  let isWatched = true
  const watching = (async () => {
    while (isWatched) {
      seen.push(await bridge.values())
      now += 3000
      await sleep(20)
    }
  })()
  const last = () => seen.at(-1)
  const reach = (count: number) =>
    until(`${count} is served`, () =>
      ['views.total', 'views.today', 'visitors.today', 'visitors.total'].every(
        (key) => last()?.[key] === count,
      ),
    )
  const run = (sql: string) => mariadb.execute(sql, 'burst')

  // 1.8 leaves out the four that bounced.
  await reach(6)
  // 2.2.9 as its upgrade goes: columns, then the version, then its first view.
  await run('ALTER TABLE wp_burst_statistics ADD page_id INT NOT NULL')
  await run('ALTER TABLE wp_burst_statistics ADD page_type VARCHAR(191) NOT NULL')
  await run(version('2.2.9.2'))
  await run(view(11, { ...agent, ...page }))
  await reach(11)
  // 3.6: the sessions get the column, new views keep the old one's default until a job has dropped it.
  await run('ALTER TABLE wp_burst_sessions ADD bounce TINYINT DEFAULT 1')
  await run(version('3.6.1'))
  await run(view(12, { ...agent, ...page }))
  await reach(12)
  await run(`ALTER TABLE wp_burst_statistics DROP browser_id, DROP browser_version_id,
    DROP platform_id, DROP device_id, DROP first_time_visit, DROP bounce`)
  await run(view(13, page))
  await reach(13)
  isWatched = false
  await watching

  for (const key of ['views.total', 'views.today', 'visitors.today', 'visitors.total']) {
    const values = seen.map((each) => each[key] ?? Number.NaN)
    const distinct = [...new Set(values)]
    assert.deepEqual(
      distinct.filter((value) => ![6, 10, 11, 12, 13].includes(value)),
      [],
      `${key} is of no layout`,
    )
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
      `${key} falls`,
    )
  }
})
