import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Round } from '../../../server/readings/round.ts'
import { series } from '../../../server/readings/series.ts'
import { fixture, startMariadb } from '../../support/mariadb.ts'
import { valuesOf } from '../../support/reader.ts'
import {
  chicago,
  makeScene,
  type SceneOptions,
  statifyTruth,
  visit,
  wpStatisticsTruth,
} from '../../support/scene.ts'

const { dump: statistics } = await fixture('wp-statistics')
const { dump: statistics13 } = await fixture('wp-statistics-13')
const { dump: statify } = await fixture('statify')

const lateEvening = '2026-10-15T23:59:41-05:00'

test('while a site is read', async (t) => {
  const mariadb = await startMariadb(t)
  const scene = (t: TestContext, options: Partial<SceneOptions> = {}) =>
    makeScene(t, mariadb, { ...chicago, dump: statistics, ...options })

  await t.test('its midnight passes: at every poll each day has its own visitors', async (t) => {
    const site = await scene(t, { now: lateEvening })
    await site.later(0)
    for (let second = 0; second < 500; second += 10) {
      const today = second < 20 ? '2026-10-15' : '2026-10-16'
      await site.sql(visit(today, 1 + (second % 3)))
      await site.sql(
        `UPDATE wp_statistics_visitor SET hits = hits + 1 WHERE last_counter = '${today}'`,
      )
      assert.deepEqual(await site.later(10), await site.truth())
    }
  })

  await t.test(
    'a visit of 23:59:59 is committed after midnight, and after the day was closed',
    async (t) => {
      const site = await scene(t, { now: lateEvening })
      await site.later(0)
      // The first visitor of the new day has taken the next ID already.
      await site.sql(visit('2026-10-16'))
      await site.later(25)
      await site.sql(visit('2026-10-15'))
      assert.deepEqual(await site.later(5), await site.truth())
      await site.later(360)
      await site.sql(visit('2026-10-15'))
      await site.recounted()
    },
  )

  await t.test(
    'a row of yesterday that comes two minutes after midnight is seen by the next poll',
    async (t) => {
      const site = await scene(t, { now: lateEvening })
      await site.later(0)
      // It is 00:00:46, and all has been counted again.
      await site.later(65)
      await site.later(74)
      await site.sql(visit('2026-10-15'))
      assert.deepEqual(await site.later(5), await site.truth())
    },
  )

  await t.test(
    'WP Statistics purges, and what it moves to its history stays in the totals',
    async (t) => {
      const site = await scene(t)
      const before = await site.later(0)
      await site.sql(`START TRANSACTION;
      UPDATE wp_statistics_historical SET value = value +
        (SELECT COUNT(*) FROM wp_statistics_visitor WHERE last_counter < '2026-09-15') WHERE category = 'visitors';
      UPDATE wp_statistics_historical SET value = value +
        (SELECT SUM(hits) FROM wp_statistics_visitor WHERE last_counter < '2026-09-15') WHERE category = 'visits';
      DELETE FROM wp_statistics_visitor WHERE last_counter < '2026-09-15'; COMMIT`)
      for (let poll = 0; poll < 20; poll += 1) {
        const { ['visitors.total']: people, ['views.total']: views } = await site.later(5)
        assert.deepEqual([people, views], [before['visitors.total'], before['views.total']])
      }
      await site.recounted()
    },
  )

  await t.test('Statify purges, and the total falls with the rows', async (t) => {
    const site = await scene(t, { dump: statify, truth: statifyTruth('wpsite_') })
    await site.later(0)
    await site.sql("DELETE FROM wpsite_statify WHERE created < '2026-10-02'")
    await site.recounted()
  })

  await t.test(
    'an administrator deletes visitors, of today at once and of earlier days with the recount',
    async (t) => {
      const site = await scene(t)
      const before = await site.later(0)
      await site.sql("DELETE FROM wp_statistics_visitor WHERE agent LIKE 'Chrome%'")
      const after = await site.later(5)
      assert.equal(after['visitors.today'], (await site.truth())['visitors.today'])
      assert.ok((after['visitors.today'] ?? 0) < (before['visitors.today'] ?? 0))
      await site.recounted()
    },
  )

  await t.test('rows of days long gone come and change, as by an import', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(`${visit('2024-02-29', 7)}; ${visit('2026-10-10', 3)};
      UPDATE wp_statistics_visitor SET hits = hits + 2 WHERE last_counter < '2026-09-01'`)
    await site.recounted()
  })

  await t.test('IDs go back, as after a restored backup', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(`DELETE FROM wp_statistics_visitor WHERE last_counter >= '2026-10-14';
      ALTER TABLE wp_statistics_visitor AUTO_INCREMENT = 1`)
    for (let visitor = 0; visitor < 5; visitor += 1) {
      await site.sql(visit('2026-10-15'))
      await site.later(5)
    }
    await site.recounted()
  })

  await t.test('IDs begin anew from 1 while there are higher ones of today', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql(`DELETE FROM wp_statistics_visitor WHERE ID < 60`)
    for (let id = 1; id < 6; id += 1) {
      await site.sql(`${visit('2026-10-15')};
        UPDATE wp_statistics_visitor SET ID = ${id} ORDER BY ID DESC LIMIT 1`)
      await site.later(5)
    }
    await site.recounted()
  })

  await t.test('a table is emptied', async (t) => {
    const site = await scene(t)
    await site.later(0)
    await site.sql('TRUNCATE wp_statistics_visitor; TRUNCATE wp_statistics_historical')
    await site.recounted()
    assert.equal((await site.truth())['visitors.total'], 0)
    await site.sql(visit('2026-10-15'))
    await site.recounted()
  })

  await t.test('WP Statistics is updated, and a table after the other goes', async (t) => {
    let layout: 'visit' | 'visitor' = 'visit'
    const site = await scene(t, {
      zone: 'America/Denver',
      now: '2026-10-15T18:45:00-06:00',
      dump: statistics13,
      // The columns are there before and after; which of them count is what the update changes.
      truth: (today) => wpStatisticsTruth('old_', layout)(today),
    })
    await site.later(0)
    await site.sql('DROP TABLE old_statistics_visit')
    layout = 'visitor'
    await assert.rejects(site.round(5), { kind: 'schema' })
    assert.deepEqual(await site.later(5), await site.truth())
    assert.ok((await site.round(5)).counts.some(({ period }) => period === 'online'))
    await site.sql(`DROP TABLE old_statistics_useronline;
      ALTER TABLE old_statistics_visitor ADD last_view DATETIME;
      CREATE TABLE old_statistics_summary_totals (ID INT, date DATE, visitors INT, views INT)`)
    await assert.rejects(site.round(5), { kind: 'schema' })
    await site.recounted()
    assert.ok((await site.round(5)).counts.some(({ period }) => period === 'online'))
  })

  await t.test('WP Statistics goes back to an older version, and tables come', async (t) => {
    let layout: 'visit' | 'visitor' = 'visitor'
    const site = await scene(t, { truth: (today) => wpStatisticsTruth('wp_', layout)(today) })
    await site.later(0)
    await site.sql(`CREATE TABLE wp_statistics_visit (ID INT PRIMARY KEY AUTO_INCREMENT,
      last_visit DATETIME, last_counter DATE, visit INT);
      INSERT INTO wp_statistics_visit (last_counter, visit) VALUES ('2026-09-01', 5), ('2026-10-15', 2);
      UPDATE wp_options SET option_value = '14.10' WHERE option_name = 'wp_statistics_plugin_version'`)
    const before = await site.truth()
    layout = 'visit'
    const after = await site.truth()
    for (let poll = 0; poll < 16; poll += 1) {
      const views = (await site.round(5)).counts.find(
        ({ metric, period }) => metric === 'views' && period === 'total',
      )?.value
      // One or the other, and no mixture of both.
      assert.ok([before['views.total'], after['views.total']].includes(views), String(views))
    }
    await site.recounted()
  })

  await t.test("the site's time zone is changed", async (t) => {
    let zone = 'America/Chicago'
    const site = await scene(t)
    await site.later(0)
    zone = 'Asia/Tokyo'
    await site.sql(
      `UPDATE wp_options SET option_value = '${zone}' WHERE option_name = 'timezone_string'`,
    )
    let last: Round | undefined
    for (let poll = 0; poll < 14; poll += 1) last = await site.round(5)
    assert.equal(last?.timezone, zone)
    // It is 11:30 on the 16th in Tokyo, where nobody has come yet.
    const [row] = await site.sql(wpStatisticsTruth('wp_', 'visitor')('2026-10-16'))
    const today = last?.counts.find(
      ({ metric, period }) => metric === 'views' && period === 'today',
    )
    assert.equal(today?.value, Number(row?.['views.today']))
  })

  await t.test(
    'a plugin that is found again in another time zone is counted anew at once, not after a minute',
    async (t) => {
      const site = await scene(t)
      await site.later(0)
      await site.sql('RENAME TABLE wp_statistics_visitor TO wp_away')
      await assert.rejects(site.round(5))
      await site.sql('RENAME TABLE wp_away TO wp_statistics_visitor')
      await site.sql(
        "UPDATE wp_options SET option_value = 'Asia/Tokyo' WHERE option_name = 'timezone_string'",
      )
      const round = await site.round(5)
      const [row = {}] = await site.sql(wpStatisticsTruth('wp_', 'visitor')('2026-10-16'))
      assert.equal(round.timezone, 'Asia/Tokyo')
      for (const [key, value] of Object.entries(row)) {
        assert.equal(valuesOf(round)[key], Number(value), key)
      }
    },
  )

  await t.test(
    'no day of the series is ever counted twice, also when a day is closed',
    async (t) => {
      const site = await scene(t, { now: lateEvening })
      const day = async (seconds: number) => {
        const round = await site.round(seconds)
        const remembered = { ...round, counts: [...round.counts], open: [...round.open], carry: {} }
        const points = series(remembered, 'visitors', 3, Date.parse('2026-10-16T00:10:00-05:00'))
        return points.map(({ value }) => value)
      }
      for (const seconds of [0, 5, 30, 280, 5, 0, 0, 65, 0, 5]) {
        assert.deepEqual(await day(seconds), [4, 9, 0])
      }
    },
  )
})
