import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { startMariadb } from '../../support/mariadb.ts'
import { serializedList, tablesOf, wordpress } from '../../support/models/model.ts'
import { testReader, valuesOf } from '../../support/reader.ts'

const koko = 'koko-analytics/koko-analytics.php'

test('one bad row costs its own day, with a warning, and never the site', async (t) => {
  const mariadb = await startMariadb(t)
  const table = (await tablesOf('koko-analytics', 'koko_analytics_site_stats'))
    .replaceAll('unsigned', '')
    .replace(/`pageviews` \w+(\(\d+\))?/, '`pageviews` decimal(9,1)')
    .replace(/`date` date/, '`date` varchar(20)')
  const day = (date: string, visitors: number, views: number) =>
    `INSERT INTO wp_koko_analytics_site_stats VALUES ('${date}', ${visitors}, ${views});`
  const rows = [
    day('2026-10-15', 4, 9),
    day('2026-10-14', 3, 7.5),
    day('2026-10-13', -2, 5),
    day('2026-10-12', 6, 8),
    day('0 or so', 1, 1),
  ]
  const site = await wordpress({
    home: 'https://blog.example.com',
    active_plugins: serializedList([koko]),
  })
  const database = openMysql(await mariadb.create('bad', site + table + rows.join('')))
  t.after(() => database.close())
  const warnings: string[] = []
  const reader = testReader(database, {
    now: () => Date.parse('2026-10-15T20:00:00Z'),
    onWarning: (warning) => warnings.push(warning),
  })
  const values = valuesOf(await reader.read())
  assert.equal(values['visitors.today'], 4)
  assert.equal(values['views.today'], 9)
  assert.equal(values['views.last7days'], 17)
  assert.equal(values['visitors.total'], 11)
  const told = warnings.join('\n')
  assert.match(told, /views of Koko Analytics: .*"7.5".* 2026-10-14 is left out/)
  assert.match(told, /visitors of Koko Analytics: .*-2.* 2026-10-13 is left out/)
  assert.match(told, /"0 or so", which is no day; it counts in the total only/)
})
