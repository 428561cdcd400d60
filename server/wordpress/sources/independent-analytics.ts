import {
  addDays,
  momentAt,
  offsetSeconds,
  type Stretch,
  stretches,
  utcOfMidnight,
} from '../moment.ts'
import { countVisitors, daily, onlineVisitors, type Source } from './source.ts'

const daySeconds = 86_400

const onlineSeconds = 300

/**
 * Independent Analytics 2: views and the sessions they belong to, times in UTC. As in its dashboard,
 * a view counts in a range when its session began there too, so a range is not the sum of its days.
 */
export const independentAnalytics: Source = {
  id: 'independent-analytics',
  name: 'Independent Analytics',
  plugins: ['independent-analytics/iawp.php', 'independent-analytics-pro/iawp.php'],
  needs: [
    {
      independent_analytics_views: ['id', 'viewed_at', 'session_id'],
      independent_analytics_sessions: ['session_id', 'visitor_id', 'created_at'],
    },
  ],
  bots: 'excluded',
  plan(site) {
    const views = site.table('independent_analytics_views')
    const sessions = site.table('independent_analytics_sessions')
    const joined = `FROM ${views} AS v JOIN ${sessions} AS s ON s.session_id = v.session_id`
    const counted = 'COUNT(DISTINCT s.visitor_id) AS visitors, COUNT(DISTINCT v.id) AS views'
    const day = (column: string) => localDay(column, site.engine)
    /** A statement a stretch: in each of them the offset of a time is told by three numbers. */
    const byDay = (parts: readonly Stretch[]) =>
      parts.map(({ from, to, change, before, after }) => {
        const offset = [wallTime(change), before, after]
        const times = [wallTime(from), wallTime(to)]
        return {
          text: `SELECT ${day('v.viewed_at')} AS day, ${counted} ${joined}
            WHERE v.viewed_at >= ? AND v.viewed_at < ? AND s.created_at >= ? AND s.created_at < ?
              AND ${day('v.viewed_at')} = ${day('s.created_at')} GROUP BY day`,
          values: [...offset, ...times, ...times, ...offset, ...offset],
        }
      })
    const dayOf = (time: string) =>
      site.engine === 'sqlite'
        ? `DATE(${time}, ? || ' seconds')`
        : `DATE(${time} + INTERVAL ? SECOND)`
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      settleSeconds: 3600,
      distinct: ['visitors', 'views'],
      days: (open, moment) => byDay(stretches(moment, open?.from)),
      slices: {
        by: 'day',
        // A day early, as the offset may have been another then.
        oldest: (moment) => ({
          text: `SELECT ${dayOf('MIN(viewed_at)')} AS day FROM ${views}`,
          values: [offsetSeconds(moment) - daySeconds],
        }),
        part: ({ from, to }, moment) => byDay(stretches(moment, from, to)),
      },
      period(range, { timezone }) {
        if (range === undefined) {
          const text = `SELECT ${counted} ${joined} WHERE v.viewed_at IS NOT NULL`
          return { text, values: [] }
        }
        const from = utcOfMidnight(range.from, timezone)
        const to = utcOfMidnight(addDays(range.to, 1), timezone)
        return {
          text: `SELECT ${counted} ${joined}
            WHERE v.viewed_at >= ? AND v.viewed_at < ? AND s.created_at >= ? AND s.created_at < ?`,
          values: [from, to, from, to],
        }
      },
      online: (query, { epochMs }) =>
        countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT s.visitor_id) AS visitors ${joined}
              WHERE v.viewed_at > ? AND v.viewed_at <= ?`,
            values: [
              momentAt(epochMs - onlineSeconds * 1000, 'UTC').wallTime,
              momentAt(epochMs, 'UTC').wallTime,
            ],
          },
          views,
        ),
      newest: (moment) => ({
        text: `SELECT ${dayOf('MAX(viewed_at)')} AS day FROM ${views}`,
        values: [offsetSeconds(moment)],
      }),
    }
  },
}

/**
 * SQL for the site-local day of a UTC time: it is shifted by the offset that was in force then, as the
 * plugin does it. Its places are the time of the change, and the offsets before and after.
 */
function localDay(column: string, engine: 'mysql' | 'sqlite'): string {
  const shift = `CASE WHEN ${column} < ? THEN ? ELSE ? END`
  return engine === 'sqlite'
    ? `DATE(${column}, (${shift}) || ' seconds')`
    : `DATE(${column} + INTERVAL (${shift}) SECOND)`
}

/** A time of the database, from seconds since 1970; what it cannot hold becomes its first or last. */
function wallTime(seconds: number): string {
  const held = Math.min(Math.max(seconds, -62_000_000_000), 250_000_000_000)
  return momentAt(held * 1000, 'UTC').wallTime
}
