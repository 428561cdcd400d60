import { daily, type Source } from './source.ts'

/**
 * Statify: one row a page view, and nothing that tells visitors apart. By default it deletes rows
 * older than 14 days, and its total falls with them.
 */
export const statify: Source = {
  id: 'statify',
  name: 'Statify',
  plugin: 'statify/statify.php',
  needs: { statify: ['id', 'created'] },
  bots: 'excluded',
  plan: (site) => ({
    offers: daily('views', 'views'),
    days: (from, watermark) => ({
      text: `SELECT created AS day, COUNT(*) AS views FROM ${site.table('statify')}
        ${from === undefined ? '' : 'WHERE created >= ?'}
        ${from === undefined || watermark === undefined ? '' : 'AND id > ?'} GROUP BY created`,
      values: from === undefined ? [] : watermark === undefined ? [from] : [from, watermark],
    }),
    watermark: (from) => ({
      text: `SELECT MIN(id) - 1 AS watermark FROM ${site.table('statify')} WHERE created >= ?`,
      values: [from],
    }),
  }),
}
