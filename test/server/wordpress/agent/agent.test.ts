import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentPlace } from '../../../../server/wordpress/agent/place.ts'
import { installAgent } from '../../../support/agent.ts'
import { startPlaceBridge } from '../../../support/bridge.ts'
import { fixtures } from '../../../support/fixtures.ts'
import { startMariadb } from '../../../support/mariadb.ts'
import { startWordpress } from '../../../support/wordpress.ts'

test("through the agent each plugin's fixture is what the plugin itself reported", async (t) => {
  const mariadb = await startMariadb(t)
  const wordpress = await startWordpress(t, mariadb)
  const { key } = await installAgent(t, wordpress)
  for (const { name, dump, nowMs, wanted, more } of fixtures) {
    await t.test(name, async (t) => {
      const database = name.replaceAll(/[-.]/g, '_')
      await mariadb.create(database, dump)
      const prefix = /CREATE TABLE `(\w+_)options` \(\s*`option_id`/.exec(dump)?.[1] ?? 'wp_'
      const before = await mariadb.execute(checksums(dump), database)
      const place = agentPlace(wordpress.url(database, prefix), key, Date.now)
      const bridge = await startPlaceBridge(t, place, { now: () => nowMs })
      const served = await bridge.values()
      const beyond = more.map((key) => [key, served[key]] as const)
      const expected = { ...wanted, ...Object.fromEntries(beyond) }
      // The option with the addresses of who is online does not leave the site.
      if (name === 'count-per-day') delete expected['visitors.online']
      assert.deepEqual(served, expected)
      assert.deepEqual(await mariadb.execute(checksums(dump), database), before)
    })
  }
})

/** The state of all tables of a dump. */
function checksums(dump: string): string {
  const tables = [...dump.matchAll(/CREATE TABLE `(\w+)`/g)].map(([, table]) => `\`${table}\``)
  return `CHECKSUM TABLE ${tables.join(', ')}`
}
