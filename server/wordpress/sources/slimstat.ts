import { addDays, epochOfWallDay } from '../moment.ts'
import {
  countVisitors,
  daily,
  keyEdges,
  onlineVisitors,
  type Source,
  type Where,
  whereOpen,
  whereSlice,
} from './source.ts'

const onlineSeconds = 300
const daySeconds = 86_400

/**
 * Slimstat 5: one row a page view, crawlers among them. Visitors are what its reports call unique IPs.
 * `dt` is no epoch: it holds the seconds since 1970 of the wall clock, the site's UTC offset added.
 * Rows that its purge moves to an archive table leave its totals, so they leave ours.
 */
export const slimstat: Source = {
  id: 'slimstat',
  name: 'Slimstat',
  plugins: ['wp-slimstat/wp-slimstat.php'],
  needs: [{ slim_stats: ['id', 'ip', 'dt'] }],
  bots: 'included',
  plan(site) {
    const stats = site.table('slim_stats')
    const dt = { column: 'dt', value: epochOfWallDay }
    const epochDay = `(dt - dt % ${daySeconds}) / ${daySeconds}`
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT ${epochDay} AS epochDay, COUNT(DISTINCT ip) AS visitors, COUNT(*) AS views
        FROM ${stats} ${text} GROUP BY ${epochDay}`,
      values,
    })
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      distinct: ['visitors'],
      days: (open) => byDay(whereOpen(open, dt, 'id')),
      slices: {
        by: 'key',
        addsUp: false,
        edges: () => keyEdges(stats, 'id'),
        part: (slice) => byDay(whereSlice(slice, 'id', dt)),
      },
      watermark: (from) => ({
        text: `SELECT MIN(id) - 1 AS watermark FROM ${stats} WHERE dt >= ?`,
        values: [epochOfWallDay(from)],
      }),
      period: (range) => ({
        text: `SELECT COUNT(DISTINCT ip) AS visitors FROM ${stats}
          ${range === undefined ? '' : 'WHERE dt >= ? AND dt < ?'}`,
        values:
          range === undefined
            ? []
            : [epochOfWallDay(range.from), epochOfWallDay(addDays(range.to, 1))],
      }),
      online: (query, moment) =>
        countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT ip) AS visitors FROM ${stats} WHERE dt > ? AND dt <= ?`,
            values: [moment.wallEpoch - onlineSeconds, moment.wallEpoch],
          },
          stats,
        ),
      newest: () => ({
        text: `SELECT ${epochDay} AS epochDay FROM ${stats} ORDER BY dt DESC LIMIT 1`,
        values: [],
      }),
    }
  },
}
