import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Leaderships } from '../../../server/readings/leadership.ts'
import { startTestBridge, type TestBridge } from '../../support/bridge.ts'
import { asked, loggingAll } from '../../support/general-log.ts'
import { recordingLog } from '../../support/log.ts'
import { type Mariadb, startMariadb } from '../../support/mariadb.ts'
import { serializedList, tablesOf, wordpress } from '../../support/models/model.ts'
import { until } from '../../support/until.ts'

const statify = await tablesOf('statify', 'statify')
const koko = await tablesOf('koko-analytics', 'koko_analytics_site_stats')
const now = Date.parse('2026-10-15T12:00:00Z')

async function blog(prefix: string, address: string, plugin: string): Promise<string> {
  const active_plugins = serializedList([plugin])
  return wordpress({ home: `https://${address}`, timezone_string: 'UTC', active_plugins }, prefix)
}
const statifyBlog = async (prefix: string, address: string, views: number) =>
  `${await blog(prefix, address, 'statify/statify.php')}
  ${statify.replaceAll('wp_statify', `${prefix}statify`)}
  ${`INSERT INTO ${prefix}statify (created) VALUES ('2026-10-15');`.repeat(views)}`
const kokoBlog = async (prefix: string, address: string, visitors: number) =>
  `${await blog(prefix, address, 'koko-analytics/koko-analytics.php')}
  ${koko.replaceAll('wp_koko', `${prefix}koko`)}
  INSERT INTO ${prefix}koko_analytics_site_stats VALUES ('2026-10-15', ${visitors}, ${2 * visitors});`

/** A main site, one in a folder, one without a plugin, and three that are shut. */
const network = [
  `CREATE TABLE wp_blogs (blog_id INT, archived INT DEFAULT 0, spam INT DEFAULT 0, deleted INT DEFAULT 0);
   INSERT INTO wp_blogs VALUES (1,0,0,0), (2,0,0,0), (3,0,0,0), (4,1,0,0), (5,0,1,0), (6,0,0,1), (7,0,0,0);`,
  await statifyBlog('wp_', 'net.example.com', 4),
  await kokoBlog('wp_2_', 'net.example.com/shop/', 6),
  await blog('wp_3_', 'net.example.com/plain', 'akismet/akismet.php'),
  await kokoBlog('wp_4_', 'net.example.com/archived', 1),
  await kokoBlog('wp_5_', 'net.example.com/spam', 1),
  await kokoBlog('wp_6_', 'net.example.com/deleted', 1),
].join('\n')

const setTimeoutReal = globalThis.setTimeout

/** How often it has been looked which sites there are. */
async function looks(mariadb: Mariadb): Promise<number> {
  const statements = await asked(mariadb)
  return statements.filter(({ statement }) => statement.includes('archived = 0')).length
}

const text = async ({ url }: TestBridge, path: string) => {
  const answer = await fetch(url + path)
  return `${answer.status} ${(await answer.text()).trim()}`
}

test('a WordPress network', async (t) => {
  const mariadb = await startMariadb(t, ...loggingAll)

  await t.test('is served site by site; the main one by default', async (t) => {
    const connection = await mariadb.create('net', network)
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now })
    assert.equal(await text(bridge, '/count'), '200 4')
    assert.equal(await text(bridge, '/count?site=net.example.com'), '200 4')
    assert.equal(await text(bridge, '/count?site=net.example.com-shop'), '200 6')
    for (const other of ['plain', 'archived', 'spam', 'deleted']) {
      assert.equal(
        await text(bridge, `/count?site=net.example.com-${other}`),
        `404 there is no site=net.example.com-${other}; there are net.example.com, net.example.com-shop`,
      )
    }
  })

  await t.test('has one of its sites read alone by its prefix', async (t) => {
    const connection = await mariadb.create('one', network)
    const options = { connection, tablePrefix: 'wp_2_', name: 'shop' }
    const bridge = await startTestBridge(t, [options], { now: () => now })
    assert.equal(await text(bridge, '/count'), '200 6')
    assert.equal(await text(bridge, '/count?site=shop'), '200 6')
  })

  await t.test('whose main site has no plugin is served all the same', async (t) => {
    const connection = await mariadb.create(
      'mainless',
      `${network} UPDATE wp_options SET option_value = 'a:0:{}' WHERE option_name = 'active_plugins'`,
    )
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now })
    assert.equal(await text(bridge, '/count?site=net.example.com-shop'), '200 6')
    assert.equal(await text(bridge, '/count'), '200 6')
  })

  await t.test('loses the table of one site, and the others go on', async (t) => {
    const connection = await mariadb.create('lost', network)
    let clock = now
    const log = recordingLog()
    const options = { now: () => clock, pollMs: 20, log }
    const bridge = await startTestBridge(t, [{ connection }], options)
    await mariadb.execute(
      "DROP TABLE wp_2_koko_analytics_site_stats; INSERT INTO wp_statify (created) VALUES ('2026-10-15')",
      'lost',
    )
    await until('the new view, and the loss', async () => {
      clock += 1000
      const lost = log.lines.some((line) => line.includes('wp_2_koko_analytics_site_stats'))
      return lost && (await text(bridge, '/count')) === '200 5'
    })
    const path = '/v1/count?site=net.example.com-shop'
    const count = await bridge.json<{ value: number; stale: boolean }>(path)
    assert.deepEqual([count.value, count.stale], [6, true])
    assert.equal((await bridge.json<{ status: string }>('/health')).status, 'degraded')
  })

  await t.test('gets a new site, which is found within ten minutes', async (t) => {
    const connection = await mariadb.create('grown', network)
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now })
    await mariadb.execute(await kokoBlog('wp_7_', 'net.example.com/new', 9), 'grown')
    t.mock.timers.tick(600_000)
    await until('the new site', async () => {
      return (await text(bridge, '/count?site=net.example.com-new')) === '200 9'
    })
  })

  await t.test('of several databases one that is away leaves the others alone', async (t) => {
    const other = await startMariadb(t)
    const sites = [
      {
        name: 'away',
        connection: await other.create('a', await statifyBlog('wp_', 'a.example', 1)),
      },
      {
        name: 'here',
        connection: await mariadb.create('b', await statifyBlog('wp_', 'b.example', 2)),
      },
    ]
    await other.kill()
    const bridge = await startTestBridge(t, sites, { now: () => now, pollMs: 20 })
    assert.match(await text(bridge, '/count?site=away'), /^503 nothing has been read yet$/)
    assert.equal(await text(bridge, '/count?site=here'), '200 2')
    assert.match(await text(bridge, '/health'), /^200 .*degraded/)
  })

  await t.test(
    'loses sites, which go after ten minutes and are remembered for a day',
    async (t) => {
      const connection = await mariadb.create('shrunk', network)
      let clock = now
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const bridge = await startTestBridge(t, [{ connection }], { now: () => clock })
      const shop = '/count?site=net.example.com-shop'
      assert.equal(await text(bridge, shop), '200 6')
      await mariadb.execute('UPDATE wp_blogs SET archived = 1 WHERE blog_id = 2', 'shrunk')
      const look = async () => {
        clock += 600_000
        const before = await looks(mariadb)
        t.mock.timers.tick(600_000)
        await until('a look', async () => (await looks(mariadb)) > before)
        await new Promise((resolve) => setTimeoutReal(resolve, 100))
      }
      await look()
      assert.equal(await text(bridge, shop), '200 6')
      await look()
      const isGone = async () => (await text(bridge, shop)).startsWith('404 there is no site')
      await until('it is gone', isGone)
      assert.match(await text(bridge, '/count'), /^200 4/)
      await bridge.stop()

      const { stateDir } = bridge
      await mariadb.execute('DROP TABLE wp_2_koko_analytics_site_stats', 'shrunk')
      await mariadb.execute('UPDATE wp_blogs SET archived = 0 WHERE blog_id = 2', 'shrunk')
      const later = await startTestBridge(t, [{ connection }], { now: () => clock, stateDir })
      await until('what was remembered', async () => (await text(later, shop)) === '200 6')
      await mariadb.execute('UPDATE wp_blogs SET archived = 1 WHERE blog_id = 2', 'shrunk')
      await look()
      await look()
      await until('it is gone again', async () => (await text(later, shop)).startsWith('404'))
      await later.stop()
      clock += 86_400_000
      await mariadb.execute('UPDATE wp_blogs SET archived = 0 WHERE blog_id = 2', 'shrunk')
      const days = await startTestBridge(t, [{ connection }], { now: () => clock, stateDir })
      assert.match(await text(days, shop), /^404/)
    },
  )

  await t.test('has sites whose addresses come to one name, and each is served', async (t) => {
    const sql = [
      network,
      await kokoBlog('wp_8_', 'net.example.com/a-b', 8),
      await kokoBlog('wp_9_', 'net.example.com/a/b', 9),
      'INSERT INTO wp_blogs VALUES (8,0,0,0), (9,0,0,0);',
    ]
    const connection = await mariadb.create('alike', sql.join('\n'))
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now })
    assert.equal(await text(bridge, '/count?site=net.example.com-a-b'), '200 8')
    assert.equal(await text(bridge, '/count?site=net.example.com-a-b-9'), '200 9')
  })

  await t.test('has a copy in another database: of one name the first is served', async (t) => {
    const first = await mariadb.create('original', network)
    const copy = await mariadb.create(
      'copy',
      `${network} UPDATE wp_2_koko_analytics_site_stats SET visitors = 60`,
    )
    const log = recordingLog()
    const sites = [
      { connection: first, name: 'live' },
      { connection: copy, name: 'staging' },
    ]
    let clock = now
    const bridge = await startTestBridge(t, sites, { now: () => clock, log, pollMs: 10 })
    const shop = '/count?site=net.example.com-shop'
    const said = () => log.lines.filter((line) => line.includes('two databases'))
    await until('it is told', () => {
      clock += 1000
      return said().length > 0
    })
    for (let asked = 0; asked < 20; asked += 1) assert.equal(await text(bridge, shop), '200 6')
    assert.equal(await text(bridge, '/count?site=staging'), '200 4')
    assert.equal(said().length, 1)
    assert.match(said()[0] ?? '', /^warn: two databases have a site net.example.com-shop: /)
  })

  await t.test(
    'has a site without a plugin, which costs a look nothing and /health no word',
    async (t) => {
      const connection = await mariadb.create('plain', network)
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const listeners = new Set<unknown>()
      const leaderships: Leaderships = {
        of: async () => ({ leader: 'us' }),
        onChange(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        retire() {},
      }
      const bridge = await startTestBridge(t, [{ connection }], { now: () => now, leaderships })
      for (let looked = 0; looked < 3; looked += 1) {
        assert.equal(listeners.size, 2)
        const before = await looks(mariadb)
        t.mock.timers.tick(600_000)
        while ((await looks(mariadb)) === before) {
          assert.equal((await bridge.json<{ status: string }>('/health')).status, 'ok')
        }
        await new Promise((resolve) => setTimeoutReal(resolve, 200))
      }
      assert.equal(listeners.size, 2)
    },
  )

  await t.test('has a site whose time zone this Node does not know, which is named', async (t) => {
    const sql = `${network} UPDATE wp_options SET option_value = 'Mars/Olympus' WHERE option_name = 'timezone_string'`
    const log = recordingLog()
    const connection = await mariadb.create('zone', sql)
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now, log })
    assert.equal(await text(bridge, '/count'), '200 4')
    const said = log.lines.filter((line) => line.includes('Mars/Olympus'))
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /^warn: .*net\.example\.com.*days begin at midnight in UTC/)
  })

  await t.test('has a prefix with a backtick, which is quoted', async (t) => {
    const sql = `${await blog('w``p_', 'tick.example.com', 'statify/statify.php')}
      ${statify.replaceAll('wp_statify', 'w``p_statify')}
      INSERT INTO \`w\`\`p_statify\` (created) VALUES ('2026-10-15')`
    const connection = await mariadb.create('tick', sql)
    const options = { connection, tablePrefix: 'w`p_' }
    const bridge = await startTestBridge(t, [options], { now: () => now })
    assert.equal(await text(bridge, '/count'), '200 1')
  })

  await t.test('has a site at the address of desks, which is called otherwise', async (t) => {
    const connection = await mariadb.create('desk', await statifyBlog('wp_', 'desk', 3))
    const bridge = await startTestBridge(t, [{ connection }], { now: () => now })
    assert.equal(await text(bridge, '/count?site=desk-site'), '200 3')
  })

  await t.test('remembers all of its sites', async (t) => {
    const connection = await mariadb.create('again', network)
    const first = await startTestBridge(t, [{ connection }], { now: () => now })
    await first.stop()
    await mariadb.execute('DROP DATABASE again')
    const { stateDir } = first
    const second = await startTestBridge(t, [{ connection }], { now: () => now + 1000, stateDir })
    assert.equal(await text(second, '/count'), '200 4')
    assert.equal(await text(second, '/count?site=net.example.com-shop'), '200 6')
  })
})
