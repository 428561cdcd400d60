import * as v from 'valibot'
import { FatalError } from '../../../common/errors.ts'
import type { Query } from '../database/database.ts'
import {
  addDays,
  epochOfMidnight,
  offsetSeconds,
  offsetZone,
  type Stretch,
  stretches,
} from '../moment.ts'
import type { Site } from '../site.ts'
import { isFrom, toVersion } from '../version.ts'
import { countVisitors, daily, onlineVisitors, type Source } from './source.ts'

const daySeconds = 86_400
/** The plugin looks at hits of the last 10 minutes, and gives each page so long beyond its time on page. */
const onlineSeconds = 600
const graceSeconds = 60
/** Since 2.2.7 a visitor who has left stays in the list for 4 minutes more. */
const exitSeconds = 240

const Settings = v.object({ exclude_bounces: v.optional(v.unknown()) })

/** How a version of the plugin counts. */
interface Layout {
  /** A condition for the page views that count. */
  readonly counted: string
  /** What it is called in a ledger. */
  readonly name: string
  readonly note: string
  /** Cuts days with the UTC offset of now, also days on the other side of a clock change. */
  readonly daysOfNow: boolean
  readonly graceSeconds: number
}

const all = {
  counted: '1 = 1',
  name: 'all page views',
  daysOfNow: true,
  graceSeconds: graceSeconds + exitSeconds,
}
/** A hit stops being a bounce when its session's second page comes, up to half an hour later. */
const unbounced = { counted: 'bounce = 0', name: 'without bounces', daysOfNow: true, graceSeconds }
/** Pages that were not found do not count. */
const found = { ...all, counted: "page_type <> '404'", name: 'without 404', daysOfNow: false }

/**
 * Burst Statistics 1 to 3.6: one row a page view, its visitor in `uid`. Whether bounced hits count, how
 * days are cut and who is online has changed with its versions.
 */
export const burstStatistics: Source = {
  id: 'burst-statistics',
  name: 'Burst Statistics',
  plugins: ['burst-statistics/burst.php', 'burst-pro/burst-pro.php'],
  needs: [{ burst_statistics: ['ID', 'time', 'uid', 'time_on_page'] }],
  also: ['burst_sessions'],
  bots: 'excluded',
  async plan(site, query) {
    const table = site.table('burst_statistics')
    const layout = await layoutOf(site, query)
    const { counted } = layout
    const counts = 'COUNT(DISTINCT uid) AS visitors, COUNT(*) AS views'
    const byDay = (days: readonly Stretch[], watermark = 0) =>
      days.map(({ from, to, change, before, after }) => ({
        text: `SELECT (wall - wall % ${daySeconds}) / ${daySeconds} AS epochDay, ${counts}
          FROM (SELECT time + CASE WHEN time < ? THEN ? ELSE ? END AS wall, uid FROM ${table}
            WHERE time >= ? AND time < ? AND ID > ? AND ${counted}) AS hits
          GROUP BY epochDay`,
        values: [change, before, after, from, to, watermark],
      }))
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      layout: layout.name,
      layoutNote: layout.note,
      ...(layout.daysOfNow
        ? { zone: (epochMs: number) => offsetZone(epochMs, site.timezone) }
        : {}),
      settleSeconds: 3600,
      distinct: ['visitors'],
      days: (open, moment) => byDay(stretches(moment, open?.from), open?.watermark),
      slices: {
        by: 'day',
        // A day early, as the offset may have been another then.
        oldest: (moment) => ({
          text: `SELECT (MIN(time) + ?) / ${daySeconds} AS epochDay FROM ${table}`,
          values: [offsetSeconds(moment) - daySeconds],
        }),
        part: ({ from, to }, moment) => byDay(stretches(moment, from, to)),
      },
      watermark: (from, { timezone }) => ({
        text: `SELECT MIN(ID) - 1 AS watermark FROM ${table} WHERE time >= ?`,
        values: [epochOfMidnight(from, timezone)],
      }),
      period: (range, { timezone }) => ({
        text: `SELECT ${counts} FROM ${table}
          WHERE ${counted} ${range === undefined ? '' : 'AND time >= ? AND time < ?'}`,
        values:
          range === undefined
            ? []
            : [range.from, addDays(range.to, 1)].map((day) => epochOfMidnight(day, timezone)),
      }),
      online(query, { epochMs }) {
        const now = Math.floor(epochMs / 1000)
        // Bounced hits are on the site, too.
        const onSite = counted === found.counted ? counted : all.counted
        return countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT uid) AS visitors FROM ${table}
              WHERE time > ? AND time + time_on_page / 1000.0 > ? AND ${onSite}`,
            values: [now - onlineSeconds, now - layout.graceSeconds],
          },
          table,
        )
      },
      newest: (moment) => ({
        text: `SELECT (MAX(time) + ?) / ${daySeconds} AS epochDay FROM ${table}`,
        values: [offsetSeconds(moment)],
      }),
    }
  },
}

/**
 * Versions and what they did are from the plugin's source: its statistics class, and
 * `upgrade_move_columns_to_sessions()` of 3.3, which leaves `bounce` in both tables until a job in the
 * background is at its end. Only later versions than 3.2 give `burst_sessions` that column.
 *
 * @throws FatalError where neither the version nor the columns tell how the plugin counts
 */
async function layoutOf(site: Site, query: Query): Promise<Layout> {
  const version = toVersion(await site.option('burst-current-version'))
  const says = version === undefined ? 'its version is not known' : `version ${version}`
  if (site.has('burst_statistics', 'uid_id')) {
    throw new FatalError(
      `Burst Statistics (${says}) keeps visitors in the column uid_id of ${site.prefix}burst_statistics, as versions after 3.6 do, which is not supported yet`,
    )
  }
  const moved = site.has('burst_sessions', 'bounce')
  // An account may not see the sessions; then the version is enough.
  if (moved || (version !== undefined && isFrom(version, '3.3'))) {
    const after = moved ? `${says}, with bounce in ${site.prefix}burst_sessions` : says
    if (version === undefined || !isFrom(version, '3.3') || isFrom(version, '3.4.2')) {
      return { ...found, note: `${after}: all page views count but those of pages not found` }
    }
    const daysOfNow = !isFrom(version, '3.4')
    return { ...all, daysOfNow, note: `${after}: all page views count` }
  }
  if (version === undefined) return await unversioned(site, query)
  if (!isFrom(version, '2.0')) {
    return { ...unbounced, note: `${says}: page views that bounced do not count` }
  }
  if (isFrom(version, '2.2.6')) {
    const grace = isFrom(version, '2.2.7') ? all.graceSeconds : graceSeconds
    return { ...all, graceSeconds: grace, note: `${says}: all page views count` }
  }
  const settings = v.safeParse(Settings, await site.serializedOption('burst_options_settings'))
  return settings.success && isOn(settings.output.exclude_bounces)
    ? { ...unbounced, note: `${says}, its setting exclude_bounces is on` }
    : { ...all, graceSeconds, note: `${says}, its setting exclude_bounces is off` }
}

/** By columns that only 1.x has had, or that came with 2.2.5. */
async function unversioned(site: Site, query: Query): Promise<Layout> {
  const says = 'the option burst-current-version is not there'
  if (site.has('burst_statistics', 'page_type')) {
    return { ...all, note: `${says}; by its columns it is 2.2.5 to 3.2: all page views count` }
  }
  if (site.has('burst_statistics', 'entire_page_url')) {
    return { ...unbounced, note: `${says}; by its columns it is 1.x: bounces do not count` }
  }
  const table = site.table('burst_statistics')
  const rows = await query({ text: `SELECT ID FROM ${table} LIMIT 1`, values: [] })
  if (rows.length === 0) return { ...all, note: `${says}, nor is any page view` }
  throw new FatalError(
    `Burst Statistics: ${says}, and its columns are those of 1.8 as of 2.2, which count differently; open wp-admin once, so that the plugin writes its version`,
  )
}

/** As PHP sees it: an empty text, "0" and 0 are off. */
function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && !['', '0', 0, false].includes(value as string)
}
