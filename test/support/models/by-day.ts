import { shifted, wallAt } from '../zones.ts'
import {
  address,
  distinct,
  groups,
  type Model,
  periods,
  type Row,
  sum,
  tablesOf,
  within,
} from './model.ts'

/** Plugins that keep a number a day, or a row a visitor and day. */

export const kokoAnalytics: Model = {
  name: 'Koko Analytics',
  plugin: 'koko-analytics/koko-analytics.php',
  schema: () => tablesOf('koko-analytics', 'koko_analytics_site_stats'),
  fill({ hits, zone, today, dice }) {
    const people = hits.filter(({ kind }) => kind === 'person')
    const days = [...groups(people, ({ at }) => wallAt(at, zone).day)].map(([day, own]) => ({
      day,
      // A day can have views of people who came the day before.
      visitors: dice(6) === 0 ? 0 : distinct(own, ({ person }) => person),
      pageviews: own.length,
    }))
    const own = (from?: string, to?: string) => days.filter(({ day }) => within(day, from, to))
    return {
      tables: {
        wp_koko_analytics_site_stats: days.map(({ day, ...counts }) => ({ date: day, ...counts })),
      },
      expected: {
        ...periods('visitors', today, (from, to) => {
          const visitors = sum(own(from, to), (each) => each.visitors)
          return own(from, to).length > 0 ? Math.max(visitors, 1) : visitors
        }),
        ...periods('views', today, (from, to) => sum(own(from, to), (each) => each.pageviews)),
      },
    }
  },
}

function postViewsCounter(clock: 'gmt' | 'local'): Model {
  return {
    name: `Post Views Counter, count_time ${clock}`,
    plugin: 'post-views-counter/post-views-counter.php',
    schema: () => tablesOf('post-views-counter', 'post_views'),
    fill({ hits, zone, now, dice }) {
      const wall = (at: number) => (clock === 'gmt' ? shifted(at, 0) : wallAt(at, zone))
      const counted = hits.filter(({ kind }) => kind === 'person')
      const keysOf = (at: number) => {
        const { day } = wall(at)
        const [year = '', month = ''] = day.split('-')
        return [day.replaceAll('-', ''), `${year}42`, `${year}${month}`, year, 'total']
      }
      // Each view five times: of the day, the week, the month, the year and all time.
      const keys = counted.flatMap(({ at, page }) =>
        keysOf(at).map((period, type) => ({ id: page + 1, type, period })),
      )
      const rows = [...groups(keys, (key) => JSON.stringify(key)).values()].flatMap((same) => {
        const [key] = same
        if (key === undefined) return []
        // Views of days whose rows a reset has deleted are in the total alone.
        const more = key.type === 4 ? dice(500) : 0
        return [{ ...key, count: same.length + more }]
      })
      const today = wall(now).day
      return {
        tables: { wp_post_views: rows },
        options: {
          post_views_counter_settings_general: `a:2:{s:16:"post_types_count";a:1:{i:0;s:4:"post";}s:10:"count_time";s:${clock.length}:"${clock}";}`,
        },
        expected: periods('views', today, (from, to) => {
          if (from === undefined || to === undefined) {
            return sum(
              rows.filter(({ type }) => type === 4),
              ({ count }) => count,
            )
          }
          const [first, last] = [from.replaceAll('-', ''), to.replaceAll('-', '')]
          const days = rows.filter(
            ({ type, period }) => type === 0 && period >= first && period <= last,
          )
          return sum(days, ({ count }) => count)
        }),
      }
    },
  }
}
export const postViewsCounters = [postViewsCounter('gmt'), postViewsCounter('local')]

export const wpPostViews: Model = {
  name: 'WP-PostViews',
  plugin: 'wp-postviews/wp-postviews.php',
  schema: () => tablesOf('wp-postviews', 'postmeta'),
  fill({ dice }) {
    const views = Array.from({ length: 30 }, () => dice(5000))
    const meta = (meta_key: string | null, meta_value: string | null): Row => ({
      post_id: 1 + dice(99),
      meta_key,
      meta_value,
    })
    return {
      tables: {
        wp_postmeta: [
          ...views.map((count) => meta('views', String(count))),
          ...[meta('views', null), meta('views', ''), meta(null, '7')],
          ...[meta('post_views_count', '900'), meta('_views', '800'), meta('views2', '700')],
        ],
      },
      expected: { 'views.total': sum(views, (count) => count) },
    }
  },
}

export const wpsVisitorCounter: Model = {
  name: 'WPS Visitor Counter',
  plugin: 'wps-visitor-counter/wps-visitor-counter.php',
  schema: () => tablesOf('wps-visitor-counter', 'wps_statistic', 'wps_st_options'),
  fill({ hits, zone, now, today }) {
    const people = hits.filter(({ kind }) => kind === 'person')
    const days = groups(people, ({ at, person }) => `${wallAt(at, zone).day} ${person}`)
    const rows = [...days.values()].flatMap((own) => {
      const last = own.at(-1)
      if (last === undefined) return []
      const { day, epoch } = wallAt(last.at, zone)
      return [{ ip: address(last.person), date: day, views: own.length, online: epoch }]
    })
    const start = { user_start: 1000, views_start: 2500 }
    const own = (from?: string, to?: string) => rows.filter(({ date }) => within(date, from, to))
    return {
      tables: {
        wp_wps_statistic: rows.map((row) => ({ ...row, online: String(row.online) })),
        wp_wps_st_options: [{ id: 1, ...start }],
      },
      expected: {
        ...periods('visitors', today, (from, to) => {
          return own(from, to).length + (from === undefined ? start.user_start : 0)
        }),
        ...periods('views', today, (from, to) => {
          return (
            sum(own(from, to), ({ views }) => views) + (from === undefined ? start.views_start : 0)
          )
        }),
        'visitors.online': rows.filter(({ online }) => online > wallAt(now, zone).epoch - 300)
          .length,
      },
    }
  },
}

/** @param onlineSeconds of its option `onlinetime`, where that says something else than 300 */
const countPerDay = (onlineSeconds?: number): Model => ({
  name: `Count per Day, onlinetime ${onlineSeconds ?? 'as it comes'}`,
  plugin: 'count-per-day/counter.php',
  schema: () => tablesOf('count-per-day', 'cpd_counter'),
  fill({ hits, zone, now, today }) {
    const people = hits.filter(({ kind }) => kind === 'person')
    const keys = people.map(({ at, person, page }) => ({
      ip: 3221225984 + person,
      date: wallAt(at, zone).day,
      page,
    }))
    const rows = [...groups(keys, (key) => JSON.stringify(key)).values()].flatMap(
      ([key]) => key ?? [],
    )
    const start = { startcount: 400, startreads: 900, users: 60, reads: 150 }
    const lasts = onlineSeconds ?? 300
    const seen = [now - 20, now - lasts, now - lasts - 1]
    const online = seen.map((at, index) => `s:9:"192.0.2.${index}";a:2:{i:0;i:${at};i:1;i:5;}`)
    const own = (from?: string, to?: string) => rows.filter(({ date }) => within(date, from, to))
    return {
      tables: {
        wp_cpd_counter: rows.map((row) => ({ ...row, client: 'x', country: '', referer: '' })),
      },
      options: {
        count_per_day: `a:${onlineSeconds === undefined ? 2 : 3}:{${onlineSeconds === undefined ? '' : `s:10:"onlinetime";s:${String(onlineSeconds).length}:"${onlineSeconds}";`}s:10:"startcount";s:3:"${start.startcount}";s:10:"startreads";s:3:"${start.startreads}";}`,
        count_per_day_summary: `a:2:{s:5:"users";i:${start.users};s:5:"reads";i:${start.reads};}`,
        count_per_day_online: `a:${online.length}:{${online.join('')}}`,
      },
      expected: {
        ...periods('visitors', today, (from, to) => {
          const more = from === undefined ? start.startcount + start.users : 0
          return distinct(own(from, to), ({ date, ip }) => `${date} ${ip}`) + more
        }),
        ...periods('views', today, (from, to) => {
          const more = from === undefined ? start.startreads + start.reads : 0
          return own(from, to).length + more
        }),
        'visitors.online': 2,
      },
    }
  },
})
export const countsPerDay = [countPerDay(), countPerDay(900)]
