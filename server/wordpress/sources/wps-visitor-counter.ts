import { count, countVisitors, daily, onlineVisitors, type Source, whereOpen } from './source.ts'

const onlineSeconds = 300

/**
 * WPS Visitor Counter 1.4: one row an IP address and day. The totals have a start value on top. For 7
 * and 30 days the plugin goes by the database server's date; here they are the site's days.
 */
export const wpsVisitorCounter: Source = {
  id: 'wps-visitor-counter',
  name: 'WPS Visitor Counter',
  plugins: ['wps-visitor-counter/wps-visitor-counter.php'],
  needs: [
    {
      wps_statistic: ['ip', 'date', 'views', 'online'],
      wps_st_options: ['id', 'user_start', 'views_start'],
    },
  ],
  bots: 'excluded',
  plan(site) {
    const table = site.table('wps_statistic')
    return {
      offers: [...daily('visitors', 'visitor-days'), onlineVisitors, ...daily('views', 'views')],
      days(open) {
        const { text, values } = whereOpen(open, { column: 'date' })
        return {
          text: `SELECT date AS day, COUNT(*) AS visitors, SUM(views) AS views
            FROM ${table} ${text} GROUP BY date`,
          values,
        }
      },
      base(query) {
        const options = site.table('wps_st_options')
        const sql = {
          text: `SELECT user_start AS visitors, views_start AS views FROM ${options} WHERE id = 1`,
          values: [],
        }
        return count(query, sql, options)
      },
      // Text with the seconds since 1970 of the wall clock.
      online: (query, { wallEpoch }) =>
        countVisitors(
          query,
          {
            text: `SELECT COUNT(*) AS visitors FROM ${table} WHERE online + 0 > ?`,
            values: [wallEpoch - onlineSeconds],
          },
          table,
        ),
      newest: () => ({ text: `SELECT MAX(date) AS day FROM ${table}`, values: [] }),
    }
  },
}
