import {
  addDays,
  type Moment,
  momentAt,
  type OffsetSteps,
  offsetSteps,
  utcOfMidnight,
} from '../moment.ts'
import { countVisitors, daily, onlineVisitors, type Source, type Where } from './source.ts'

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
    const byDay = (moment: Moment, since: string | undefined, { text, values }: Where) => {
      const steps = offsetSteps(moment, since)
      const day = (column: string) => localDay(column, steps, site.engine)
      return {
        text: `SELECT ${day('v.viewed_at')} AS day, ${counted} ${joined}
          WHERE ${day('v.viewed_at')} = ${day('s.created_at')} ${text} GROUP BY ${day('v.viewed_at')}`,
        values,
      }
    }
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      settleSeconds: 3600,
      distinct: ['visitors', 'views'],
      days(open, moment) {
        const from = open && utcOfMidnight(open.from, moment.timezone)
        return byDay(moment, open?.from, {
          text: from === undefined ? '' : 'AND v.viewed_at >= ? AND s.created_at >= ?',
          values: from === undefined ? [] : [from, from],
        })
      },
      slices: {
        by: 'day',
        oldest: (moment) => ({
          text: `SELECT ${localDay('MIN(viewed_at)', offsetSteps(moment), site.engine)} AS day FROM ${views}`,
          values: [],
        }),
        part({ from, to }, moment) {
          const [begin, end] = [
            utcOfMidnight(from, moment.timezone),
            utcOfMidnight(addDays(to, 1), moment.timezone),
          ]
          return byDay(moment, undefined, {
            text: 'AND v.viewed_at >= ? AND v.viewed_at < ? AND s.created_at >= ? AND s.created_at < ?',
            values: [begin, end, begin, end],
          })
        },
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
        text: `SELECT ${localDay('MAX(viewed_at)', offsetSteps(moment), site.engine)} AS day FROM ${views}`,
        values: [],
      }),
    }
  },
}

/**
 * SQL for the site-local day of a UTC time: each time is shifted by the offset that was in force then,
 * as the plugin does it. Neither server knows the site's zone, so the steps are spelled out.
 */
function localDay(
  column: string,
  { earlier, seconds }: OffsetSteps,
  engine: 'mysql' | 'sqlite',
): string {
  const cases = earlier.map((step) => `WHEN ${column} < '${step.until}' THEN ${step.seconds}`)
  const shift = cases.length === 0 ? `${seconds}` : `CASE ${cases.join(' ')} ELSE ${seconds} END`
  return engine === 'sqlite'
    ? `DATE(${column}, (${shift}) || ' seconds')`
    : `DATE(${column} + INTERVAL (${shift}) SECOND)`
}
