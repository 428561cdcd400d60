import * as v from 'valibot'
import { toCount } from '../count.ts'
import { siteTimezone } from '../moment.ts'
import type { Offer, Source } from './source.ts'

const archive = /^matomo_archive_numeric_(\d{4})_(\d{2})$/
/** Archive of a single day, as against week, month, year and range. */
const PERIOD_DAY = 1
const DONE_OK = 1

const SiteRow = v.object({ idsite: v.unknown(), timezone: v.string() })
/** Beside IANA names, `UTC+5.5`. */
const hours = /^UTC([+-][\d.]+)$/

const visitorDays: Offer[] = (['today', 'yesterday'] as const).map((period) => ({
  metric: 'visitors',
  period,
  unit: 'visitors',
}))
const viewPeriods = ['total', 'today', 'yesterday', 'last7days', 'last30days'] as const
const views: Offer[] = viewPeriods.map((period) => ({ metric: 'views', period, unit: 'views' }))

/**
 * Matomo for WordPress 5. Its reports come from archives, one table a month, which a scheduled job
 * writes, so today lags. Of several archives of a day the newest complete one counts. Unique visitors
 * exist for days, not for 7 or 30 of them or for all time, so those are not offered. Views are its
 * actions. Read from its code, not run.
 */
export const matomo: Source = {
  id: 'matomo',
  name: 'Matomo',
  plugins: ['matomo/matomo.php'],
  needs: [{ matomo_site: ['idsite', 'timezone'], matomo_log_visit: ['idvisit'] }],
  also: 'all',
  bots: 'excluded',
  async plan(site, query) {
    const [row] = await query({
      text: `SELECT idsite, timezone FROM ${site.table('matomo_site')} ORDER BY idsite LIMIT 1`,
      values: [],
    })
    // A plugin that is not set up yet has no site, and nothing that belongs to one.
    const own = v.safeParse(SiteRow, row)
    const { idsite, timezone } = own.success ? own.output : { idsite: 1, timezone: site.timezone }
    const id = toCount(idsite, 'idsite of matomo_site')
    const zone = own.success ? siteTimezone(timezone, hours.exec(timezone)?.[1] ?? '') : timezone
    return {
      offers: [...visitorDays, ...views],
      zone: () => zone,
      days(open) {
        const month = open?.from.slice(0, 7) ?? ''
        const tables = site.tables.filter((name) => {
          const [, year, number] = archive.exec(name) ?? []
          return year !== undefined && `${year}-${number}` >= month
        })
        const selects = tables.map((name) => dayArchives(site.table(name), id, open?.from))
        return {
          // Without a table there is no archive yet: no rows, in the columns that are expected.
          text:
            selects.length === 0
              ? `SELECT '1970-01-01' AS day, 0 AS visitors, 0 AS views
                  FROM ${site.table('matomo_site')} WHERE 1 = 0`
              : selects.join(' UNION ALL '),
          values: open === undefined ? [] : tables.map(() => open.from),
        }
      },
      emptyDays: 'unknown',
    }
  },
}

/** `done` marks an archive of all plugins; `done<hash>` ones are of segments, with other numbers. */
function dayArchives(table: string, idsite: number, from: string | undefined): string {
  const complete = (d: string) => `${d}.name IN ('done', 'done.VisitsSummary')
    AND ${d}.value = ${DONE_OK} AND ${d}.period = ${PERIOD_DAY} AND ${d}.idsite = ${idsite}
    AND ${d}.date1 = a.date1`
  return `SELECT a.date1 AS day,
      MAX(CASE WHEN a.name = 'nb_uniq_visitors' THEN a.value ELSE 0 END) AS visitors,
      MAX(CASE WHEN a.name = 'nb_actions' THEN a.value ELSE 0 END) AS views
    FROM ${table} AS a
    WHERE a.name IN ('nb_uniq_visitors', 'nb_actions') AND a.period = ${PERIOD_DAY}
      ${from === undefined ? '' : 'AND a.date1 >= ?'}
      AND a.idarchive = (SELECT MAX(d.idarchive) FROM ${table} AS d
        WHERE ${complete('d')} AND d.ts_archived =
          (SELECT MAX(n.ts_archived) FROM ${table} AS n WHERE ${complete('n')}))
    GROUP BY a.date1`
}
