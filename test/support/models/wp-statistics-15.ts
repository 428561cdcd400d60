import type { Hit } from '../traffic.ts'
import { shifted, utc, wallAt } from '../zones.ts'
import { distinct, groups, type Model, periods, type Row, sum, tablesOf, within } from './model.ts'
import { wpStatistics13, wpStatistics1415, wpStatistics1416 } from './wp-statistics.ts'

const plugin = 'wp-statistics/wp-statistics.php'
const sessionSeconds = 1800
const onlineSeconds = 300
/** Sessions and views of so many days after the first are deleted. */
const purgedDays = 46
const old = '2026-01-05'

interface Session {
  readonly id: number
  readonly visitor: number
  readonly started: number
  ended: number
}

/** A visit ends half an hour after its last view; who comes on another day of UTC is somebody else. */
function sessionsOf(people: readonly Hit[]): { sessions: Session[]; views: [number, Session][] } {
  const sessions: Session[] = []
  const current = new Map<number, Session>()
  const views: [number, Session][] = []
  for (const { at, person } of people) {
    const last = current.get(person)
    const isSame = last !== undefined && at - last.ended <= sessionSeconds
    const visitor = person * 100_000 + Math.floor(at / 86_400)
    const session = isSame ? last : { id: sessions.length + 1, visitor, started: at, ended: at }
    if (!isSame) sessions.push(session)
    session.ended = at
    current.set(person, session)
    views.push([at, session])
  }
  return { sessions, views }
}

const tables15 = ['statistics_sessions', 'statistics_views', 'statistics_summary_totals']

/** @param says of the option `wp_statistics_plugin_version`; not there when undefined */
const wpStatistics15 = (says: string | undefined, leftOver: boolean): Model => ({
  name: `WP Statistics 15, version ${says}${leftOver ? ', beside tables of 14' : ''}`,
  plugin,
  schema: async () => `
    ${await tablesOf('wp-statistics-15', ...tables15)}
    ${leftOver ? await tablesOf('wp-statistics', 'statistics_visitor', 'statistics_historical') : ''}`,
  fill({ hits, zone, now, today }) {
    const people = hits.filter(({ kind }) => kind === 'person')
    const { sessions, views } = sessionsOf(people)
    const day = (at: number) => wallAt(at, zone).day
    // By the day of UTC, in which some days of the site are half gone.
    const oldest = hits[0]?.at ?? now
    const cutoff = Date.parse(`${shifted(oldest + purgedDays * 86_400, 0).day}T00:00:00Z`) / 1000
    const kept = sessions.filter(({ ended }) => ended >= cutoff)
    const keptViews = views.filter(([at]) => at >= cutoff)
    const liveFrom = day(Math.min(...kept.map(({ started }) => started)))
    const closed = [...groups(views, ([at]) => day(at))].filter(([each]) => each < today)
    const summary = closed.map(([date, own]) => {
      const visitors = distinct(
        sessions.filter(({ started }) => day(started) === date),
        ({ visitor }) => visitor,
      )
      const wrong = { date, visitors: 7777, sessions: 7777, views: 8888 }
      return date < liveFrom ? { date, visitors, sessions: 1, views: own.length } : wrong
    })
    const gone = (from?: string, to?: string) =>
      summary.filter(({ date }) => date < liveFrom && within(date, from, to))
    const recent = kept.filter(({ ended }) => ended >= now - onlineSeconds)
    const visitor = (at: string): Row => ({
      last_counter: at,
      ip: '#hash#1',
      hits: 5000,
      agent: 'Firefox',
      platform: 'Linux',
      version: '127',
      referred: '',
      user_id: 0,
      last_view: `${at} 10:00:00`,
    })
    return {
      tables: {
        wp_statistics_sessions: kept.map(({ id, visitor, started, ended }) => ({
          ID: id,
          visitor_id: visitor,
          started_at: utc(started),
          ended_at: utc(ended),
        })),
        wp_statistics_views: keptViews.map(([at, session]) => ({
          session_id: session.id,
          resource_uri_id: 1,
          resource_id: 1,
          viewed_at: utc(at),
        })),
        wp_statistics_summary_totals: summary,
        ...(leftOver
          ? {
              wp_statistics_visitor: [visitor(old)],
              wp_statistics_historical: [
                { category: 'visitors', page_id: -1, uri: '-1', value: 4000 },
              ],
            }
          : {}),
      },
      options: says === undefined ? {} : { wp_statistics_plugin_version: says },
      expected: {
        ...periods('visitors', today, (from, to) => {
          const own = kept.filter(({ started }) => within(day(started), from, to))
          return distinct(own, (each) => each.visitor) + sum(gone(from, to), (d) => d.visitors)
        }),
        ...periods('views', today, (from, to) => {
          const own = keptViews.filter(([at]) => {
            const each = day(at)
            return each >= liveFrom && within(each, from, to)
          })
          return own.length + sum(gone(from, to), (d) => d.views)
        }),
        'visitors.online': distinct(recent, (each) => each.visitor),
      },
    }
  },
})

/** A version beside tables that another one has left, with rows that are old, or without any. */
const beside = (
  model: Model,
  says: string | undefined,
  left: 'old rows' | 'no rows',
  schema: () => Promise<string>,
  rows: Readonly<Record<string, readonly Row[]>>,
): Model => ({
  name: `${model.name}, version ${says}, with ${left} in ${Object.keys(rows).join(', ')}`,
  plugin,
  schema: async () => `${await model.schema()} ${await schema()}`,
  fill(traffic) {
    const filled = model.fill(traffic)
    const others = Object.entries(rows).map(([table, own]) => [
      table,
      left === 'old rows' ? own : [],
    ])
    return {
      ...filled,
      tables: { ...filled.tables, ...Object.fromEntries(others) },
      options: says === undefined ? {} : { wp_statistics_plugin_version: says },
    }
  },
})

const oldVisit = [{ last_counter: old, last_visit: `${old} 12:00:00`, visit: 4000 }]
const oldEntry = {
  ip: '#hash#1',
  created: 1_767_607_200,
  timestamp: 1_767_607_200,
  date: `${old} 10:00:00`,
  referred: '',
  agent: 'Firefox',
  user_id: 0,
  page_id: 0,
  type: 'post',
}
const of13 = () => tablesOf('wp-statistics-13', 'statistics_visit', 'statistics_useronline')
const of15 = () => tablesOf('wp-statistics-15', 'statistics_sessions', 'statistics_views')
const visitOnly = () => tablesOf('wp-statistics-13', 'statistics_visit')
const rows13 = { wp_statistics_visit: oldVisit, wp_statistics_useronline: [oldEntry] }
const rows15 = {
  wp_statistics_sessions: [
    { visitor_id: 1, started_at: `${old} 10:00:00`, ended_at: `${old} 10:00:00` },
  ],
  wp_statistics_views: [
    { session_id: 1, resource_uri_id: 1, resource_id: 1, viewed_at: `${old} 10:00:00` },
  ],
}

export const wpStatisticsLayouts: readonly Model[] = [
  wpStatistics15('15.0', false),
  wpStatistics15(undefined, false),
  wpStatistics15('15.0', true),
  wpStatistics15(undefined, true),
  beside(wpStatistics1416, '14.16.4', 'old rows', of13, rows13),
  beside(wpStatistics1416, '14.16.4', 'no rows', of13, rows13),
  beside(wpStatistics1416, undefined, 'old rows', of13, rows13),
  beside(wpStatistics1416, undefined, 'no rows', of13, rows13),
  beside(wpStatistics1415, '14.15.6', 'old rows', visitOnly, { wp_statistics_visit: oldVisit }),
  beside(wpStatistics1415, undefined, 'old rows', visitOnly, { wp_statistics_visit: oldVisit }),
  beside(wpStatistics1416, '14.16.4', 'old rows', of15, rows15),
  beside(wpStatistics1416, undefined, 'old rows', of15, rows15),
  beside(wpStatistics13, '13.2.16', 'old rows', of15, rows15),
  beside(wpStatistics13, undefined, 'no rows', of15, rows15),
]
