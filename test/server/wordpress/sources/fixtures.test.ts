import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBridge } from '../../../../server/serve.ts'
import { silent } from '../../../support/log.ts'
import { fixture, startMariadb } from '../../../support/mariadb.ts'

interface Expected {
  now: string
  timezone: string
  expected: Record<string, Record<string, number> | null>
}

/** Of each fixture, the keys of its `expected` whose name is not the period's. */
const online: Record<string, string> = {
  'wp-statistics': 'visitors_last_5_minutes',
  'wp-statistics-13': 'useronline_rows',
}

const periods = ['total', 'today', 'yesterday', 'last7days', 'last30days']

test("each plugin's fixture is served as the plugin itself reported it", async (t) => {
  const mariadb = await startMariadb(t)
  for (const name of ['wp-statistics', 'wp-statistics-13', 'koko-analytics', 'statify']) {
    await t.test(name, async (t) => {
      const { dump, expected } = await fixture(name)
      const { now, timezone, expected: numbers } = expected as Expected
      const connection = await mariadb.create(name.replaceAll('-', '_'), dump)
      const stateDir = await mkdtemp(join(tmpdir(), 'counter-state-'))
      const bridge = await startBridge({
        connection,
        tablePrefix: undefined,
        source: 'auto',
        pollMs: 5000,
        host: '127.0.0.1',
        port: 0,
        stateDir,
        now: () => Date.parse(now),
        random: () => 0.5,
        log: silent,
      })
      t.after(async () => {
        await bridge.stop()
        await rm(stateDir, { recursive: true })
      })

      const answer = await fetch(`${bridge.url}/v1/counts`)
      const { counts, timezone: zone } = (await answer.json()) as {
        timezone: string
        counts: { metric: string; period: string; value: number }[]
      }

      const served = Object.fromEntries(
        counts.map(({ metric, period, value }) => [`${metric}.${period}`, value]),
      )
      const wanted: Record<string, number> = Object.fromEntries(
        ['visitors', 'views'].flatMap((metric) =>
          periods.flatMap((period) => {
            const value = numbers[metric]?.[period]
            return value === undefined ? [] : [[`${metric}.${period}`, value]]
          }),
        ),
      )
      const key = online[name]
      const visitors = key === undefined ? undefined : numbers['online']?.[key]
      if (visitors !== undefined) wanted['visitors.online'] = visitors
      assert.deepEqual(served, wanted)
      assert.equal(zone, timezone)
    })
  }
})
