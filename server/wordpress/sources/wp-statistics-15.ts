import type { Query } from '../database/database.ts'
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
  const offset = await oldestOffset(site, query)
  /** The day of the oldest session: those before it are in the summary alone. */
  const liveFrom =
    site.engine === 'sqlite'
      ? `COALESCE((SELECT DATE(MIN(started_at), ? || ' seconds') FROM ${sessions}), '${lastDay}')`
      : `COALESCE((SELECT DATE(MIN(started_at) + INTERVAL ? SECOND) FROM ${sessions}), '${lastDay}')`
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
  const counting = (moment: Moment, from?: string, to?: string) => [
    ...live(stretches(moment, from, to)),
    {
      text: `SELECT date AS day, visitors, views FROM ${summary}
        WHERE date BETWEEN ? AND ? AND date < ${liveFrom}`,
      values: [from ?? firstDay, to ?? lastDay, offset ?? offsetSeconds(moment)],
    },
  ]
  return {
    offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
    distinct: ['visitors'],
    days: (open, moment) => counting(moment, open?.from),
    slices: {
      by: 'day',
      oldest: (moment) => ({
        text: `SELECT MIN(day) AS day FROM (SELECT MIN(date) AS day FROM ${summary}
          UNION ALL SELECT ${day('MIN(started_at)')} FROM ${sessions}) AS oldest`,
        values: [utcTime(0), offsetSeconds(moment), offsetSeconds(moment)],
      }),
      part: ({ from, to }, moment) => counting(moment, from, to),
    },
    period(range, moment) {
      const { timezone } = moment
      const { from, to } = range ?? { from: firstDay, to: lastDay }
      return {
        text: `SELECT (SELECT COUNT(DISTINCT visitor_id) FROM ${sessions}
            WHERE started_at >= ? AND started_at < ?)
          + (SELECT COALESCE(SUM(visitors), 0) FROM ${summary}
            WHERE date BETWEEN ? AND ? AND date < ${liveFrom}) AS visitors`,
        values: [
          ...[utcOfMidnight(from, timezone), utcOfMidnight(addDays(to, 1), timezone)],
          ...[from, to, offset ?? offsetSeconds(moment)],
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

/** The UTC offset of the site when the oldest session began; undefined where there is none. */
async function oldestOffset(site: Site, query: Query): Promise<number | undefined> {
  const [oldest] = await query({
    text: `SELECT MIN(started_at) AS time FROM ${site.table('statistics_sessions')}`,
    values: [],
  })
  const time = oldest?.['time']
  if (typeof time !== 'string') return undefined
  return offsetSeconds(momentAt(Date.parse(`${time.replace(' ', 'T')}Z`), site.timezone))
}
