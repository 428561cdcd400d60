import { type Moment, wallTimeBefore } from '../moment.ts'
import {
  count,
  countVisitors,
  daily,
  keyEdges,
  type OpenDays,
  onlineVisitors,
  type Plan,
  type Source,
  type Where,
  whereOpen,
  whereSlice,
} from './source.ts'
import { planOf15 } from './wp-statistics-15.ts'
import { layoutOf } from './wp-statistics-layout.ts'

/** WP Statistics 14 takes a visitor as gone 5 minutes after the last view. */
const onlineSeconds = 300
/** WP Statistics 13 removes an online entry 120 s after its last hit, when the next hit comes in. */
const onlineEntrySeconds = 120

/**
 * WP Statistics. Visitors are rows of `statistics_visitor`, one a visitor and day. Up to 14.14 views
 * are kept by the day in `statistics_visit`, later as `hits` of the visitors. What a purge removed is
 * in `statistics_historical` and belongs to the totals, as in the plugin's traffic widget. Version 15
 * has other tables.
 */
export const wpStatistics: Source = {
  id: 'wp-statistics',
  name: 'WP Statistics',
  plugins: ['wp-statistics/wp-statistics.php'],
  needs: [
    {
      statistics_visitor: ['ID', 'last_counter', 'hits'],
      statistics_historical: ['category', 'value'],
    },
    {
      statistics_sessions: ['visitor_id', 'started_at', 'ended_at'],
      statistics_views: ['viewed_at'],
      statistics_summary_totals: ['date', 'visitors', 'views'],
    },
  ],
  also: ['statistics_visit', 'statistics_useronline'],
  bots: 'excluded',
  async plan(site, query) {
    const layout = await layoutOf(site, query)
    const { note: layoutNote } = layout
    if (layout.visitors === 'sessions') {
      return { ...(await planOf15(site, query)), layout: 'statistics_sessions', layoutNote }
    }
    const visitor = site.table('statistics_visitor')
    const visit = site.table('statistics_visit')
    const useronline = site.table('statistics_useronline')
    const hasVisit = layout.views === 'visit'
    const online: NonNullable<Plan['online']> | undefined =
      layout.online === 'useronline'
        ? (query, moment) =>
            // The list is what the last hit left of it: as the plugin shows it while that hit is recent,
            // and nobody once it is not, although the plugin would go on showing the entries. In the hour
            // after the clocks were put back the last hit is not the one with the highest time.
            countVisitors(
              query,
              {
                text: `SELECT COUNT(*) AS visitors FROM ${useronline}
                WHERE \`timestamp\` >= (SELECT MAX(\`timestamp\`) FROM ${useronline}
                  WHERE \`timestamp\` > ? AND \`timestamp\` <= ?) - ${onlineEntrySeconds}`,
                values: [moment.wallEpoch - onlineEntrySeconds, moment.wallEpoch],
              },
              useronline,
            )
        : layout.online === 'last_view'
          ? (query, moment, watermark = 0) =>
              countVisitors(
                query,
                {
                  // By the key, not by the index of the date, which costs a look at the row for each: 1.0
                  // instead of 1.7 ms for 500 rows. In COALESCE the optimiser does not see that index.
                  text: `SELECT COUNT(*) AS visitors FROM ${visitor}
                  WHERE ID > ? AND COALESCE(last_counter, '') = ? AND last_view BETWEEN ? AND ?`,
                  values: [
                    ...[watermark, moment.today],
                    ...[wallTimeBefore(moment, onlineSeconds), moment.wallTime],
                  ],
                },
                visitor,
              )
          : undefined
    const date = { column: 'last_counter' }
    const visitors = ({ text, values }: Where) => ({
      text: `SELECT last_counter AS day, COUNT(*) AS visitors, ${hasVisit ? '0' : 'SUM(hits)'} AS views
        FROM ${visitor} ${text} GROUP BY last_counter`,
      values,
    })
    const views = ({ text, values }: Where) => ({
      text: `SELECT last_counter AS day, 0 AS visitors, SUM(visit) AS views
        FROM ${visit} ${text} GROUP BY last_counter`,
      values,
    })
    return {
      offers: [
        ...daily('visitors', 'visitor-days'),
        ...(online === undefined ? [] : [onlineVisitors]),
        ...daily('views', 'views'),
      ],
      layout: hasVisit ? 'statistics_visit' : 'statistics_visitor',
      layoutNote,
      days(open) {
        const rows = visitors(whereOpen(open, date, 'ID'))
        if (!hasVisit) return rows
        const days = views(whereOpen(open, date))
        return {
          text: `${rows.text} UNION ALL ${days.text}`,
          values: [...rows.values, ...days.values],
        }
      },
      // One pass over the rows of the open days instead of two, and one round trip.
      ...(layout.online === 'last_view' && !hasVisit
        ? {
            live: (open: OpenDays, moment: Moment) => {
              const { text, values } = whereOpen(open, date, 'ID')
              return {
                text: `SELECT last_counter AS day, COUNT(*) AS visitors, SUM(hits) AS views,
                    SUM(CASE WHEN last_counter = ? AND last_view BETWEEN ? AND ? THEN 1 ELSE 0 END) AS online
                  FROM ${visitor} ${text} GROUP BY last_counter`,
                values: [
                  moment.today,
                  wallTimeBefore(moment, onlineSeconds),
                  moment.wallTime,
                  ...values,
                ],
              }
            },
          }
        : {}),
      slices: {
        by: 'key',
        addsUp: true,
        edges: () => keyEdges(visitor, 'ID'),
        part: (slice) => visitors(whereSlice(slice, 'ID', date)),
        // One row a day.
        ...(hasVisit ? { rest: () => views(whereOpen(undefined, date)) } : {}),
      },
      watermark: (from) => ({
        text: `SELECT MIN(ID) - 1 AS watermark FROM ${visitor} WHERE last_counter >= ?`,
        values: [from],
      }),
      base(query) {
        const historical = site.table('statistics_historical')
        const sql = {
          text: `SELECT SUM(CASE WHEN category = 'visitors' THEN value ELSE 0 END) AS visitors,
              SUM(CASE WHEN category = 'visits' THEN value ELSE 0 END) AS views
            FROM ${historical} WHERE category IN ('visitors', 'visits')`,
          values: [],
        }
        return count(query, sql, historical)
      },
      ...(online === undefined ? {} : { online }),
      newest: () => ({ text: `SELECT MAX(last_counter) AS day FROM ${visitor}`, values: [] }),
    }
  },
}
