import type { Settings } from './setting.ts'
import { choice, matching } from './types.ts'

/** Which WordPress is read, and which of its numbers. */
export const wordpressSettings = {
  wpConfig: {
    flag: '--wp-config <path>',
    env: 'WP_CONFIG',
    help: 'a wp-config.php, or the folder of a WordPress; parsed, never run',
    secret: true,
    perSite: true,
    oneOf: 'WordPress',
  },
  database: {
    flag: '--database <url>',
    env: 'DATABASE_URL',
    help: 'instead of it, the database: mysql://user:password@host:3306/name, with ?socketPath= or ?ssl=true, or sqlite:<file>',
    secret: true,
    perSite: true,
    oneOf: 'WordPress',
  },
  tablePrefix: {
    flag: '--table-prefix <prefix>',
    env: 'WP_TABLE_PREFIX',
    help: 'the table prefix (default: from wp-config.php, else found)',
    schema: matching(/^[A-Za-z0-9_]+$/, 'letters, digits and underscores, as wp_'),
    perSite: true,
  },
  source: {
    flag: '--source <plugin>',
    env: 'COUNT_SOURCE',
    help: 'the statistics plugin to read, as in docs/plugins.md, or sql',
    default: 'auto',
    perSite: true,
  },
  sql: {
    flag: '--sql <select>',
    env: 'COUNT_SQL',
    help: 'with --source sql: a SELECT that gives one row with one whole number',
    perSite: true,
  },
  totals: {
    flag: '--totals <how>',
    env: 'TOTALS',
    help: 'when the total of the plugin falls, as by a purge: follow it, or carry the difference forward',
    schema: choice(['follow', 'carry']),
    default: 'follow',
  },
} satisfies Settings
