import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { startMariadb } from '../../support/mariadb.ts'
import { models } from '../../support/models/index.ts'
import { refill, serializedList, wordpress } from '../../support/models/model.ts'
import { steppedReader, valuesOf } from '../../support/reader.ts'
import { seededDice } from '../../support/seeded.ts'
import { makeTraffic, type Traffic } from '../../support/traffic.ts'
import { wallAt, zoneOf } from '../../support/zones.ts'

const zone = zoneOf('America/New_York')
/** Through a midnight, the five minutes after it, a clock change, an hour that comes twice, a day. */
const moments = [
  '2026-11-01T03:59:52Z',
  '2026-11-01T04:00:04Z',
  '2026-11-01T04:03:00Z',
  '2026-11-01T04:05:30Z',
  '2026-11-01T04:07:00Z',
  '2026-11-01T05:58:00Z',
  '2026-11-01T06:14:00Z',
  '2026-11-01T07:30:00Z',
  '2026-11-02T04:59:58Z',
  '2026-11-02T05:00:03Z',
  '2026-11-03T12:00:00Z',
].map((text) => Date.parse(text) / 1000)

/** The same visits, as far as they have happened. */
function until(traffic: Traffic, now: number): Traffic {
  const hits = traffic.hits.filter(({ at }) => at <= now)
  return { ...traffic, now, today: wallAt(now, zone).day, hits, dice: seededDice(7) }
}

test("a running bridge shows each plugin's number at every poll, whatever the clock does", async (t) => {
  const mariadb = await startMariadb(t, '--default-time-zone=+09:00')
  const traffic = makeTraffic(zone, moments.at(-1) ?? 0, 3)
  const { dice } = traffic
  const edges = moments.flatMap((at) => [
    at,
    at - 1,
    at - dice(20),
    at - dice(300),
    at - dice(3000),
  ])
  const more = edges.map((at) => ({ at, person: dice(60), page: 1, kind: 'person' as const }))
  const hits = [...traffic.hits, ...more].sort((a, b) => a.at - b.at)
  for (const [index, model] of models.entries()) {
    await t.test(model.name, async (t) => {
      const connection = await mariadb.create(
        `d${index}`,
        await wordpress({}),
        await model.schema(),
      )
      const database = openMysql(connection)
      t.after(() => database.close())
      let now = 0
      const reader = steppedReader(database, { now: () => now * 1000 })
      for (now of moments) {
        const filled = model.fill(until({ ...traffic, hits }, now))
        const site = {
          ...zone.options,
          home: 'https://blog.example.com',
          active_plugins: serializedList([model.plugin]),
        }
        await mariadb.execute(refill(filled, site), connection.database)
        const served = valuesOf(await reader.step())
        assert.deepEqual(served, filled.expected, new Date(now * 1000).toISOString())
      }
    })
  }
})
