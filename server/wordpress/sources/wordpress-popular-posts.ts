import { count, daily, keyEdges, type Source, type Where, whereOpen, whereSlice } from './source.ts'

/**
 * WordPress Popular Posts 7: views of posts and pages, all time by the post, and by the day as they
 * come, in the site's time. Its purge deletes days; the totals stay. On a site with an object cache
 * views may wait there for minutes; with its sampling on, they are estimates.
 */
export const wordpressPopularPosts: Source = {
  id: 'wordpress-popular-posts',
  name: 'WordPress Popular Posts',
  plugins: ['wordpress-popular-posts/wordpress-popular-posts.php'],
  needs: [
    {
      popularpostsdata: ['postid', 'pageviews'],
      popularpostssummary: ['ID', 'pageviews', 'view_date'],
    },
  ],
  bots: 'unknown',
  plan(site) {
    const data = site.table('popularpostsdata')
    const summary = site.table('popularpostssummary')
    const date = { column: 'view_date' }
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT view_date AS day, SUM(pageviews) AS views FROM ${summary} ${text} GROUP BY view_date`,
      values,
    })
    return {
      offers: daily('views', 'views'),
      days: (open) => byDay(whereOpen(open, date, 'ID')),
      slices: {
        by: 'key',
        addsUp: true,
        edges: () => keyEdges(summary, 'ID'),
        part: (slice) => byDay(whereSlice(slice, 'ID', date)),
      },
      watermark: (from) => ({
        text: `SELECT MIN(ID) - 1 AS watermark FROM ${summary} WHERE view_date >= ?`,
        values: [from],
      }),
      total: (query) =>
        count(query, { text: `SELECT SUM(pageviews) AS views FROM ${data}`, values: [] }, data),
      newest: () => ({ text: `SELECT MAX(view_date) AS day FROM ${summary}`, values: [] }),
    }
  },
}
