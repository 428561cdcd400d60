import * as v from 'valibot'
import { utcTime } from '../moment.ts'
import { countVisitors, onlineVisitors, type Source } from './source.ts'

const onlineSeconds = 300

const Settings = v.object({ timeout: v.pipe(v.unknown(), v.transform(Number), v.minValue(1)) })

/**
 * WP-UserOnline 2 to 4: one row a present visitor, robots among them, and nothing of the past. A visit
 * removes the rows of those who are gone; so the list is as the last visit left it, and nobody is
 * there once that is longer ago than the plugin waits.
 */
export const wpUserOnline: Source = {
  id: 'wp-useronline',
  name: 'WP-UserOnline',
  plugins: ['wp-useronline/wp-useronline.php'],
  needs: [{ useronline: ['timestamp', 'user_type', 'user_ip'] }],
  bots: 'included',
  async plan(site) {
    const table = site.table('useronline')
    const options =
      (await site.serializedOption('wp_useronline_options')) ??
      (await site.serializedOption('useronline'))
    const settings = v.safeParse(Settings, options)
    const seconds = settings.success ? settings.output.timeout : onlineSeconds
    // The plugin writes the time on the wall into a column that the server takes for its own time.
    const wall =
      site.engine === 'sqlite'
        ? '`timestamp`'
        : "CONVERT_TZ(`timestamp`, '+00:00', @@global.time_zone)"
    return {
      offers: [onlineVisitors],
      online: (query, moment) =>
        countVisitors(
          query,
          {
            text: `SELECT CASE WHEN MAX(${wall}) >= ? THEN COUNT(*) ELSE 0 END AS visitors FROM ${table}`,
            // As the plugin reckons, on the wall, also in the hour that comes twice.
            values: [utcTime(moment.wallEpoch - seconds)],
          },
          table,
        ),
    }
  },
}
