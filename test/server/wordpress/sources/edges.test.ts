import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { startMariadb } from '../../../support/mariadb.ts'
import { serializedList, tablesOf, wordpress } from '../../../support/models/model.ts'
import { steppedReader, valuesOf } from '../../../support/reader.ts'

const now = '2026-10-15T20:00:00Z'
const seconds = (text: string) => Date.parse(text) / 1000

const burst = await tablesOf('burst-statistics-2.2.9', 'burst_statistics', 'burst_sessions')
const burstHit = (uid: string, at: number, msOnPage = 0) =>
  `INSERT INTO wp_burst_statistics (page_id, page_type, page_url, time, uid, time_on_page, parameters, fragment,
    browser_id, browser_version_id, platform_id, device_id)
    VALUES (1, 'post', '/', ${at}, '${uid}', ${msOnPage}, '', '', 1, 1, 1, 1);`
const slimstat = await tablesOf('slimstat', 'slim_stats')
const slimstatHit = (ip: string, at: number) =>
  `INSERT INTO wp_slim_stats (ip, dt) VALUES ('${ip}', ${at});`
const independent = await tablesOf(
  'independent-analytics',
  ...['independent_analytics_views', 'independent_analytics_sessions'],
)
const independentHit = (visitor: number, at: string) =>
  `INSERT INTO wp_independent_analytics_sessions (session_id, visitor_id, created_at)
     VALUES (${visitor}, ${visitor}, '${at}');
   INSERT INTO wp_independent_analytics_views (resource_id, viewed_at, page, session_id)
     VALUES (1, '${at}', 1, ${visitor});`

interface Case {
  readonly name: string
  readonly plugin: string
  readonly sql: string
  readonly options?: Readonly<Record<string, string>>
  /** What is served of all its numbers; undefined for one that is not offered. */
  readonly served: Readonly<Record<string, number | undefined>>
}

const cases: Case[] = [
  {
    name: 'a day of Koko Analytics with one view and nobody is one visitor, a day with none is none',
    plugin: 'koko-analytics/koko-analytics.php',
    sql: `${await tablesOf('koko-analytics', 'koko_analytics_site_stats')}
      INSERT INTO wp_koko_analytics_site_stats VALUES ('2026-10-15', 0, 1), ('2026-10-14', 0, 0);`,
    served: { 'visitors.today': 1, 'visitors.yesterday': 0, 'visitors.total': 1 },
  },
  {
    name: 'a hit of Burst Statistics in the first second of a period is in it, in the second before not',
    plugin: 'burst-statistics/burst.php',
    options: { 'burst-current-version': '3.2.3' },
    sql: [
      burst,
      burstHit('first', seconds('2026-10-09T00:00:00Z')),
      burstHit('before', seconds('2026-10-08T23:59:59Z')),
      burstHit('today', seconds('2026-10-15T00:00:00Z')),
      burstHit('yesterday', seconds('2026-10-14T23:59:59Z')),
      burstHit('future', seconds('2026-10-16T00:00:00Z')),
    ].join(' '),
    served: {
      'visitors.today': 1,
      'visitors.yesterday': 1,
      'visitors.last7days': 3,
      'visitors.last30days': 4,
      'visitors.total': 5,
      'views.today': 1,
    },
  },
  {
    name: 'who came to Burst Statistics more than 10 minutes ago is not there, however long on the page',
    plugin: 'burst-statistics/burst.php',
    options: { 'burst-current-version': '3.2.3' },
    sql: [
      burst,
      burstHit('long', seconds(now) - 660, 700_000),
      burstHit('edge', seconds(now) - 600, 700_000),
      burstHit('here', seconds(now) - 599, 700_000),
    ].join(' '),
    served: { 'visitors.online': 1, 'visitors.today': 3 },
  },
  {
    name: 'rows of Slimstat that are dated in the future are in its total alone',
    plugin: 'wp-slimstat/wp-slimstat.php',
    sql: [
      slimstat,
      slimstatHit('192.0.2.1', seconds(now) - 10),
      slimstatHit('192.0.2.2', seconds('2026-10-16T00:00:00Z')),
      slimstatHit('192.0.2.3', seconds('2026-10-16T10:00:00Z')),
      slimstatHit('192.0.2.4', seconds('2026-10-09T00:00:00Z')),
      slimstatHit('192.0.2.5', seconds('2026-10-08T23:59:59Z')),
    ].join(' '),
    served: {
      'visitors.online': 1,
      'visitors.today': 1,
      'visitors.last7days': 2,
      'visitors.last30days': 3,
      'visitors.total': 5,
    },
  },
  {
    name: 'rows of Independent Analytics that are dated in the future are in its total alone',
    plugin: 'independent-analytics/iawp.php',
    sql: [
      independent,
      independentHit(1, '2026-10-15 19:59:00'),
      independentHit(2, '2026-10-16 00:00:00'),
      independentHit(3, '2026-10-16 10:00:00'),
      independentHit(4, '2026-10-09 00:00:00'),
      independentHit(5, '2026-10-08 23:59:59'),
    ].join(' '),
    served: {
      'visitors.online': 1,
      'visitors.today': 1,
      'visitors.last7days': 2,
      'visitors.last30days': 3,
      'visitors.total': 5,
    },
  },
  {
    name: 'a WP Statistics that nothing tells who is online of offers no such number',
    plugin: 'wp-statistics/wp-statistics.php',
    sql: `${await tablesOf('wp-statistics', 'statistics_visitor', 'statistics_historical')}
      ALTER TABLE wp_statistics_visitor DROP last_view;
      INSERT INTO wp_statistics_visitor (last_counter, referred, agent, ip, user_id, hits)
        VALUES ('2026-10-15', '', '', '', 0, 2);`,
    served: { 'visitors.today': 1, 'views.today': 2, 'visitors.online': undefined },
  },
]

test('at the edges of what a plugin counts', async (t) => {
  const mariadb = await startMariadb(t)
  for (const [index, { name, plugin, sql, options, served }] of cases.entries()) {
    await t.test(name, async (t) => {
      const site = await wordpress({
        home: 'https://blog.example.com',
        timezone_string: '',
        gmt_offset: '0',
        active_plugins: serializedList([plugin]),
        ...options,
      })
      const database = openMysql(await mariadb.create(`edges${index}`, site + sql))
      t.after(() => database.close())
      let nowMs = Date.parse(now)
      const reader = steppedReader(database, { now: () => nowMs })
      const read = async () => {
        const values = valuesOf(await reader.step())
        return Object.fromEntries(Object.keys(served).map((key) => [key, values[key]]))
      }
      assert.deepEqual(await read(), served)
      nowMs += 61_000
      // A minute later, counted anew; who was online may have gone.
      const { 'visitors.online': _, ...later } = await read()
      const { 'visitors.online': __, ...wanted } = served
      assert.deepEqual(later, wanted)
    })
  }
})
