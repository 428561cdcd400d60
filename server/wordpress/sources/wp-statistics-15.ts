import type { Query } from '../database/database.ts'
import { toDay } from '../day.ts'
import {
  addDays,
  type Moment,
  momentAt,
  offsetSeconds,
  type Stretch,
  stretches,
  utcOfMidnight,
  utcTime,
} from '../moment.ts'
import type { Site } from '../site.ts'
import { countVisitors, daily, onlineVisitors, type Plan } from './source.ts'

const onlineSeconds = 300
/** Without an index on its end, a session is looked for among those that began in so long. */
const longestSessionSeconds = 86_400
/** Before and after every day that the plugin has counted. */
const [firstDay, lastDay] = ['0001-01-01', '9999-12-30'] as const

/**
 * WP Statistics 15, as its branch release-15-base counts: sessions and views with UTC times, visitors
 * distinct over the period. Its maintenance deletes old sessions and views and keeps a summary of each
 * closed day, which stands for the days before the oldest session.
 */
export async function planOf15(site: Site, query: Query): Promise<Plan> {
  const sessions = site.table('statistics_sessions')
  const views = site.table('statistics_views')
  const summary = site.table('statistics_summary_totals')
  const liveFrom = await firstLiveDay(site, query)
  const day = (column: string) =>
    site.engine === 'sqlite'
      ? `DATE(${column}, CASE WHEN ${column} < ? THEN ? ELSE ? END || ' seconds')`
      : `DATE(${column} + INTERVAL CASE WHEN ${column} < ? THEN ? ELSE ? END SECOND)`
  const live = (days: readonly Stretch[]) =>
    days.flatMap(({ from, to, change, before, after }) => {
      const values = [utcTime(change), before, after, utcTime(from), utcTime(to)]
      return [
        {
          text: `SELECT ${day('started_at')} AS day, COUNT(DISTINCT visitor_id) AS visitors, 0 AS views
            FROM ${sessions} WHERE started_at >= ? AND started_at < ? GROUP BY day`,
          values,
        },
        {
          text: `SELECT ${day('viewed_at')} AS day, 0 AS visitors, COUNT(*) AS views
            FROM ${views} WHERE viewed_at >= ? AND viewed_at < ? GROUP BY day`,
          values,
        },
      ]
    })
  const closed = (from: string, to: string) => ({
    text: `SELECT date AS day, visitors, views FROM ${summary} WHERE date BETWEEN ? AND ? AND date < ?`,
    values: [from, to, liveFrom],
  })
  const counting = (moment: Moment, from: string, to?: string) => [
    ...live(stretches(moment, from < liveFrom ? liveFrom : from, to)),
    closed(from, to ?? lastDay),
  ]
  return {
    offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
    distinct: ['visitors'],
    days: (open, moment) => counting(moment, open?.from ?? firstDay),
    slices: {
      by: 'day',
      oldest: (moment) => ({
        text: `SELECT MIN(day) AS day FROM (SELECT MIN(date) AS day FROM ${summary}
          UNION ALL SELECT ${day('MIN(started_at)')} FROM ${sessions}) AS oldest`,
        values: [utcTime(0), offsetSeconds(moment), offsetSeconds(moment)],
      }),
      part: ({ from, to }, moment) => counting(moment, from, to),
    },
    period(range, { timezone }) {
      const { from, to } = range ?? { from: firstDay, to: lastDay }
      return {
        text: `SELECT (SELECT COUNT(DISTINCT visitor_id) FROM ${sessions}
            WHERE started_at >= ? AND started_at < ?)
          + (SELECT COALESCE(SUM(visitors), 0) FROM ${summary}
            WHERE date BETWEEN ? AND ? AND date < ?) AS visitors`,
        values: [
          ...[utcOfMidnight(from, timezone), utcOfMidnight(addDays(to, 1), timezone)],
          ...[from, to, liveFrom],
        ],
      }
    },
    online(query, { epochMs }) {
      const before = (seconds: number) => momentAt(epochMs - seconds * 1000, 'UTC').wallTime
      return countVisitors(
        query,
        {
          text: `SELECT COUNT(DISTINCT visitor_id) AS visitors FROM ${sessions}
            WHERE started_at >= ? AND ended_at BETWEEN ? AND ?`,
          values: [before(longestSessionSeconds), before(onlineSeconds), before(0)],
        },
        sessions,
      )
    },
    newest: (moment) => ({
      text: `SELECT ${day('MAX(started_at)')} AS day FROM ${sessions}`,
      values: [utcTime(0), offsetSeconds(moment), offsetSeconds(moment)],
    }),
  }
}

/** The day of the oldest session; where there is none, the day after the newest that is closed. */
async function firstLiveDay(site: Site, query: Query): Promise<string> {
  const [oldest] = await query({
    text: `SELECT MIN(started_at) AS time FROM ${site.table('statistics_sessions')}`,
    values: [],
  })
  const time = oldest?.['time']
  if (typeof time === 'string') {
    return momentAt(Date.parse(`${time.replace(' ', 'T')}Z`), site.timezone).today
  }
  const [newest] = await query({
    text: `SELECT MAX(date) AS day FROM ${site.table('statistics_summary_totals')}`,
    values: [],
  })
  const day = newest && toDay(newest)
  return day === undefined ? firstDay : addDays(day, 1)
}
