import * as v from 'valibot'
import { toCount } from '../count.ts'
import type { Query, Sql } from '../database/database.ts'
import { offsetSeconds, siteTimezone } from '../moment.ts'
import type { Site } from '../site.ts'
import { daily, type Offer, type Source } from './source.ts'

const archive = /^matomo_archive_numeric_(\d{4})_(\d{2})$/
/** Archive of a single day, as against week, month, year and range. */
const PERIOD_DAY = 1
/**
 * Values of a row named `done…` whose archive Matomo itself still shows: complete, temporary,
 * invalidated, partial (`ArchiveSelector`, `Rules::getSelectableDoneFlagValues()`). Each run of its
 * archiver first sets today to invalidated, then computes it anew.
 */
const DONE_OK = 1
const DONE_OK_TEMPORARY = 3
const DONE_INVALIDATED = 4
const DONE_PARTIAL = 5

/** The name of a metric in an archive, and of the archiver's plugin that puts it there. */
const visitors = { metric: 'visitors', name: 'nb_uniq_visitors', plugin: 'VisitsSummary' } as const
/** Not `nb_actions`, which counts downloads, outlinks and searches of the site too. */
const views = { metric: 'views', name: 'Actions_nb_pageviews', plugin: 'Actions' } as const

const MatomoSite = v.object({
  idsite: v.pipe(
    v.unknown(),
    v.transform((id) => toCount(id, 'idsite of matomo_site')),
  ),
  name: v.string(),
  main_url: v.string(),
  timezone: v.string(),
})
export type MatomoSite = v.InferOutput<typeof MatomoSite>

/** Beside IANA names, `UTC+5.5`. */
const hours = /^UTC([+-][\d.]+)$/

const visitorDays: Offer[] = (['today', 'yesterday'] as const).map((period) => ({
  metric: 'visitors',
  period,
  unit: 'visitors',
}))

/**
 * Matomo 5, as a plugin of WordPress or by itself. Its reports come from archives, one table a month,
 * which a scheduled job writes, so today lags. Of several archives of a day the newest counts. Unique
 * visitors exist for days, not for 7 or 30 of them or for all time, so those are not offered.
 */
export const matomo: Source = {
  id: 'matomo',
  name: 'Matomo',
  plugins: ['matomo/matomo.php'],
  needs: [
    {
      matomo_site: ['idsite', 'name', 'main_url', 'timezone'],
      matomo_log_visit: ['idsite', 'visit_last_action_time'],
    },
  ],
  also: 'all',
  bots: 'excluded',
  async plan(site, query) {
    const own = await ownSite(site, query)
    // A plugin that is not set up yet has no site, and nothing that belongs to one.
    const idsite = own?.idsite ?? 1
    const zone = own === undefined ? site.timezone : matomoTimezone(own.timezone)
    return {
      offers: [...visitorDays, ...daily('views', 'views')],
      zone: () => zone,
      days(open) {
        const month = open?.from.slice(0, 7) ?? ''
        return site.tables
          .filter((name) => {
            const [, year, number] = archive.exec(name) ?? []
            return year !== undefined && `${year}-${number}` >= month
          })
          .sort()
          .map((name) => dayArchives(site.table(name), idsite, open?.from ?? '0001-01-01'))
      },
      newest: (moment) => ({
        text: `SELECT ${
          site.engine === 'sqlite'
            ? "DATE(MAX(visit_last_action_time), ? || ' seconds')"
            : 'DATE(MAX(visit_last_action_time) + INTERVAL ? SECOND)'
        } AS day FROM ${site.table('matomo_log_visit')} WHERE idsite = ?`,
        values: [offsetSeconds(moment), idsite],
      }),
      emptyDays: 'unknown',
    }
  },
}

/** A zone as Matomo names it. */
export function matomoTimezone(name: string): string {
  return siteTimezone(name, hours.exec(name)?.[1] ?? '')
}

/** The site that was asked for, else the first: a WordPress has one. */
async function ownSite({ matomoSite, table }: Site, query: Query): Promise<MatomoSite | undefined> {
  const sites = await matomoSites(query, table('matomo_site'))
  return sites.find(({ idsite }) => matomoSite === undefined || idsite === matomoSite)
}

/** All sites of a Matomo, by its table of them. */
export async function matomoSites(query: Query, table: string): Promise<MatomoSite[]> {
  const text = `SELECT idsite, name, main_url, timezone FROM ${table} ORDER BY idsite`
  return v.parse(v.array(MatomoSite), await query({ text, values: [] }))
}

/**
 * The days of one month's archives. `done` marks an archive of all of the archiver's plugins,
 * `done.Actions` of one; `done<32 digits>` are of segments, with other numbers.
 */
function dayArchives(table: string, idsite: number, from: string): Sql {
  const halves = [visitors, views].map(({ metric, name, plugin }) => {
    const zero = metric === 'visitors' ? 'a.value AS visitors, 0 AS views' : '0, a.value'
    return `SELECT a.date1 AS day, ${zero}
      FROM ${table} AS a
      WHERE a.idsite = ? AND a.date1 >= ? AND a.period = ${PERIOD_DAY} AND a.name = '${name}'
        AND a.idarchive = (SELECT d.idarchive FROM ${table} AS d
          WHERE d.idsite = ? AND d.date1 = a.date1 AND d.period = ${PERIOD_DAY}
            AND d.name IN ('done', 'done.${plugin}')
            AND (d.value IN (${DONE_OK}, ${DONE_OK_TEMPORARY}, ${DONE_INVALIDATED})
              OR d.value = ${DONE_PARTIAL} AND EXISTS (SELECT 1 FROM ${table} AS m
                WHERE m.idarchive = d.idarchive AND m.name = '${name}'))
          ORDER BY d.ts_archived DESC, d.idarchive DESC LIMIT 1)`
  })
  const values = [idsite, from, idsite]
  return { text: halves.join(' UNION ALL '), values: [...values, ...values] }
}
