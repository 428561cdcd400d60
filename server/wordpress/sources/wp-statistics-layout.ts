import { FatalError } from '../../../common/errors.ts'
import type { Query } from '../database/database.ts'
import { toDay } from '../day.ts'
import { momentAt } from '../moment.ts'
import type { Site } from '../site.ts'
import { isFrom, toVersion } from '../version.ts'

/** Where a version of WP Statistics keeps what it counts. */
export interface Layout {
  /** `sessions` since 15, `visitor` before. */
  readonly visitors: 'sessions' | 'visitor'
  /** Views of days in `statistics_visit` before 14.15; later as `hits` of the visitors. */
  readonly views: 'visit' | 'hits'
  /** Who is on the site in `statistics_useronline` before 14.16; later by `last_view` of the visitors. */
  readonly online: 'useronline' | 'last_view' | 'unknown'
  readonly note: string
}

/** Text as the wall clock of the site shows a time, or the day where the table has no more. */
type Newest = string | undefined

/** In the hour that comes twice when clocks are put back, the newest row is not the one of the latest time. */
const togetherSeconds = 7200

/**
 * Tables of other versions are found beside those that count, old or empty: an update drops them at
 * its end, a step back leaves them. So the version tells, or else the newest rows.
 *
 * @throws FatalError when neither tells
 */
export async function layoutOf(site: Site, query: Query): Promise<Layout> {
  const version = toVersion(await site.option('wp_statistics_plugin_version'))
  const says = version === undefined ? 'its version is not known' : `version ${version}`
  const visitor = site.has('statistics_visitor')
  const sessions = site.has('statistics_sessions')
  if (sessions && (await isLater(site, query, version))) {
    const note = `${says}: the tables of version 15, known from its branch, not from a release`
    return { visitors: 'sessions', views: 'hits', online: 'unknown', note: withLeft(note, visitor) }
  }
  if (version !== undefined && isFrom(version, '15')) {
    throw new FatalError(
      `WP Statistics is of ${says}, but its table ${site.prefix}statistics_sessions is not there, or the account may not read it`,
    )
  }
  const hasVisit = site.has('statistics_visit')
  const visit = hasVisit && (await countsVisits(site, query, version))
  const hasUseronline = site.has('statistics_useronline')
  const useronline = hasUseronline && (await countsOnline(site, query, version))
  const lastView = site.has('statistics_visitor', 'last_view')
  const note = `${says}: visitors in statistics_visitor, views in ${
    visit ? 'statistics_visit' : 'their hits'
  }, online ${useronline ? 'in statistics_useronline' : lastView ? 'by last_view' : 'not known'}`
  return {
    visitors: 'visitor',
    views: visit ? 'visit' : 'hits',
    online: useronline ? 'useronline' : lastView ? 'last_view' : 'unknown',
    note: withLeft(note, sessions || visit !== hasVisit || useronline !== hasUseronline),
  }
}

function withLeft(note: string, left: boolean): string {
  return left ? `${note}; left-over tables of another version are not counted` : note
}

async function isLater(site: Site, query: Query, version: string | undefined): Promise<boolean> {
  if (version !== undefined) return isFrom(version, '15')
  if (!site.has('statistics_visitor')) return true
  const [old, later] = [await newestVisitor(site, query), await newestSession(site, query)]
  if (later === undefined || (old !== undefined && old > later)) return false
  if (old === undefined || !later.startsWith(old)) return true
  throw new FatalError(
    `WP Statistics: the option wp_statistics_plugin_version is not there, and the newest rows of the tables of version 15 and of those before are of the same day, ${old}, so none can be told to be the one that counts; open wp-admin once, so that the plugin writes its version`,
  )
}

async function countsVisits(
  site: Site,
  query: Query,
  version: string | undefined,
): Promise<boolean> {
  if (version !== undefined) return !isFrom(version, '14.15')
  const visit = await newestDay(query, 'last_counter', site.table('statistics_visit'))
  const visitor = await newestDay(query, 'last_counter', site.table('statistics_visitor'))
  return visitor === undefined || (visit !== undefined && visit >= visitor)
}

async function countsOnline(
  site: Site,
  query: Query,
  version: string | undefined,
): Promise<boolean> {
  if (version !== undefined) return !isFrom(version, '14.16')
  const table = site.table('statistics_useronline')
  const [row] = await query({
    text: `SELECT MAX(\`timestamp\`) AS newest FROM ${table}`,
    values: [],
  })
  const visitor = await newestVisitor(site, query)
  if (visitor === undefined) return true
  const newest = Number(row?.['newest'] ?? 0) + togetherSeconds
  return momentAt(newest * 1000, 'UTC').wallTime >= visitor
}

/** The newest time of a visitor, by the wall clock; of 13 only the day. */
async function newestVisitor(site: Site, query: Query): Promise<Newest> {
  const table = site.table('statistics_visitor')
  const day = await newestDay(query, 'last_counter', table)
  if (day === undefined || !site.has('statistics_visitor', 'last_view')) return day
  const [row] = await query({
    text: `SELECT MAX(last_view) AS newest FROM ${table} WHERE last_counter = ?`,
    values: [day],
  })
  const newest = row?.['newest']
  return typeof newest === 'string' ? newest : day
}

/** By the wall clock, as those of the visitors. */
async function newestSession(site: Site, query: Query): Promise<Newest> {
  const table = site.table('statistics_sessions')
  const [row] = await query({ text: `SELECT MAX(started_at) AS newest FROM ${table}`, values: [] })
  const newest = row?.['newest']
  if (typeof newest !== 'string') return undefined
  return momentAt(Date.parse(`${newest.replace(' ', 'T')}Z`), site.timezone).wallTime
}

async function newestDay(query: Query, column: string, table: string): Promise<Newest> {
  const [row] = await query({ text: `SELECT MAX(${column}) AS day FROM ${table}`, values: [] })
  return row === undefined ? undefined : toDay(row)
}
