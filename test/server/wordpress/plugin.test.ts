import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Found, findSource, type Wanted } from '../../../server/readings/find-source.ts'
import { openMysql } from '../../../server/wordpress/database/mysql.ts'
import { type MysqlConnection, startMariadb } from '../../support/mariadb.ts'
import { matomo } from '../../support/models/matomo.ts'
import { serializedList, tablesOf, wordpress } from '../../support/models/model.ts'

const statistics = await tablesOf(
  'wp-statistics',
  ...['statistics_visitor', 'statistics_historical'],
)
const koko = await tablesOf('koko-analytics', 'koko_analytics_site_stats')
const statify = await tablesOf('statify', 'statify')
const postViews = await tablesOf('wp-postviews', 'postmeta')
const burst = await tablesOf('burst-statistics-2.2.9', 'burst_statistics', 'burst_sessions')
const independent = await tablesOf(
  'independent-analytics',
  ...['independent_analytics_views', 'independent_analytics_sessions'],
)
const matomoTables = await matomo.schema()
const statistics15 = await tablesOf(
  'wp-statistics-15',
  ...['statistics_sessions', 'statistics_views', 'statistics_summary_totals'],
)

const paths = {
  statistics: 'wp-statistics/wp-statistics.php',
  koko: 'koko-analytics/koko-analytics.php',
  statify: 'statify/statify.php',
  postViews: 'wp-postviews/wp-postviews.php',
  matomo: 'matomo/matomo.php',
}

const visitor = (day: string) =>
  `INSERT INTO wp_statistics_visitor (last_counter, referred, agent, ip, user_id) VALUES ('${day}', '', '', '', 0);`
const kokoDay = (day: string) => `INSERT INTO wp_koko_analytics_site_stats VALUES ('${day}', 1, 2);`
const statifyView = (day: string) => `INSERT INTO wp_statify (created) VALUES ('${day}');`

const session = (time: string) =>
  `INSERT INTO wp_statistics_sessions (visitor_id, started_at, ended_at) VALUES (1, '${time}', '${time}');`
const option = (name: string, value: string) =>
  `INSERT INTO wp_options (option_name, option_value) VALUES ('${name}', '${value}');`

interface Case {
  readonly name: string
  /** Of `active_plugins`, as PHP writes it. */
  readonly active: string
  readonly sql: string
  readonly source?: string
  readonly chosen?: string
  readonly why?: RegExp
  readonly layout?: RegExp
  readonly warning?: RegExp
  readonly refused?: RegExp
}

const cases: Case[] = [
  {
    name: 'the one that is active is chosen, and not the newer rows of one that is not',
    active: serializedList(['akismet/akismet.php', paths.statistics]),
    sql: statistics + koko + visitor('2026-10-01') + kokoDay('2026-10-15'),
    chosen: 'wp-statistics',
    why: /^the plugin is active and its tables are there$/,
  },
  {
    name: 'of two that count visitors the one with the newest row is chosen',
    active: serializedList([paths.statistics, paths.koko]),
    sql: statistics + koko + visitor('2026-10-14') + kokoDay('2026-10-15'),
    chosen: 'koko-analytics',
    why: /preferred to WP Statistics/,
  },
  {
    name: 'of two that count visitors one without rows comes last, whichever it is',
    active: serializedList([paths.statistics, paths.koko]),
    sql: statistics + koko + visitor('2026-10-14'),
    chosen: 'wp-statistics',
    why: /preferred to Koko Analytics/,
  },
  {
    name: 'also when it is the first of the list',
    active: serializedList([paths.statistics, paths.koko]),
    sql: statistics + koko + kokoDay('2026-10-14'),
    chosen: 'koko-analytics',
    why: /preferred to WP Statistics/,
  },
  {
    name: 'of two whose newest rows are of one day the first of the list is chosen',
    active: serializedList([paths.koko, paths.statistics]),
    sql: statistics + koko + visitor('2026-10-15') + kokoDay('2026-10-15'),
    chosen: 'wp-statistics',
    why: /preferred to Koko Analytics/,
  },
  {
    name: 'the newest row counts, not the oldest',
    active: serializedList([paths.statistics, paths.koko]),
    sql: statistics + koko + visitor('2026-10-10') + kokoDay('2026-10-01') + kokoDay('2026-10-15'),
    chosen: 'koko-analytics',
  },
  {
    name: 'one that counts visitors goes before one with newer rows that does not',
    active: serializedList([paths.statify, paths.koko]),
    sql: koko + statify + kokoDay('2026-10-10') + statifyView('2026-10-15'),
    chosen: 'koko-analytics',
    why: /preferred to Statify/,
  },
  {
    name: 'one that was just installed and has no rows yet is read',
    active: serializedList([paths.koko]),
    sql: koko,
    chosen: 'koko-analytics',
  },
  {
    name: 'the one that was named is chosen although another is newer',
    active: serializedList([paths.statistics, paths.koko]),
    sql: statistics + koko + visitor('2026-10-14') + kokoDay('2026-10-15'),
    source: 'wp-statistics',
    chosen: 'wp-statistics',
  },
  {
    name: 'gaps in the list of active plugins do no harm',
    active: `a:2:{i:3;s:19:"akismet/akismet.php";i:7;s:19:"${paths.statify}";}`,
    sql: statify,
    chosen: 'statify',
  },
  {
    name: 'nor do letters of several bytes in another path',
    active: serializedList(['zähler/größe.php', paths.statify, 'счётчик/счётчик.php']),
    sql: statify,
    chosen: 'statify',
  },
  {
    name: 'a damaged list names what is there, and how to choose it',
    active: 'a:2:{i:0;s:19:"statify/stat',
    sql: statify + statifyView('2026-10-15'),
    refused:
      /no statistics plugin is active on .*old tables are there of Statify \(--source statify\)/,
  },
  {
    name: 'old tables of an inactive plugin are not taken by themselves',
    active: serializedList(['akismet/akismet.php']),
    sql: statistics + visitor('2026-03-01'),
    refused: /no statistics plugin is active.*WP Statistics \(--source wp-statistics\)/,
  },
  {
    name: 'they are when named, with a warning and the date of the last row',
    active: serializedList([]),
    sql: statistics + visitor('2026-02-27') + visitor('2026-03-01'),
    source: 'wp-statistics',
    chosen: 'wp-statistics',
    why: /named with --source, but the plugin is not active; its last row is of 2026-03-01/,
    warning: /WP Statistics is not active .*stand still; its last row is of 2026-03-01/,
  },
  {
    name: 'or without a date where the rows have none',
    active: serializedList([]),
    sql: postViews,
    source: 'wp-postviews',
    chosen: 'wp-postviews',
    warning: /stand still$/,
  },
  {
    name: 'a plugin that was named and has no tables is refused, naming them',
    active: serializedList([paths.statify]),
    sql: statify,
    source: 'wp-statistics',
    refused:
      /wp-statistics is not on .*table wp_statistics_visitor, table wp_statistics_historical/,
  },
  {
    name: 'a missing column is named with its table and plugin',
    active: serializedList([paths.statistics]),
    sql: `${statistics} ALTER TABLE wp_statistics_visitor DROP hits, RENAME COLUMN last_counter TO day`,
    refused:
      /cannot be read: WP Statistics lacks column last_counter of table wp_statistics_visitor, column hits of table wp_statistics_visitor/,
  },
  {
    name: 'of an active plugin that cannot be read the columns are named, and none of an inactive one',
    active: serializedList([paths.statistics]),
    sql: `${statistics} ALTER TABLE wp_statistics_visitor DROP hits;
      ${koko} ALTER TABLE wp_koko_analytics_site_stats DROP visitors;`,
    refused: /cannot be read: WP Statistics lacks column hits of table wp_statistics_visitor$/,
  },
  {
    name: 'old tables that lack a column are offered by nobody',
    active: serializedList(['akismet/akismet.php']),
    sql: `${statistics} ALTER TABLE wp_statistics_visitor DROP hits; ${statify}`,
    refused: /old tables are there of Statify \(--source statify\)$/,
  },
  {
    name: 'of an inactive plugin that was named the missing columns are named',
    active: serializedList([paths.statify]),
    sql: `${statistics} ALTER TABLE wp_statistics_visitor DROP hits; ${statify}`,
    source: 'wp-statistics',
    refused:
      /^wp-statistics is not on .*missing are, of WP Statistics: column hits of table wp_statistics_visitor$/,
  },
  {
    name: 'with no plugin at all the known ones are named',
    active: serializedList(['jetpack/jetpack.php']),
    sql: '',
    refused:
      /no supported statistics plugin on .*known are WP Statistics, Koko Analytics, .*Matomo/,
  },
  {
    name: 'WP Statistics 15 is read where only its tables are there',
    active: serializedList([paths.statistics]),
    sql: statistics15,
    chosen: 'wp-statistics',
    layout: /its version is not known: the tables of version 15, known from its branch/,
  },
  {
    name: 'its tables do not count beside newer rows of 14',
    active: serializedList([paths.statistics]),
    sql: statistics15 + session('2026-10-14 09:00:00') + statistics + visitor('2026-10-15'),
    chosen: 'wp-statistics',
    layout: /visitors in statistics_visitor, .* left-over tables of another version/,
  },
  {
    name: 'they do beside older ones',
    active: serializedList([paths.statistics]),
    sql: statistics15 + session('2026-10-15 09:00:00') + statistics + visitor('2026-10-14'),
    chosen: 'wp-statistics',
    layout: /the tables of version 15.* left-over tables of another version/,
  },
  {
    name: 'and whatever the rows where the plugin has written its version',
    active: serializedList([paths.statistics]),
    sql: `${statistics15} ${session('2026-10-15 09:00:00')} ${statistics} ${visitor('2026-10-14')}
      ${option('wp_statistics_plugin_version', '14.16.4')}`,
    chosen: 'wp-statistics',
    layout: /^version 14\.16\.4: visitors in statistics_visitor/,
  },
  {
    name: 'rows of one day in both layouts tell nothing: it says so instead of counting',
    active: serializedList([paths.statistics]),
    sql: `${statistics15} ${session('2026-10-15 09:00:00')} ${statistics} ${visitor('2026-10-15')}
      ALTER TABLE wp_statistics_visitor DROP last_view;`,
    refused:
      /cannot be read: WP Statistics: .* are of the same day, 2026-10-15, so none can be told/,
  },
  {
    name: 'it does not stand in the way of another plugin that is active, and is named',
    active: serializedList([paths.statistics, paths.koko]),
    sql: `${statistics15} ${session('2026-10-15 09:00:00')} ${statistics} ${visitor('2026-10-15')}
      ALTER TABLE wp_statistics_visitor DROP last_view; ${koko} ${kokoDay('2026-10-15')}`,
    chosen: 'koko-analytics',
    warning:
      /Koko Analytics is read on .*another active plugin cannot be: WP Statistics: the option/,
  },
  {
    name: 'what the account cannot see of version 15 is said, and no left-over counted',
    active: serializedList([paths.statistics]),
    sql: `${statistics} ${visitor('2026-10-15')} ${option('wp_statistics_plugin_version', '15.0')}`,
    refused: /WP Statistics is of version 15\.0, but its table wp_statistics_sessions is not there/,
  },
  {
    name: 'Burst Statistics is read by its version where its sessions are not to be seen',
    active: serializedList(['burst-statistics/burst.php']),
    sql: `${burst} DROP TABLE wp_burst_sessions; ${option('burst-current-version', '3.6.3')}`,
    chosen: 'burst-statistics',
    layout: /^version 3\.6\.3: all page views count but those of pages not found$/,
  },
  {
    name: 'a paid build is the same plugin',
    active: serializedList(['burst-pro/burst-pro.php']),
    sql: burst + option('burst-current-version', '3.1.0.3'),
    chosen: 'burst-statistics',
    layout: /^version 3\.1\.0\.3: all page views count$/,
  },
  {
    name: 'the other one too',
    active: serializedList(['independent-analytics-pro/iawp.php']),
    sql: independent,
    chosen: 'independent-analytics',
  },
  {
    name: 'Burst Statistics without version, with columns that two ways of counting share, is refused',
    active: serializedList(['burst-statistics/burst.php']),
    sql: `${burst} ALTER TABLE wp_burst_statistics DROP page_id, DROP page_type;
      INSERT INTO wp_burst_statistics (page_url, time, uid, parameters, fragment, browser_id,
        browser_version_id, platform_id, device_id) VALUES ('/', 1, 'a', '', '', 1, 1, 1, 1);`,
    refused: /Burst Statistics: the option burst-current-version is not there, and its columns are/,
  },
  {
    name: 'it is read where it has no rows yet',
    active: serializedList(['burst-statistics/burst.php']),
    sql: `${burst} ALTER TABLE wp_burst_statistics DROP page_id, DROP page_type;`,
    chosen: 'burst-statistics',
    layout: /is not there, nor is any page view/,
  },
  {
    name: 'a version after those that are known is named instead of counted',
    active: serializedList(['burst-statistics/burst.php']),
    sql: `${burst} ALTER TABLE wp_burst_statistics ADD uid_id INT UNSIGNED NOT NULL DEFAULT 0;
      ${option('burst-current-version', '3.7.0')}`,
    refused: /Burst Statistics \(version 3\.7\.0\) keeps visitors in the column uid_id/,
  },
  {
    name: 'a plugin that is not set up yet does not keep another from being read',
    active: serializedList([paths.matomo, paths.statistics]),
    sql: matomoTables + statistics + visitor('2026-10-15'),
    chosen: 'wp-statistics',
  },
]

test('of the plugins of a site', async (t) => {
  const mariadb = await startMariadb(t)
  for (const [index, each] of cases.entries()) {
    await t.test(each.name, async (t) => {
      const site = await wordpress({
        home: 'https://blog.example.com',
        active_plugins: each.active,
      })
      const database = openMysql(await mariadb.create(`plugin${index}`, site + each.sql))
      t.after(() => database.close())
      const wanted: Wanted = { prefix: undefined, source: each.source ?? 'auto', sql: undefined }
      const found = () =>
        findSource(database.query, 'mysql', wanted, Date.parse('2026-10-15T20:00:00Z'))
      if (each.refused !== undefined) {
        await assert.rejects(found, { name: 'FatalError', message: each.refused })
        return
      }
      const { source, why, warning, plan } = await found()
      assert.equal(source.id, each.chosen)
      if (each.why !== undefined) assert.match(why, each.why)
      if (each.layout !== undefined) assert.match(plan.layoutNote ?? '', each.layout)
      if (each.warning === undefined) assert.equal(warning, undefined)
      else assert.match(warning ?? '', each.warning)
    })
  }
})

test('of the tables that could be a WordPress', async (t) => {
  const mariadb = await startMariadb(t)
  const options = (prefix: string, plugin = paths.statify) =>
    wordpress(
      {
        home: `https://${prefix.replaceAll('_', '')}.example.com`,
        active_plugins: serializedList([plugin]),
      },
      prefix,
    )
  const statifyOf = (prefix: string) => statify.replaceAll('wp_statify', `${prefix}statify`)
  const posts = (prefix: string) => `CREATE TABLE ${prefix}posts (ID INT);`
  const none = await wordpress({ home: 'https://net.example.com', active_plugins: 'a:0:{}' })
  const network = `
    CREATE TABLE wp_blogs (blog_id INT, archived INT DEFAULT 0, spam INT DEFAULT 0, deleted INT DEFAULT 0);
    INSERT INTO wp_blogs (blog_id) VALUES (1), (2);
    CREATE TABLE wp_sitemeta (meta_key VARCHAR(255), meta_value LONGTEXT);
    INSERT INTO wp_sitemeta VALUES ('active_sitewide_plugins', 'a:1:{s:19:"${paths.statify}";i:1790000000;}');`
  let databases = 0
  const find = async (
    t: { after(end: () => void): void },
    sql: string,
    prefix?: string,
  ): Promise<Found> => {
    databases += 1
    const database = openMysql(await mariadb.create(`prefix${databases}`, sql))
    t.after(() => database.close())
    return findSource(database.query, 'mysql', { prefix, source: 'auto', sql: undefined }, 0)
  }

  await t.test('the one is found by its table of options, whatever its prefix', async (t) => {
    for (const prefix of ['wp_', 'Blog7_', 'a_b_', 'wp_2_']) {
      const { site } = await find(t, (await options(prefix)) + statifyOf(prefix))
      assert.deepEqual([site.prefix, site.blog], [prefix, 1])
    }
  })

  await t.test("another plugin's table that ends in options is none", async (t) => {
    const others = `
      CREATE TABLE wp_frm_options (id INT, name TEXT);
      CREATE TABLE myoptions (option_name TEXT, option_value TEXT);
      CREATE TABLE wp_shop_options (option_id INT, option_name TEXT, option_value TEXT);`
    const { site } = await find(t, (await options('wp_')) + posts('wp_') + statify + others)
    assert.equal(site.prefix, 'wp_')
  })

  await t.test('of two a choice is asked for, naming them', async (t) => {
    const sql = [await options('wp_'), await options('shop_'), posts('wp_'), posts('shop_')].join(
      '',
    )
    const both = sql + statify + statifyOf('shop_')
    await assert.rejects(find(t, both), {
      name: 'FatalError',
      message: /more than one WordPress; choose one with --table-prefix: shop_, wp_/,
    })
    assert.equal((await find(t, both, 'shop_')).site.name, 'shop.example.com')
  })

  await t.test('a prefix that is not there is refused', async (t) => {
    await assert.rejects(find(t, (await options('wp_')) + statify, 'wq_'), {
      name: 'FatalError',
      message: 'table prefix "wq_": there is no table wq_options in this database',
    })
  })

  await t.test('a plugin of the whole network is active on each of its sites', async (t) => {
    const sql =
      none + (await options('wp_2_', 'hello.php')) + network + statify + statifyOf('wp_2_')
    const main = await find(t, sql)
    assert.deepEqual([main.site.prefix, main.site.blog, main.source.id], ['wp_', 1, 'statify'])
    const second = await find(t, sql, 'wp_2_')
    assert.deepEqual([second.site.prefix, second.site.blog], ['wp_2_', 2])
    assert.equal(second.source.id, 'statify')
  })
})

test('a prefix is compared as the server compares names of tables', async (t) => {
  const options = {
    home: 'https://blog.example.com',
    active_plugins: serializedList([paths.statify]),
  }
  const dump =
    (await wordpress(options, 'Blog_')) + statify.replaceAll('wp_statify', 'Blog_statify')
  const find = async (t: TestContext, connection: MysqlConnection, prefix?: string) => {
    const database = openMysql(connection)
    t.after(() => database.close())
    const wanted = { prefix, source: 'auto', sql: undefined }
    return findSource(database.query, 'mysql', wanted, Date.parse('2026-10-15T20:00:00Z'))
  }

  await t.test('without case where it has made all names small', async (t) => {
    const mariadb = await startMariadb(t, '--lower-case-table-names=1')
    const connection = await mariadb.create('blog', dump)
    for (const prefix of ['Blog_', 'blog_', 'BLOG_', undefined]) {
      const { site, source } = await find(t, connection, prefix)
      assert.deepEqual([site.prefix, source.id], ['blog_', 'statify'])
    }
  })

  await t.test('with it where it tells them apart', async (t) => {
    const mariadb = await startMariadb(t)
    const connection = await mariadb.create('blog', dump)
    assert.equal((await find(t, connection, 'Blog_')).site.prefix, 'Blog_')
    await assert.rejects(find(t, connection, 'blog_'), {
      message: 'table prefix "blog_": there is no table blog_options in this database',
    })
  })
})
