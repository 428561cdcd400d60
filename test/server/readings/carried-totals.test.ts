import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type Carries, carryTotals, uncarried } from '../../../server/readings/carried-totals.ts'
import type { Round } from '../../../server/readings/round.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
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

interface Step {
  readonly raw: number
  /** How much of it was counted on days that are over; nothing where the plugin has no days. */
  readonly closed?: number
}

/** A round of a plugin with days, each with a full count of its own. */
function daysRound({ raw, closed }: Step): Round {
  if (closed === undefined) return round(raw)
  const tally = (views: number) => ({ visitors: 0, views })
  const days = { '2026-10-14': tally(closed) }
  const rest = { zone: 'UTC', openFrom: '2026-10-15', older: tally(0), base: tally(0) }
  const open = [{ day: '2026-10-15', ...tally(raw - closed) }]
  return { ...round(raw), open, ledger: { ...rest, days } }
}

/** What is shown of the plugin's own totals, one after the other, and how much of it is carried. */
function carryAll(steps: readonly Step[]): { shown: number; carried: number }[] {
  let before: Carries = {}
  let counted: Round['ledger']
  return steps.map((step) => {
    const found = daysRound(step)
    const { round: after, carries } = carryTotals(found, before, counted)
    before = carries
    counted = found.ledger
    const [total] = after.counts
    return { shown: total?.value ?? Number.NaN, carried: total?.carried ?? Number.NaN }
  })
}

const size = fc.nat({ max: 1000 })
const withoutDays = fc.array(
  size.map((raw): Step => ({ raw })),
  { minLength: 1, maxLength: 30 },
)
const withDays = fc.array(
  fc.tuple(size, size).map(([closed, open]): Step => ({ raw: closed + open, closed })),
  { minLength: 1, maxLength: 30 },
)

test('a total that was the same for a while has not fallen: rows of today that come back are no new ones', () => {
  const there = { raw: 100, closed: 50 }
  const away = { raw: 60, closed: 50 }
  for (const steps of [
    [there, there, away, there],
    [there, away, there, away, there],
  ]) {
    assert.deepEqual(carryAll(steps).at(-1), { shown: 100, carried: 0 })
  }
})

test('with falls carried forward a total never falls, and says how much of it is carried', () => {
  fc.assert(
    fc.property(fc.oneof(withoutDays, withDays), (steps) => {
      let highest = 0
      for (const [index, { shown, carried }] of carryAll(steps).entries()) {
        assert.equal(shown, (steps[index]?.raw ?? 0) + carried)
        assert.ok(carried >= 0)
        assert.ok(shown >= highest)
        highest = shown
      }
    }),
  )
})

test('purges of whole days and visits in between add up, each a full count later', () => {
  const changes = fc.array(fc.record({ visits: fc.nat({ max: 50 }), share: fc.nat({ max: 100 }) }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), changes, (first, steps) => {
      let closed = first
      let open = 0
      const rounds: Step[] = [{ raw: first, closed }]
      for (const { visits, share } of steps) {
        open += visits
        rounds.push({ raw: closed + open, closed })
        closed -= Math.floor((closed * share) / 100)
        for (let counts = 0; counts < 2; counts += 1) rounds.push({ raw: closed + open, closed })
      }
      assert.equal(carryAll(rounds).at(-1)?.shown, first + open)
    }),
  )
})

const restore = fc.record({
  /** What of the rows is there, in percent, from full count to full count. */
  there: fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 6 }),
  visits: fc.nat({ max: 20 }),
  hasDays: fc.boolean(),
})
test('a table that is restored in steps is never shown as more than was ever counted and came since', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), restore, (first, { there, visits, hasDays }) => {
      const rounds: Step[] = [{ raw: first, closed: first }]
      let open = 0
      let most = 0
      for (const share of [...there, 100]) {
        open += visits
        const closed = Math.floor((first * share) / 100)
        for (let counts = 0; counts < 3; counts += 1) rounds.push({ raw: closed + open, closed })
        most = first + open
        const shown = carryAll(hasDays ? rounds : rounds.map(({ raw }) => ({ raw })))
        assert.ok((shown.at(-1)?.shown ?? Number.NaN) <= most)
      }
      const shown = carryAll(hasDays ? rounds : rounds.map(({ raw }) => ({ raw })))
      assert.equal(shown.at(-1)?.shown, most)
    }),
  )
})

const cases: [what: string, raws: number[], shown: number[]][] = [
  ['grows', [10, 11, 15], [10, 11, 15]],
  ['is purged and has no days', [100, 70, 71, 80, 101], [100, 100, 100, 100, 101]],
  ['is away for a moment', [100, 0, 101], [100, 100, 101]],
  ['comes back to what it was', [100, 50, 100], [100, 100, 100]],
  ['is away for some rounds', [100, 0, 0, 0, 104, 105], [100, 100, 100, 100, 104, 105]],
  ['is restored in two steps', [1000, 0, 400, 1000, 1001], [1000, 1000, 1000, 1000, 1001]],
]
for (const [what, values, shown] of cases) {
  test(`a total that ${what} is shown as ${shown.join(', ')}`, () => {
    assert.deepEqual(
      carryAll(values.map((raw) => ({ raw }))).map((each) => each.shown),
      shown,
    )
  })
}

const dayCases: [what: string, steps: [raw: number, closed: number][], shown: number[]][] = [
  [
    'is purged and grows on',
    [
      [100, 90],
      [70, 60],
      [71, 60],
      [80, 60],
    ],
    [100, 100, 101, 110],
  ],
  [
    'is purged of more than half and grows step by step',
    [
      [100, 100],
      [30, 30],
      [31, 30],
      [90, 30],
      [120, 30],
    ],
    [100, 100, 101, 160, 190],
  ],
  [
    'is restored in two steps, with a visit in between',
    [
      [1000, 1000],
      [0, 0],
      [0, 0],
      [400, 400],
      [401, 400],
      [1001, 1000],
    ],
    [1000, 1000, 1000, 1000, 1001, 1001],
  ],
]
for (const [what, steps, shown] of dayCases) {
  test(`a total with days that ${what} is shown as ${shown.join(', ')}`, () => {
    assert.deepEqual(
      carryAll(steps.map(([raw, closed]) => ({ raw, closed }))).map((each) => each.shown),
      shown,
    )
  })
}

test('a fall is not sure before the next full count: until then the last total stays', () => {
  const first = daysRound({ raw: 100, closed: 90 })
  const fallen = daysRound({ raw: 70, closed: 60 })
  const one = carryTotals(first, {}, undefined)
  const two = carryTotals(fallen, one.carries, first.ledger)
  const visited = { ...daysRound({ raw: 75, closed: 60 }), ledger: fallen.ledger }
  const three = carryTotals(visited, two.carries, fallen.ledger)
  assert.equal(three.round.counts[0]?.value, 100)
  const four = carryTotals(daysRound({ raw: 75, closed: 60 }), three.carries, fallen.ledger)
  assert.equal(four.round.counts[0]?.value, 105)
})

test('what one plugin has lost is not carried to the number of another', () => {
  const one = carryTotals(round(100), {}, undefined)
  const fallen = carryTotals(round(80), one.carries, undefined)
  const other = carryTotals(round(7, 'wp-postviews'), fallen.carries, undefined)
  assert.deepEqual([other.round.counts[0]?.value, other.round.counts[0]?.carried], [7, 0])
  const again = carryTotals(round(81), other.carries, undefined)
  assert.deepEqual([again.round.counts[0]?.value, again.round.counts[0]?.carried], [100, 19])
})

test('only totals are carried', () => {
  const { round: after } = carryTotals(round(5), {}, undefined)
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
})

test('nothing of one plugin is carried to another that takes its place', () => {
  const { carries } = carryTotals(round(100), {}, undefined)
  const fallen = carryTotals(round(80), carries, undefined)
  const taken = carryTotals(round(5, 'koko-analytics'), fallen.carries, undefined)
  assert.deepEqual(
    taken.round.counts.map(({ value, carried = 0 }) => ({ value, carried })),
    [
      { value: 5, carried: 0 },
      { value: 3, carried: 0 },
    ],
  )
})

test('what was carried is taken off again for a reader to go on with, and from nothing else', () => {
  const first = carryTotals(round(100), {}, undefined)
  const { round: fallen } = carryTotals(round(80), first.carries, undefined)
  assert.deepEqual(
    uncarried(fallen).counts.map(({ value }) => value),
    round(80).counts.map(({ value }) => value),
  )
})
