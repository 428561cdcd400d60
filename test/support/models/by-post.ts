import type { Traffic } from '../traffic.ts'
import { dayAfter, shifted, wallAt } from '../zones.ts'
import { address, distinct, groups, type Model, periods, type Row, sum, within } from './model.ts'

/** Plugins that show views by the post, and those of a list of visitors. Their tables are from their source. */

/** Older days are purged; the totals are not. */
const keptDays = 40
/** Views of before the traffic, in the totals alone. */
const older = 700

interface PostDay {
  readonly day: string
  readonly page: number
  readonly views: number
  readonly last: string
}

function postDays({ hits, zone }: Traffic): PostDay[] {
  const people = hits.filter(({ kind }) => kind === 'person')
  return [...groups(people, ({ at, page }) => `${wallAt(at, zone).day} ${page}`).values()].flatMap(
    (own) => {
      const last = own.at(-1)
      if (last === undefined) return []
      const { day, text } = wallAt(last.at, zone)
      return [{ day, page: last.page, views: own.length, last: text }]
    },
  )
}

const kept = (days: readonly PostDay[], today: string) =>
  days.filter(({ day }) => day > dayAfter(today, -keptDays))

function viewsOf(days: readonly PostDay[], today: string): Record<string, number> {
  const left = kept(days, today)
  return periods('views', today, (from, to) =>
    from === undefined
      ? sum(days, ({ views }) => views) + older
      : sum(
          left.filter(({ day }) => within(day, from, to)),
          ({ views }) => views,
        ),
  )
}

/** Of all time, by the post; the first has what is older than the traffic. */
function totalsOf(days: readonly PostDay[]): { page: number; views: number }[] {
  return [...groups(days, ({ page }) => page)].map(([page, own], index) => ({
    page,
    views: sum(own, ({ views }) => views) + (index === 0 ? older : 0),
  }))
}

export const wordpressPopularPosts: Model = {
  name: 'WordPress Popular Posts',
  plugin: 'wordpress-popular-posts/wordpress-popular-posts.php',
  schema: async () => `
    CREATE TABLE wp_popularpostsdata (postid bigint(20) NOT NULL, day datetime NOT NULL,
      last_viewed datetime NOT NULL, pageviews bigint(20) DEFAULT 1, PRIMARY KEY (postid));
    CREATE TABLE wp_popularpostssummary (ID bigint(20) NOT NULL AUTO_INCREMENT, postid bigint(20) NOT NULL,
      pageviews bigint(20) NOT NULL DEFAULT 1, view_date date NOT NULL, view_datetime datetime NOT NULL,
      PRIMARY KEY (ID), KEY postid (postid), KEY view_date (view_date), KEY view_datetime (view_datetime));`,
  fill(traffic) {
    const { today } = traffic
    const days = postDays(traffic)
    return {
      tables: {
        wp_popularpostsdata: totalsOf(days).map(({ page, views }) => ({
          postid: page,
          day: '2026-01-01 00:00:00',
          last_viewed: `${today} 00:00:00`,
          pageviews: views,
        })),
        wp_popularpostssummary: kept(days, today).map(({ day, page, views, last }) => ({
          postid: page,
          pageviews: views,
          view_date: day,
          view_datetime: last,
        })),
      },
      expected: viewsOf(days, today),
    }
  },
}

export const top10: Model = {
  name: 'Top 10',
  plugin: 'top-10/top-10.php',
  schema: async () => `
    CREATE TABLE wp_top_ten (postnumber bigint(20) NOT NULL, cntaccess bigint(20) NOT NULL,
      blog_id bigint(20) NOT NULL DEFAULT '1', PRIMARY KEY (postnumber, blog_id));
    CREATE TABLE wp_top_ten_daily (postnumber bigint(20) NOT NULL, cntaccess bigint(20) NOT NULL,
      dp_date DATETIME NOT NULL, blog_id bigint(20) NOT NULL DEFAULT '1',
      PRIMARY KEY (postnumber, dp_date, blog_id), KEY blog_date (blog_id, dp_date, postnumber));`,
  fill(traffic) {
    const { today } = traffic
    const days = postDays(traffic)
    // Another site of the network has the same posts, by their numbers.
    const both = (rows: readonly Row[]) =>
      rows.flatMap((row) => [
        { ...row, blog_id: 1 },
        { ...row, cntaccess: 9999, blog_id: 2 },
      ])
    return {
      tables: {
        wp_top_ten: both(
          totalsOf(days).map(({ page, views }) => ({ postnumber: page, cntaccess: views })),
        ),
        wp_top_ten_daily: both(
          kept(days, today).map(({ page, views, last }) => ({
            postnumber: page,
            cntaccess: views,
            dp_date: `${last.slice(0, 13)}:00:00`,
          })),
        ),
      },
      expected: viewsOf(days, today),
    }
  },
}

export const pageViewsCount: Model = {
  name: 'Page Views Count',
  plugin: 'page-views-count/page-views-count.php',
  schema: async () => `
    CREATE TABLE wp_pvc_daily (id mediumint(9) NOT NULL AUTO_INCREMENT,
      time date DEFAULT '0000-00-00' NOT NULL, postnum varchar(255) NOT NULL,
      postcount int DEFAULT '0' NOT NULL, UNIQUE KEY id (id));
    CREATE TABLE wp_pvc_total (id mediumint(9) NOT NULL AUTO_INCREMENT, postnum varchar(255) NOT NULL,
      postcount int DEFAULT '0' NOT NULL, UNIQUE KEY id (id));`,
  fill(traffic) {
    const { today } = traffic
    const days = postDays(traffic)
    return {
      tables: {
        wp_pvc_total: totalsOf(days).map(({ page, views }) => ({
          postnum: String(page),
          postcount: views,
        })),
        // No key keeps two visits of one moment from making two rows.
        wp_pvc_daily: kept(days, today).flatMap(({ day, page, views }) => [
          { time: day, postnum: String(page), postcount: views - 1 },
          { time: day, postnum: String(page), postcount: 1 },
        ]),
      },
      expected: viewsOf(days, today),
    }
  },
}

/** @param timeout of its option, in seconds; 300 where there is none */
const wpUserOnline = (option: string | undefined, timeout: number): Model => ({
  name: `WP-UserOnline, ${option ?? 'no option'}, ${timeout} s`,
  plugin: 'wp-useronline/wp-useronline.php',
  schema: async () => `
    CREATE TABLE wp_useronline (timestamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
      user_type varchar(20) NOT NULL default 'guest', user_id bigint(20) NOT NULL default 0,
      user_name varchar(250) NOT NULL default '', user_ip varchar(39) NOT NULL default '',
      user_agent text NOT NULL, page_title text NOT NULL, page_url varchar(255) NOT NULL default '',
      referral varchar(255) NOT NULL default '',
      UNIQUE KEY useronline_id (timestamp, user_type, user_ip));`,
  fill({ hits, zone, now }) {
    const seen = new Map<number, string>()
    for (const { at, person } of hits) {
      const { epoch, text } = wallAt(at, zone)
      const gone = shifted(epoch - timeout, 0).text
      for (const [other, last] of seen) if (last < gone) seen.delete(other)
      seen.set(person, text)
    }
    const newest = [...seen.values()].sort().at(-1) ?? ''
    const isRecent = newest >= shifted(wallAt(now, zone).epoch - timeout, 0).text
    return {
      tables: {
        wp_useronline: [...seen].map(([person, text]) => ({
          timestamp: text,
          user_ip: address(person),
          user_agent: 'Firefox',
          page_title: '',
        })),
      },
      options:
        option === undefined
          ? {}
          : { [option]: `a:2:{s:7:"timeout";i:${timeout};s:5:"names";b:0;}` },
      expected: { 'visitors.online': isRecent ? seen.size : 0 },
    }
  },
})
export const wpUserOnlines = [
  wpUserOnline(undefined, 300),
  wpUserOnline('useronline', 120),
  wpUserOnline('wp_useronline_options', 900),
]

/** Its days are those of UTC. */
export const mechanicVisitorCounter: Model = {
  name: 'Mechanic Visitor Counter',
  plugin: 'mechanic-visitor-counter/wp-statsmechanic.php',
  schema: async () => `
    CREATE TABLE wp_mech_statistik (ip varchar(100) NOT NULL default '', tanggal date NOT NULL,
      hits int(10) UNSIGNED NOT NULL default 1, online varchar(255) NOT NULL, PRIMARY KEY (ip, tanggal));`,
  fill({ hits, now }) {
    const rows = [
      ...groups(hits, ({ at, person }) => `${shifted(at, 0).day} ${person}`).values(),
    ].flatMap((own) => {
      const last = own.at(-1)
      if (last === undefined) return []
      const { day } = shifted(last.at, 0)
      return [{ ip: address(last.person), tanggal: day, hits: own.length, online: last.at }]
    })
    const own = (from?: string, to?: string) =>
      rows.filter(({ tanggal }) => within(tanggal, from, to))
    const start = { count_start: 4000, hits_start: 9000 }
    const { day: today } = shifted(now, 0)
    const recent = rows.filter(({ online }) => online > now - 300)
    return {
      tables: { wp_mech_statistik: rows.map((row) => ({ ...row, online: String(row.online) })) },
      options: {
        widget_wp_statsmechanic: `a:2:{i:2;a:3:{s:5:"title";s:1:"x";s:11:"count_start";i:${start.count_start};s:10:"hits_start";i:${start.hits_start};}s:12:"_multiwidget";i:1;}`,
      },
      expected: {
        ...periods(
          'visitors',
          today,
          (from, to) =>
            distinct(own(from, to), ({ ip }) => ip) + (from === undefined ? start.count_start : 0),
        ),
        ...periods(
          'views',
          today,
          (from, to) =>
            sum(own(from, to), (row) => row.hits) + (from === undefined ? start.hits_start : 0),
        ),
        'visitors.online': distinct(recent, ({ ip }) => ip),
      },
    }
  },
}
