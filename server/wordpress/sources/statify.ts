import { daily, keyEdges, type Source, type Where, whereOpen, whereSlice } from './source.ts'

/**
 * Statify: one row a page view, and nothing that tells visitors apart. By default it deletes rows
 * older than 14 days, and its total falls with them.
 */
export const statify: Source = {
  id: 'statify',
  name: 'Statify',
  plugins: ['statify/statify.php'],
  needs: [{ statify: ['id', 'created'] }],
  bots: 'excluded',
  plan(site) {
    const table = site.table('statify')
    const created = { column: 'created' }
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT created AS day, COUNT(*) AS views FROM ${table} ${text} GROUP BY created`,
      values,
    })
    return {
      offers: daily('views', 'views'),
      days: (open) => byDay(whereOpen(open, created, 'id')),
      slices: {
        by: 'key',
        addsUp: true,
        edges: () => keyEdges(table, 'id'),
        part: (slice) => byDay(whereSlice(slice, 'id', created)),
      },
      watermark: (from) => ({
        text: `SELECT MIN(id) - 1 AS watermark FROM ${table} WHERE created >= ?`,
        values: [from],
      }),
      newest: () => ({ text: `SELECT MAX(created) AS day FROM ${table}`, values: [] }),
    }
  },
}
