import { daily, type Source, whereOpen } from './source.ts'

/**
 * Koko Analytics 2: one row a day. Hits wait in a file until a scheduled job makes them rows, so the
 * newest minutes are in no table yet, and yesterday's row may still grow. Its live figure counts page
 * views, not visitors.
 */
export const kokoAnalytics: Source = {
  id: 'koko-analytics',
  name: 'Koko Analytics',
  plugins: ['koko-analytics/koko-analytics.php'],
  needs: [{ koko_analytics_site_stats: ['date', 'visitors', 'pageviews'] }],
  bots: 'excluded',
  plan(site) {
    const stats = site.table('koko_analytics_site_stats')
    return {
      offers: [...daily('visitors', 'visitor-days'), ...daily('views', 'views')],
      settleSeconds: 24 * 3600,
      days(open) {
        const { text, values } = whereOpen(open, { column: 'date' })
        return {
          text: `SELECT date AS day, visitors, pageviews AS views FROM ${stats} ${text}`,
          values,
        }
      },
      newest: () => ({ text: `SELECT MAX(date) AS day FROM ${stats}`, values: [] }),
      // The plugin's own totals say 1 visitor where a range has views but no visitor.
      shown: ({ visitors, views }) => ({
        visitors: views > 0 ? Math.max(visitors, 1) : visitors,
        views,
      }),
    }
  },
}
