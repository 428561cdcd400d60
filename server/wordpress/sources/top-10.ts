import { quoted } from '../site.ts'
import { count, daily, type Source, siteNumber } from './source.ts'

/**
 * Top 10 4: views of posts, all time by the post, and by the hour in the site's time. A network has one
 * table of each, with the number of the site in it. Views wait for a scheduled job, so those of
 * yesterday may come after midnight; its purge deletes hours, the totals stay.
 */
export const top10: Source = {
  id: 'top-10',
  name: 'Top 10',
  plugins: ['top-10/top-10.php', 'top-10-pro/top-10.php'],
  needs: [
    {
      top_ten: ['cntaccess', 'blog_id'],
      top_ten_daily: ['cntaccess', 'dp_date', 'blog_id'],
    },
  ],
  prefix: 'network',
  bots: 'unknown',
  plan({ base, blog }) {
    const here = siteNumber(blog)
    const totals = quoted(`${base}top_ten`)
    const hours = quoted(`${base}top_ten_daily`)
    const byDay = (condition: string, values: readonly string[]) => ({
      text: `SELECT DATE(dp_date) AS day, SUM(cntaccess) AS views
        FROM ${hours} WHERE blog_id = ${here} ${condition} GROUP BY DATE(dp_date)`,
      values,
    })
    return {
      offers: daily('views', 'views'),
      settleSeconds: 24 * 3600,
      days: (open) =>
        open === undefined ? byDay('', []) : byDay('AND dp_date >= ?', [`${open.from} 00:00:00`]),
      slices: {
        by: 'day',
        oldest: () => ({
          text: `SELECT DATE(MIN(dp_date)) AS day FROM ${hours} WHERE blog_id = ${here}`,
          values: [],
        }),
        part: ({ from, to }) =>
          byDay('AND dp_date >= ? AND dp_date <= ?', [`${from} 00:00:00`, `${to} 23:59:59`]),
      },
      total: (query) =>
        count(
          query,
          {
            text: `SELECT SUM(cntaccess) AS views FROM ${totals} WHERE blog_id = ${here}`,
            values: [],
          },
          totals,
        ),
      newest: () => ({
        text: `SELECT DATE(MAX(dp_date)) AS day FROM ${hours} WHERE blog_id = ${here}`,
        values: [],
      }),
    }
  },
}
