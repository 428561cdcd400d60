import { wallTimeBefore } from '../moment.ts'
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

const onlineSeconds = 240
/** Where the rows of today are looked for before all have been read: its table has no index but its key. */
const newestKeys = 200_000
/** Rows of crawlers and feed readers are in the same table. */
const people = "spider = '' AND feed = ''"
const compact = (day: string) => Number(day.replaceAll('-', ''))

/**
 * NewStatPress 1.4: one row a hit, its day as the number 20261015. A visit is an IP address of the
 * period; the total too, unless the plugin is set to add up the days.
 */
export const newStatPress: Source = {
  id: 'newstatpress',
  name: 'NewStatPress',
  plugins: ['newstatpress/newstatpress.php'],
  needs: [{ statpress: ['id', 'date', 'time', 'ip', 'spider', 'feed'] }],
  bots: 'excluded',
  async plan(site) {
    const table = site.table('statpress')
    const sums = (await site.option('newstatpress_calculation_method')) === 'sum'
    const date = { column: 'date', value: compact }
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT date AS day, COUNT(DISTINCT ip) AS visitors, COUNT(*) AS views, MIN(id) AS least
        FROM ${table} ${text} GROUP BY date`,
      values,
    })
    const visitors = daily('visitors', 'visitors').map((offer) =>
      sums && offer.period === 'total' ? { ...offer, unit: 'visitor-days' as const } : offer,
    )
    return {
      offers: [...visitors, onlineVisitors, ...daily('views', 'views')],
      distinct: ['visitors'],
      days: (open) => byDay(whereOpen(open, date, 'id', people)),
      slices: {
        by: 'key',
        addsUp: false,
        hasLeast: true,
        edges: () => keyEdges(table, 'id'),
        part: (slice) => byDay(whereSlice(slice, 'id', date, people)),
      },
      watermark: (from) => ({
        text: `SELECT COALESCE(MIN(id) - 1, (SELECT MAX(id) FROM ${table})) AS watermark FROM ${table}
          WHERE id > (SELECT MAX(id) FROM ${table}) - ${newestKeys} AND date >= ?`,
        values: [compact(from)],
      }),
      period: (range) => ({
        text:
          range === undefined && sums
            ? `SELECT COUNT(*) AS visitors
                FROM (SELECT DISTINCT date, ip FROM ${table} WHERE ${people}) AS visits`
            : `SELECT COUNT(DISTINCT ip) AS visitors FROM ${table}
                WHERE ${people} ${range === undefined ? '' : 'AND date BETWEEN ? AND ?'}`,
        values: range === undefined ? [] : [compact(range.from), compact(range.to)],
      }),
      // Of the same date only: the plugin's figure starts anew at midnight.
      online(query, moment, watermark = 0) {
        const from = wallTimeBefore(moment, onlineSeconds)
        return countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT ip) AS visitors FROM ${table}
              WHERE id > ? AND ${people} AND date = ? AND time BETWEEN ? AND ?`,
            values: [
              watermark,
              compact(moment.today),
              from.startsWith(moment.today) ? from.slice(11) : '00:00:00',
              moment.wallTime.slice(11),
            ],
          },
          table,
        )
      },
      newest: () => ({
        text: `SELECT date AS day FROM ${table} ORDER BY id DESC LIMIT 1`,
        values: [],
      }),
    }
  },
}
