import assert from 'node:assert/strict'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { startTestBridge } from '../../support/bridge.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { tablesOf } from '../../support/models/model.ts'
import {
  chicago,
  makeScene,
  type SceneOptions,
  statifyTruth,
  visit,
  wpStatisticsTruth,
} from '../../support/scene.ts'
import { until } from '../../support/until.ts'

const { dump: statistics } = await fixture('wp-statistics')
const { dump: statistics13 } = await fixture('wp-statistics-13')
const { dump: statify } = await fixture('statify')
const { dump: slimstat } = await fixture('slimstat')

const day = 86_400
const denver = {
  zone: 'America/Denver',
  now: '2026-10-15T18:45:00-06:00',
  dump: statistics13,
}

test('after a restart', async (t) => {
  const mariadb = await startMariadb(t)
  const scene = (t: TestContext, options: Partial<SceneOptions> = {}) =>
    makeScene(t, mariadb, { ...chicago, dump: statistics, ...options })

  await t.test('of three days the numbers are right at once, without a full count', async (t) => {
    const connection = await mariadb.create('atonce', statistics)
    let now = Date.parse(chicago.now)
    const first = await startTestBridge(t, [{ connection }], { now: () => now })
    await first.stop()
    now += 3 * day * 1000
    const { stateDir } = first
    for (const date of ['2026-10-15', '2026-10-16', '2026-10-17', '2026-10-18', '2026-10-18']) {
      await mariadb.execute(visit(date, 2), 'atonce')
    }
    const [truth] = await mariadb.execute(chicago.truth('2026-10-18'), 'atonce')
    // A full count needs this table and waits; a poll does not.
    await mariadb.hold('LOCK TABLES wp_statistics_historical WRITE', 'atonce')
    const second = await startTestBridge(t, [{ connection }], { now: () => now, stateDir })
    await until('the right numbers', async () => {
      const { 'visitors.online': _, ...served } = await second.values()
      const wanted = Object.entries(truth ?? {}).map(([key, value]) => [key, Number(value)])
      return isDeepStrictEqual(served, Object.fromEntries(wanted))
    })
    await second.stop()
  })

  await t.test('what was purged meanwhile goes with the first recount', async (t) => {
    const site = await scene(t, { dump: statify, truth: statifyTruth('wpsite_') })
    await site.later(0)
    await site.restart(3 * day)
    await site.sql("DELETE FROM wpsite_statify WHERE created < '2026-10-04'")
    await site.recounted()
  })

  await t.test('with IDs that have gone back meanwhile, one recount mends it', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(`DELETE FROM wp_statistics_visitor WHERE last_counter >= '2026-10-10';
      ALTER TABLE wp_statistics_visitor AUTO_INCREMENT = 1`)
    await site.restart(3 * day)
    for (const date of ['2026-10-17', '2026-10-18']) await site.sql(visit(date, 2))
    await site.recounted()
  })

  await t.test('in another time zone nothing of the old days is mixed in', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(
      "UPDATE wp_options SET option_value = 'UTC' WHERE option_name = 'timezone_string'",
    )
    await site.restart(2 * 3600)
    // It is 04:30 on the 16th in UTC.
    await site.sql(visit('2026-10-16', 2))
    const { counts, timezone } = await site.round(0)
    assert.equal(timezone, 'UTC')
    const today = counts.find(({ metric, period }) => metric === 'visitors' && period === 'today')
    assert.equal(today?.value, 1)
  })

  await t.test('with a newer plugin nothing of the old way of counting is mixed in', async (t) => {
    let layout: 'visit' | 'visitor' = 'visit'
    const truth = (today: string) => wpStatisticsTruth('old_', layout)(today)
    const site = await scene(t, { ...denver, truth })
    await site.later(0)
    await site.sql('DROP TABLE old_statistics_visit')
    layout = 'visitor'
    await site.restart(60)
    // The views of each day were others in the table that is gone.
    await site.sql('UPDATE old_statistics_visitor SET hits = 1')
    assert.deepEqual(await site.later(0), await site.truth())
  })

  await t.test('with another plugin in its place the last numbers stay', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(`${await tablesOf('koko-analytics', 'koko_analytics_site_stats')}
      INSERT INTO wp_koko_analytics_site_stats VALUES ('2026-10-15', 2, 5);
      UPDATE wp_options SET option_value = 'a:1:{i:0;s:33:"koko-analytics/koko-analytics.php";}'
        WHERE option_name = 'active_plugins'`)
    await site.restart(60)
    await assert.rejects(site.round(0), /--source koko-analytics counts with it/)
  })

  await t.test(
    'the last numbers are served while the database is away, with their age',
    async (t) => {
      const server = await startMariadb(t)
      const connection = await server.create('slim', slimstat)
      let now = Date.parse('2026-10-15T03:10:00+05:30')
      const first = await startTestBridge(t, [{ connection }], { now: () => now })
      const served = await first.values()
      await first.stop()
      await server.kill()
      now += 3 * day * 1000
      const { stateDir } = first
      const second = await startTestBridge(t, [{ connection }], { now: () => now, stateDir })
      assert.deepEqual(await second.values(), served)
      const count = await second.json<{ age: number; stale: boolean }>('/v1/count')
      assert.deepEqual([count.age, count.stale], [3 * day, true])
    },
  )

  await t.test('a clock that was ahead for a while makes no old number a new one', async (t) => {
    const server = await startMariadb(t)
    const connection = await server.create('slim', slimstat)
    const rightMs = Date.parse('2026-10-15T03:10:00+05:30')
    let now = rightMs
    const first = await startTestBridge(t, [{ connection }], { now: () => now, pollMs: 100 })
    const isRemembered = async () => {
      const [file = ''] = (await readdir(first.stateDir)).filter((name) => name.startsWith('site-'))
      const text = await readFile(join(first.stateDir, file), 'utf8').catch(() => '')
      return text.includes(new Date(now).toISOString())
    }
    now = rightMs + day * 1000
    await until('it to be remembered', isRemembered)
    // The file of this moment is that of a process which is killed.
    const ahead = await temporaryFolder(t)
    await cp(first.stateDir, ahead, { recursive: true })
    now = rightMs + 1000
    await until('the right time to be remembered', isRemembered)
    await first.stop()
    await server.kill()
    const second = await startTestBridge(t, [{ connection }], { now: () => now, stateDir: ahead })
    const { counts } = await second.json<{
      counts: { asOf: string; age: number; stale: boolean }[]
    }>('/v1/counts')
    assert.ok(counts.every(({ asOf, stale }) => stale && Date.parse(asOf) <= now))
    assert.ok(counts.some(({ age }) => age > day))
  })
})
