import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBridge } from '../../../support/bridge.ts'
import { fixture, startMariadb } from '../../../support/mariadb.ts'

interface Expected {
  now: string
  expected: Record<string, Record<string, number> | null>
}

/**
 * Each fixture; our names for what its `expected` says in other words; and what we serve beyond what
 * the plugin was asked for when the fixture was made.
 */
const fixtures: [name: string, alias: Record<string, string>, more: string[]][] = [
  ['wp-statistics', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  ['wp-statistics-13', { 'visitors.online': 'online.useronline_rows' }, []],
  ['koko-analytics', {}, []],
  ['statify', {}, []],
  [
    'slimstat',
    {
      'visitors.total': 'visitors.total_distinct_ip',
      'visitors.today': 'visitors.today_distinct_ip',
      'visitors.yesterday': 'visitors.yesterday_distinct_ip',
      'visitors.last7days': 'visitors.last7days_distinct_ip',
      'visitors.last30days': 'visitors.last30days_distinct_ip',
    },
    ['visitors.online'],
  ],
  ['burst-statistics', { 'visitors.online': 'online.visitors_active' }, []],
  ['independent-analytics', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  ['post-views-counter', {}, []],
  ['wp-postviews', {}, []],
  ['wps-visitor-counter', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  [
    'newstatpress',
    { 'visitors.online': 'online.visitors_last_4_minutes' },
    [
      ...['visitors.last7days', 'visitors.last30days', 'views.yesterday'],
      ...['views.last7days', 'views.last30days'],
    ],
  ],
  [
    'visitors-traffic-real-time-statistics',
    {},
    ['visitors.last7days', 'visitors.last30days', 'views.last7days', 'views.last30days'],
  ],
]

const periods = ['total', 'today', 'yesterday', 'last7days', 'last30days', 'online']

test("each plugin's fixture is served as the plugin itself reported it", async (t) => {
  const mariadb = await startMariadb(t)
  for (const [name, alias, more] of fixtures) {
    await t.test(name, async (t) => {
      const { dump, expected } = await fixture(name)
      const { now, expected: numbers } = expected as Expected
      const connection = await mariadb.create(name.replaceAll('-', '_'), dump)
      const bridge = await startTestBridge(t, [{ connection }], { now: () => Date.parse(now) })

      const served = await bridge.values()

      const wanted: Record<string, number> = {}
      for (const metric of ['visitors', 'views']) {
        for (const period of periods) {
          const key = `${metric}.${period}`
          const [group = '', name = ''] = (alias[key] ?? key).split('.')
          const value = numbers[group]?.[name]
          if (value !== undefined) wanted[key] = value
        }
      }
      assert.ok(Object.keys(wanted).length > 0)
      for (const key of more) {
        assert.ok(Number.isSafeInteger(served[key]), key)
        delete served[key]
      }
      assert.deepEqual(served, wanted)
    })
  }
})
