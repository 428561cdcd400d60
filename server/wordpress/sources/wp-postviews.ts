import { count, type Source } from './source.ts'

/**
 * WP-PostViews: one number a post, in its metadata, and no dates at all: a total and nothing else. It
 * falls when a post is deleted or an editor types another number.
 */
export const wpPostViews: Source = {
  id: 'wp-postviews',
  name: 'WP-PostViews',
  plugins: ['wp-postviews/wp-postviews.php'],
  needs: [{ postmeta: ['meta_key', 'meta_value'] }],
  bots: 'unknown',
  plan(site) {
    const table = site.table('postmeta')
    const sum = 'SUM(meta_value + 0)'
    // A number that an editor has typed may have a fraction; the plugin cuts it off.
    const views = site.engine === 'sqlite' ? `CAST(${sum} AS INTEGER)` : `TRUNCATE(${sum}, 0)`
    return {
      offers: [{ metric: 'views', period: 'total', unit: 'views' }],
      total: (query) =>
        count(
          query,
          {
            text: `SELECT ${views} AS views FROM ${table} WHERE meta_key = 'views'`,
            values: [],
          },
          table,
        ),
    }
  },
}
