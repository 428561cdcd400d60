import { type Moment, offsetSeconds, offsetZone, siteTimezone, utcOfMidnight } from '../moment.ts'
import {
  daily,
  keyEdges,
  type Source,
  siteNumber,
  type Where,
  whereOpen,
  whereSlice,
} from './source.ts'

/**
 * Visitor Traffic Real Time Statistics 8: one row a hit, with 1 visitor for the first of an address on
 * a day. Its tables have no prefix, and the sites of a multisite share them. Times are UTC, shifted by
 * the offset of now in the plugin's own time zone; it knows no zone by `gmt_offset`.
 */
export const visitorsTraffic: Source = {
  id: 'visitors-traffic-real-time-statistics',
  name: 'Visitor Traffic Real Time Statistics',
  plugins: ['visitors-traffic-real-time-statistics/Visitors-Traffic-Real-Time-Statistics.php'],
  needs: [{ ahc_visitors: ['vst_id', 'vst_date', 'vst_visitors', 'vst_visits', 'site_id'] }],
  prefix: 'none',
  bots: 'unknown',
  async plan(site) {
    const own = (await site.option('ahcfree_custom_timezone')) ?? ''
    const timezone = siteTimezone(own || ((await site.option('timezone_string')) ?? ''), '0')
    const here = `site_id = ${siteNumber(site.blog)}`
    const day =
      site.engine === 'sqlite'
        ? "DATE(vst_date, ? || ' seconds')"
        : 'DATE(vst_date + INTERVAL ? SECOND)'
    const date = (timezone: string) => ({
      column: 'vst_date',
      value: (from: string) => utcOfMidnight(from, timezone),
    })
    const byDay = ({ text, values }: Where, moment: Moment) => ({
      text: `SELECT ${day} AS day, SUM(vst_visitors) AS visitors, SUM(vst_visits) AS views
        FROM ahc_visitors ${text} GROUP BY day`,
      values: [offsetSeconds(moment), ...values],
    })
    return {
      offers: [...daily('visitors', 'visitor-days'), ...daily('views', 'views')],
      zone: (epochMs) => offsetZone(epochMs, timezone),
      days: (open, moment) => byDay(whereOpen(open, date(moment.timezone), 'vst_id', here), moment),
      slices: {
        by: 'key',
        addsUp: true,
        edges: () => keyEdges('ahc_visitors', 'vst_id'),
        part: (slice, moment) =>
          byDay(whereSlice(slice, 'vst_id', date(moment.timezone), here), moment),
      },
      watermark: (from, moment) => ({
        text: `SELECT MIN(vst_id) - 1 AS watermark FROM ahc_visitors WHERE ${here} AND vst_date >= ?`,
        values: [utcOfMidnight(from, moment.timezone)],
      }),
      newest: (moment) => ({
        // The day of the newest time, by the index on that; the newest of all days would look at each row.
        text: `SELECT ${day} AS day FROM ahc_visitors WHERE ${here}
          ORDER BY vst_date DESC LIMIT 1`,
        values: [offsetSeconds(moment)],
      }),
    }
  },
}
