import { addDays, epochOfWallDay, type Moment, offsetSeconds, offsetZone } from '../moment.ts'
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

const daySeconds = 86_400
/** The plugin looks at hits of the last 10 minutes, and gives each page 60 s beyond its time on page. */
const onlineSeconds = 600
const graceSeconds = 60

/**
 * Burst Statistics 1.7: one row a page view, its visitor in `uid`. Bounced hits do not count; a hit
 * stops being one when its session's second page comes, up to half an hour later. The plugin cuts days
 * with the UTC offset of now, also days on the other side of a clock change.
 */
export const burstStatistics: Source = {
  id: 'burst-statistics',
  name: 'Burst Statistics',
  plugins: ['burst-statistics/burst.php', 'burst-pro/burst-pro.php'],
  needs: [{ burst_statistics: ['ID', 'time', 'uid', 'bounce', 'time_on_page'] }],
  bots: 'excluded',
  plan(site) {
    const table = site.table('burst_statistics')
    const counted = `COUNT(DISTINCT CASE WHEN bounce = 0 THEN uid END) AS visitors,
      SUM(CASE WHEN bounce = 0 THEN 1 ELSE 0 END) AS views`
    const time = (moment: Moment) => ({
      column: 'time',
      value: (day: string) => epochOfWallDay(day) - offsetSeconds(moment),
    })
    const byDay = ({ text, values }: Where, moment: Moment) => {
      const shift = offsetSeconds(moment)
      const epochDay = `((time + ${shift}) - (time + ${shift}) % ${daySeconds}) / ${daySeconds}`
      return {
        text: `SELECT ${epochDay} AS epochDay, ${counted} FROM ${table} ${text} GROUP BY ${epochDay}`,
        values,
      }
    }
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      zone: (epochMs) => offsetZone(epochMs, site.timezone),
      settleSeconds: 3600,
      distinct: ['visitors'],
      days: (open, moment) => byDay(whereOpen(open, time(moment), 'ID'), moment),
      slices: {
        by: 'key',
        addsUp: false,
        edges: () => keyEdges(table, 'ID'),
        part: (slice, moment) => byDay(whereSlice(slice, 'ID', time(moment)), moment),
      },
      watermark: (from, moment) => ({
        text: `SELECT MIN(ID) - 1 AS watermark FROM ${table} WHERE time >= ?`,
        values: [epochOfWallDay(from) - offsetSeconds(moment)],
      }),
      period: (range, moment) => ({
        text: `SELECT ${counted} FROM ${table}
          ${range === undefined ? '' : 'WHERE time >= ? AND time < ?'}`,
        values:
          range === undefined
            ? []
            : [range.from, addDays(range.to, 1)].map(
                (day) => epochOfWallDay(day) - offsetSeconds(moment),
              ),
      }),
      online: (query, { epochMs }) =>
        countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT uid) AS visitors FROM ${table}
              WHERE time > ? AND time + time_on_page / 1000.0 + ${graceSeconds} > ?`,
            values: [Math.floor(epochMs / 1000) - onlineSeconds, Math.floor(epochMs / 1000)],
          },
          table,
        ),
      newest: (moment) => ({
        text: `SELECT (MAX(time) + ${offsetSeconds(moment)}) / ${daySeconds} AS epochDay FROM ${table}`,
        values: [],
      }),
    }
  },
}
