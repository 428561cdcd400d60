import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type Carries, carryTotals } from '../../../server/readings/carried-totals.ts'
import type { Round } from '../../../server/readings/round.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { serializedList, tablesOf } from '../../support/models/model.ts'
import { until } from '../../support/until.ts'

function round(value: number, source = 'statify'): Round {
  const asOf = '2026-10-15T12:00:00.000Z'
  const count = { metric: 'views', site: 'blog', source, unit: 'views', asOf } as const
  const rest = { bots: 'excluded', everyMs: 5000, tookMs: 1 } as const
  return {
    site: 'blog',
    prefix: 'wp_',
    source,
    why: 'active',
    timezone: 'UTC',
    open: [],
    emptyDays: 'none',
    counts: [
      { ...count, ...rest, period: 'total', value },
      { ...count, ...rest, period: 'today', value: 3 },
    ],
  }
}

/** What is shown of the plugin's own totals, one after the other, and how much of it is carried. */
function carryAll(raws: readonly number[]): { shown: number; carried: number }[] {
  let before: Carries = {}
  return raws.map((raw) => {
    const { round: after, carries } = carryTotals(round(raw), before)
    before = carries
    const [total] = after.counts
    return { shown: total?.value ?? Number.NaN, carried: total?.carried ?? Number.NaN }
  })
}

const raws = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 30 })

test('with falls carried forward a total never falls, and says how much of it is carried', () => {
  fc.assert(
    fc.property(raws, (values) => {
      let highest = 0
      for (const [index, { shown, carried }] of carryAll(values).entries()) {
        assert.equal(shown, (values[index] ?? 0) + carried)
        assert.ok(carried >= 0)
        assert.ok(shown >= highest)
        highest = shown
      }
    }),
  )
})

test('purges of less than half and visits in between add up', () => {
  const steps = fc.array(fc.record({ visits: fc.nat({ max: 50 }), share: fc.nat({ max: 49 }) }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), steps, (first, changes) => {
      const values = [first]
      let all = first
      for (const { visits, share } of changes) {
        const raw = (values.at(-1) ?? 0) + visits
        all += visits
        values.push(raw, raw - Math.floor((raw * share) / 100))
      }
      assert.equal(carryAll(values).at(-1)?.shown, all)
    }),
  )
})

const cases: [what: string, raws: number[], shown: number[]][] = [
  ['grows', [10, 11, 15], [10, 11, 15]],
  ['is purged and grows on', [100, 70, 71, 80], [100, 100, 101, 110]],
  ['is purged twice', [100, 70, 75, 50, 55], [100, 100, 105, 105, 110]],
  [
    'is purged of more than half and grows step by step',
    [100, 30, 31, 90, 120],
    [100, 100, 101, 160, 190],
  ],
  ['is away for a moment', [100, 0, 101], [100, 100, 101]],
  ['is away for some rounds', [100, 0, 0, 0, 104, 105], [100, 100, 100, 100, 104, 105]],
]
for (const [what, values, shown] of cases) {
  test(`a total that ${what} is shown as ${shown.join(', ')}`, () => {
    assert.deepEqual(
      carryAll(values).map((each) => each.shown),
      shown,
    )
  })
}

test('what one plugin has lost is not carried to the number of another', () => {
  const one = carryTotals(round(100), {})
  const fallen = carryTotals(round(80), one.carries)
  const other = carryTotals(round(7, 'wp-postviews'), fallen.carries)
  assert.deepEqual([other.round.counts[0]?.value, other.round.counts[0]?.carried], [7, 0])
  const again = carryTotals(round(81), other.carries)
  assert.deepEqual([again.round.counts[0]?.value, again.round.counts[0]?.carried], [101, 20])
})

test('only totals are carried', () => {
  const { round: after } = carryTotals(round(5), {})
  assert.deepEqual([after.counts[1]?.value, after.counts[1]?.carried], [3, undefined])
})

interface Counted {
  value: number
  carried?: number
}

test('a bridge that carries totals forward', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump: statify } = await fixture('statify')
  const { dump: slimstat } = await fixture('slimstat')
  let databases = 0
  let now = 0

  const setUp = async (dump: string, at: string) => {
    databases += 1
    const database = `carry${databases}`
    const connection = await mariadb.create(database, dump)
    now = Date.parse(at)
    let stateDir: string | undefined
    return {
      sql: (text: string) => mariadb.execute(text, database),
      async start(t: TestContext, carry = true) {
        const options = { now: () => now, pollMs: 20, carry }
        const bridge = await startTestBridge(t, [{ connection }], {
          ...options,
          ...(stateDir === undefined ? {} : { stateDir }),
        })
        stateDir = bridge.stateDir
        return bridge
      },
    }
  }
  type Bridge = Awaited<ReturnType<typeof startTestBridge>>
  const counted = async (bridge: Bridge, wanted: Counted, path = '/v1/count') => {
    now += 61_000
    await until(`${JSON.stringify(wanted)} is served`, async () => {
      now += 1000
      const { value, carried } = await bridge.json<Counted>(path)
      return value === wanted.value && carried === wanted.carried
    })
  }

  await t.test('keeps what a purge takes, also over a restart', async (t) => {
    const site = await setUp(statify, '2026-10-15T21:30:00-05:00')
    const first = await site.start(t)
    await counted(first, { value: 382, carried: 0 })
    await site.sql("DELETE FROM wpsite_statify WHERE created < '2026-08-01'")
    const [row] = await site.sql('SELECT COUNT(*) AS views FROM wpsite_statify')
    const raw = Number(row?.['views'])
    await counted(first, { value: 382, carried: 382 - raw })
    await first.stop()
    await site.sql("INSERT INTO wpsite_statify (created) VALUES ('2026-10-15'), ('2026-10-15')")
    const second = await site.start(t)
    await counted(second, { value: 384, carried: 382 - raw })
    assert.equal((await second.values())['views.today'], 15)
  })

  await t.test('adds it once, also to visitors that are counted anew over all time', async (t) => {
    const site = await setUp(slimstat, '2026-10-15T03:10:00+05:30')
    const first = await site.start(t)
    await counted(first, { value: 41, carried: 0 })
    await site.sql("DELETE FROM wp_slim_stats WHERE ip LIKE '192.0.2.%'")
    const [row] = await site.sql('SELECT COUNT(DISTINCT ip) AS visitors FROM wp_slim_stats')
    const lost = 41 - Number(row?.['visitors'])
    assert.ok(lost > 0)
    await counted(first, { value: 41, carried: lost })
    await first.stop()
    const second = await site.start(t)
    assert.equal((await second.json<Counted>('/v1/count')).value, 41)
    const seen = new Set<number>()
    for (let recounts = 0; recounts < 3; recounts += 1) {
      now += 61_000
      const { asOf } = await second.json<{ asOf: string }>('/v1/count')
      await until('the next count', async () => {
        now += 1000
        const count = await second.json<Counted & { asOf: string }>('/v1/count')
        seen.add(count.value)
        return count.asOf > asOf
      })
    }
    assert.deepEqual([...seen], [41])
    await second.stop()
    const without = await site.start(t, false)
    await counted(without, { value: 41 - lost })
  })

  await t.test('does not take a table that was away for a purge', async (t) => {
    const site = await setUp(statify, '2026-10-15T21:30:00-05:00')
    const bridge = await site.start(t)
    await site.sql('RENAME TABLE wpsite_statify TO wpsite_away')
    await until('the loss', async () => {
      now += 1000
      return !(await bridge.json<{ database: boolean }>('/health')).database
    })
    await site.sql('RENAME TABLE wpsite_away TO wpsite_statify')
    await counted(bridge, { value: 382, carried: 0 })
  })

  await t.test('carries nothing of one plugin to another that takes its place', async (t) => {
    const site = await setUp(statify, '2026-10-15T21:30:00-05:00')
    const bridge = await site.start(t)
    const koko = await tablesOf('koko-analytics', 'koko_analytics_site_stats')
    await site.sql(`${koko.replaceAll('wp_koko', 'wpsite_koko')}
      INSERT INTO wpsite_koko_analytics_site_stats VALUES ('2026-10-15', 2, 5);
      UPDATE wpsite_options SET option_value = '${serializedList(['koko-analytics/koko-analytics.php'])}'
        WHERE option_name = 'active_plugins'`)
    await counted(bridge, { value: 5, carried: 0 }, '/v1/count?metric=views')
  })
})
