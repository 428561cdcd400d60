import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { examineSite, type Finding } from '../../server/doctor.ts'
import type { SiteOptions } from '../../server/readings/site-group.ts'
import { peekStore, type Remembered } from '../../server/readings/store.ts'
import type { Connection } from '../../server/wordpress/database/connection.ts'
import { fixedPlace } from '../../server/wordpress/database/place.ts'
import { startTestBridge } from '../support/bridge.ts'
import { temporaryFolder } from '../support/folder.ts'
import { silent } from '../support/log.ts'
import { reader as account, fixture, startMariadb } from '../support/mariadb.ts'
import { matomo } from '../support/models/matomo.ts'
import { serializedList, tablesOf, wordpress } from '../support/models/model.ts'
import { copyToSqlite } from '../support/sqlite.ts'

type SiteCase = Partial<SiteOptions> & { readonly connection?: Connection }

test('doctor', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('wp-statistics')
  const connection = await mariadb.create('blog', dump)
  const { dump: old } = await fixture('wp-statistics-13')
  const { dump: views } = await fixture('wp-postviews')
  const { dump: traffic } = await fixture('visitors-traffic-real-time-statistics')
  const everything: string[] = []

  /** All findings of a site, and what ended the examination. */
  const examine = async (
    t: TestContext,
    { connection: other = connection, ...options }: SiteCase = {},
    now: () => number = Date.now,
    remembered: readonly Remembered[] = [],
  ) => {
    const site: SiteOptions = {
      name: undefined,
      place: fixedPlace(other),
      tablePrefix: undefined,
      source: 'auto',
      sql: undefined,
      ...options,
    }
    const database = await site.place.open(silent)
    t.after(() => database.close())
    const findings: Finding[] = []
    let error: Error | undefined
    try {
      for await (const finding of examineSite(site, database, now, undefined, remembered))
        findings.push(finding)
    } catch (reason) {
      if (!(reason instanceof Error)) throw reason
      error = reason
    }
    everything.push(JSON.stringify(findings), `${error?.stack} ${error?.message}`)
    return {
      error,
      all: findings,
      of: (subject: string) => findings.find((finding) => finding.subject === subject),
    }
  }
  const user = async (name: string, ...statements: string[]) => {
    await mariadb.execute(
      [`CREATE USER ${name}@'%' IDENTIFIED BY 's3cret-${name}'`, ...statements].join(';'),
    )
    return { ...connection, user: name, password: `s3cret-${name}` }
  }

  await t.test('says what it looked at, and each reading with its time', async (t) => {
    const { all, of, error } = await examine(t, {}, () => Date.parse('2026-10-15T21:30:00-05:00'))
    assert.equal(error, undefined)
    assert.match(of('database')?.text ?? '', /^MariaDB 1[\d.]+.*database "blog" at 127\.0\.0\.1/)
    assert.equal(of('site')?.text, 'www.example.com, table prefix "wp_", days in America/Chicago')
    assert.match(
      of('plugin')?.text ?? '',
      /^WP Statistics \(wp-statistics\): the plugin is active.*that are active: WP Statistics$/,
    )
    assert.match(of('counting')?.text ?? '', /^all days were counted in \d\.\d s$/)
    assert.match(of('visitors.total')?.text ?? '', /^170, in \d\.\d{3} s$/)
    assert.match(of('views.last30days')?.text ?? '', /^78, in /)
    assert.match(of('visitors.online')?.text ?? '', /^3, in /)
    assert.equal(of('newest row')?.text, 'of 2026-10-15; today is 2026-10-15')
    const notOk = all.filter(({ status }) => status !== 'ok').map(({ subject }) => subject)
    assert.deepEqual(notOk, ['clock'], 'which is of another day here')
  })

  await t.test('compares the clocks', async (t) => {
    assert.equal((await examine(t)).of('clock')?.status, 'ok')
    for (const [seconds, text] of [
      [-60, /6\d\.\d s ahead of this machine's/],
      [3600, /3(599|600)\.\d s behind this machine's/],
    ] as const) {
      const clock = (await examine(t, {}, () => Date.now() + seconds * 1000)).of('clock')
      assert.equal(clock?.status, 'warning')
      assert.match(clock.text, text)
      assert.match(clock.advice ?? '', /NTP/)
    }
  })

  await t.test('finds rows that have stopped coming', async (t) => {
    const at = (text: string) => () => Date.parse(text)
    const rows = async (text: string) => (await examine(t, {}, at(text))).of('newest row')
    assert.equal((await rows('2026-10-16T23:00:00-05:00'))?.status, 'ok')
    // As long as its pauses have been it is none.
    assert.equal((await rows('2026-10-17T01:00:00-05:00'))?.status, 'ok')
    const late = await rows('2026-12-14T01:00:00-06:00')
    assert.equal(late?.status, 'warning')
    assert.equal(late.text, 'of 2026-10-15; today is 2026-12-14: the plugin counts nobody any more')
    assert.match(late.advice ?? '', /page cache/)
    const empty = await mariadb.create('empty', `${dump} TRUNCATE wp_statistics_visitor`)
    assert.equal((await examine(t, { connection: empty })).of('newest row')?.text, 'there is none')
    const dateless = await mariadb.create('dateless', views)
    assert.equal((await examine(t, { connection: dateless })).of('newest row'), undefined)
  })

  const grants: [what: string, statements: string[], more: RegExp | undefined][] = [
    ['reading', ['GRANT SELECT ON blog.* TO USER'], undefined],
    ['reading and views', ['GRANT SELECT, SHOW VIEW ON blog.* TO USER'], undefined],
    [
      'reading the tables it needs',
      ['visitor', 'historical']
        .map((table) => `GRANT SELECT ON blog.wp_statistics_${table} TO USER`)
        .concat('GRANT SELECT (option_name, option_value) ON blog.wp_options TO USER'),
      undefined,
    ],
    ['all', ['GRANT ALL ON blog.* TO USER'], /: ALL PRIVILEGES$/],
    ['writing', ['GRANT SELECT, INSERT, DELETE ON blog.* TO USER'], /: INSERT, DELETE$/],
    [
      'writing one column',
      ['GRANT SELECT ON blog.* TO USER', 'GRANT UPDATE (option_value) ON blog.wp_options TO USER'],
      /: UPDATE$/,
    ],
    ['files', ['GRANT SELECT ON blog.* TO USER', 'GRANT FILE ON *.* TO USER'], /: FILE$/],
    ['passing on', ['GRANT SELECT ON blog.* TO USER WITH GRANT OPTION'], /: GRANT OPTION$/],
    [
      'a role',
      [
        'CREATE ROLE editor',
        'GRANT UPDATE ON blog.* TO editor',
        'GRANT SELECT ON blog.* TO USER',
        'GRANT editor TO USER',
      ],
      /: what the role `editor` can$/,
    ],
  ]
  for (const [index, [what, statements, more]] of grants.entries()) {
    await t.test(`looks at what the account may do: ${what}`, async (t) => {
      const name = `u${index}`
      const own = await user(name, ...statements.map((each) => each.replace('USER', `${name}@'%'`)))
      const { of } = await examine(t, { connection: own, tablePrefix: 'wp_' })
      if (more === undefined) {
        assert.equal(of('grants')?.text, 'the account can only read')
      } else {
        assert.equal(of('grants')?.status, 'warning')
        assert.match(of('grants')?.text ?? '', more)
      }
    })
  }

  const advised: [what: string, dump: string, tables: string[]][] = [
    ['WP Statistics 14', dump, ['wp_statistics_visitor', 'wp_statistics_historical', 'wp_options']],
    [
      'WP Statistics 13, in all the tables that count',
      old,
      [
        ...['old_statistics_visitor', 'old_statistics_historical', 'old_statistics_visit'],
        ...['old_statistics_useronline', 'old_options'],
      ],
    ],
    ['a plugin without prefix', traffic, ['ahc_visitors', 'wp_options']],
    [
      'Matomo, which makes a table a month',
      (await wordpress({ active_plugins: serializedList([matomo.plugin]) })) +
        (await matomo.schema()),
      ['*'],
    ],
  ]
  for (const [index, [what, own, tables]] of advised.entries()) {
    await t.test(`names the grants for ${what}, and they are enough`, async (t) => {
      const { database } = await mariadb.create(`advised${index}`, own)
      const { socketPath } = mariadb
      const root = { ...connection, database, user: 'root', password: '', socketPath }
      const before = await examine(t, { connection: root })
      const advice = before.of('grants')?.advice ?? ''
      const named = [...advice.matchAll(/GRANT SELECT ON <database>\.(\S+) TO <user>;/g)]
      assert.deepEqual(
        named.map(([, table]) => table),
        tables,
      )
      const name = `advised${index}`
      const statements = named.map(([statement]) =>
        statement.replace('<database>', database).replace('<user>', `${name}@'%'`).replace(';', ''),
      )
      const after = await examine(t, {
        connection: { ...(await user(name, ...statements)), database },
      })
      const readings = (findings: readonly Finding[]) =>
        findings
          .filter(({ subject }) => subject.includes('.'))
          .map(({ subject, text }) => `${subject} ${text.split(',')[0]}`)
      assert.deepEqual(readings(after.all), readings(before.all))
      assert.equal(after.of('grants')?.status, 'ok')
    })
  }

  const refusals: [what: string, options: SiteCase, last: string[], error: RegExp][] = [
    [
      'a wrong password',
      { connection: { ...connection, password: 'wr0ng-secret' } },
      [],
      /refuses this user and password/,
    ],
    [
      'no such database',
      { connection: { ...connection, database: 'nothing' } },
      [],
      /may not open this database/,
    ],
    [
      'a wrong prefix',
      { tablePrefix: 'wq_' },
      ['database', 'clock'],
      /there is no table wq_options/,
    ],
    [
      'a plugin that is not there',
      { source: 'statify' },
      ['database', 'clock'],
      /statify is not on/,
    ],
  ]
  for (const [what, options, subjects, message] of refusals) {
    await t.test(`ends with what it cannot get past: ${what}`, async (t) => {
      const { all, error } = await examine(t, options)
      assert.deepEqual(
        all.map(({ subject }) => subject),
        subjects,
      )
      assert.match(error?.message ?? '', message)
    })
  }

  await t.test('warns of a plugin that is not active', async (t) => {
    const sql = "UPDATE wp_options SET option_value = 'a:0:{}' WHERE option_name = 'active_plugins'"
    const inactive = await mariadb.create('inactive', `${dump} ${sql}`)
    const { of } = await examine(t, { connection: inactive, source: 'wp-statistics' })
    assert.equal(of('plugin')?.status, 'warning')
    assert.match(
      of('plugin')?.text ?? '',
      /not active; its last row is of 2026-10-15.*active: none$/,
    )
    const { error } = await examine(t, { connection: inactive })
    assert.match(error?.message ?? '', /no statistics plugin is active/)
  })

  await t.test(
    'says that a bridge does not go on with another plugin than it has read',
    async (t) => {
      const koko = `${await tablesOf('koko-analytics', 'koko_analytics_site_stats')}
      INSERT INTO wp_koko_analytics_site_stats VALUES ('2026-10-15', 2, 5)`
      const active = (...plugins: string[]) =>
        `UPDATE wp_options SET option_value = '${serializedList(plugins)}' WHERE option_name = 'active_plugins'`
      const folder = await temporaryFolder(t)
      const both = await mariadb.create('both', `${dump} ${koko}`)
      const now = () => Date.parse('2026-10-15T21:30:00-05:00')
      const bridge = await startTestBridge(t, [{ connection: both }], { now, stateDir: folder })
      await bridge.stop()
      const key = {
        place: fixedPlace(both),
        tablePrefix: undefined,
        source: 'auto',
        sql: undefined,
      }
      const remembered = await peekStore(folder, key)
      assert.deepEqual(
        remembered.map(({ source }) => source),
        ['wp-statistics'],
      )
      const look = async () => examine(t, { connection: both }, now, remembered)
      assert.equal((await look()).of('remembered'), undefined)

      const paths = ['koko-analytics/koko-analytics.php', 'wp-statistics/wp-statistics.php']
      await mariadb.execute(
        `${active(...paths)}; DELETE FROM wp_statistics_visitor WHERE last_counter > '2026-10-14'`,
        'both',
      )
      const kept = await look()
      // At a first start the one with the newer row would be taken.
      assert.match(kept.of('plugin')?.text ?? '', /^WP Statistics .*WP Statistics, Koko Analytics$/)
      assert.equal(kept.of('remembered'), undefined)
      assert.ok(kept.of('visitors.online'), 'which Koko Analytics has not')

      await mariadb.execute(active(paths[0] ?? ''), 'both')
      const { of } = await look()
      assert.match(of('plugin')?.text ?? '', /^Koko Analytics .*that are active: Koko Analytics$/)
      assert.equal(of('remembered')?.status, 'warning')
      assert.match(
        of('remembered')?.text ?? '',
        /^WP Statistics, which was read on www.example.com until now, is not active any more.*what follows is what Koko Analytics counts$/,
      )
      assert.match(of('remembered')?.advice ?? '', /--source koko-analytics$/)
      assert.match(of('visitors.total')?.text ?? '', /^2, /)

      await mariadb.execute(active(), 'both')
      const none = await look()
      assert.match(
        none.error?.message ?? '',
        /is not active any more.*no other statistics plugin is$/,
      )
    },
  )

  await t.test('examines a SQLite file, which has neither clock nor grants', async (t) => {
    const file = await copyToSqlite(t, mariadb, 'blog')
    const { all, of } = await examine(t, { connection: { engine: 'sqlite', file } })
    assert.match(of('database')?.text ?? '', /^SQLite 3\.[\d.]+, SQLite file /)
    assert.match(of('visitors.total')?.text ?? '', /^170, /)
    assert.ok(!all.some(({ subject }) => subject === 'clock' || subject === 'grants'))
  })

  await t.test('examines a query of one’s own', async (t) => {
    const sql = 'SELECT 42'
    const { of, error } = await examine(t, { source: 'sql', sql })
    assert.equal(error, undefined)
    assert.match(of('visitors.total')?.text ?? '', /^42, /)
  })

  await t.test('never says a password, nor its hash', async () => {
    const [row] = await mariadb.execute(
      'SELECT PASSWORD(?) AS hash'.replace('?', `'${account.password}'`),
    )
    const told = everything.join('\n')
    assert.ok(told.length > 10_000)
    for (const secret of [
      account.password,
      's3cret-',
      'wr0ng-secret',
      String(row?.['hash']),
      'PASSWORD',
    ]) {
      assert.ok(!told.includes(secret), secret)
    }
  })
})
