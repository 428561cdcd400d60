import { count, daily, keyEdges, type Source, type Where, whereOpen, whereSlice } from './source.ts'

/**
 * Page Views Count 2: views of posts and pages, all time by the post, and by the post and day in the
 * site's time. The plugin shows them by the post; the site's number is their sum. A post may have two
 * rows of a day, each with some of its views; an editor may type other numbers.
 */
export const pageViewsCount: Source = {
  id: 'page-views-count',
  name: 'Page Views Count',
  plugins: ['page-views-count/page-views-count.php'],
  needs: [{ pvc_total: ['postcount'], pvc_daily: ['id', 'time', 'postcount'] }],
  bots: 'unknown',
  plan(site) {
    const totals = site.table('pvc_total')
    const days = site.table('pvc_daily')
    const time = { column: 'time' }
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT time AS day, SUM(postcount) AS views FROM ${days} ${text} GROUP BY time`,
      values,
    })
    return {
      offers: daily('views', 'views'),
      days: (open) => byDay(whereOpen(open, time, 'id')),
      slices: {
        by: 'key',
        addsUp: true,
        edges: () => keyEdges(days, 'id'),
        part: (slice) => byDay(whereSlice(slice, 'id', time)),
      },
      watermark: (from) => ({
        text: `SELECT MIN(id) - 1 AS watermark FROM ${days} WHERE time >= ?`,
        values: [from],
      }),
      total: (query) =>
        count(query, { text: `SELECT SUM(postcount) AS views FROM ${totals}`, values: [] }, totals),
      // The table has no index but its key.
      newest: () => ({
        text: `SELECT time AS day FROM ${days} ORDER BY id DESC LIMIT 1`,
        values: [],
      }),
    }
  },
}
