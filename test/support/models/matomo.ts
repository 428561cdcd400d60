import { wallAt, zoneOf } from '../zones.ts'
import { distinct, groups, type Model, type Row, within } from './model.ts'

/** Tables from the facts: no fixture has them. */
export const archiveTable = (month: string) => `CREATE TABLE wp_matomo_archive_numeric_${month} (
  idarchive INT UNSIGNED NOT NULL, name VARCHAR(190) NOT NULL, idsite INT UNSIGNED NULL,
  date1 DATE NULL, date2 DATE NULL, period TINYINT UNSIGNED NULL, ts_archived DATETIME NULL,
  value DOUBLE NULL, PRIMARY KEY (idarchive, name),
  INDEX index_idsite_dates_period (idsite, date1, date2, period, name(6)));`
export const matomoTables = `
  CREATE TABLE wp_matomo_site (idsite INT UNSIGNED NOT NULL AUTO_INCREMENT, name VARCHAR(90) NOT NULL,
    main_url VARCHAR(255) NOT NULL, timezone VARCHAR(50) NOT NULL, PRIMARY KEY (idsite));
  CREATE TABLE wp_matomo_log_visit (idvisit BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    idsite INT UNSIGNED NOT NULL, idvisitor BINARY(8) NOT NULL, visit_last_action_time DATETIME NOT NULL,
    PRIMARY KEY (idvisit));`

/** Matomo's own zone, which is not always that of WordPress. */
const ownZone = zoneOf('Asia/Tokyo')

const months = ['2026_07', '2026_08', '2026_09', '2026_10', '2026_11']
const monthOf = (day: string) => day.slice(0, 7).replace('-', '_')

/** Values of a row named `done…`; Matomo still shows all but the second. */
const done = { ok: 1, error: 2, temporary: 3, invalidated: 4, partial: 5 }
const shown = [done.ok, done.temporary, done.invalidated, done.partial]

interface Archive {
  readonly day: string
  readonly flag: string
  readonly state: number
  readonly archived: string
  readonly period?: number
  readonly site?: number
  /** Undefined where it has no such row. */
  readonly visitors?: number | undefined
  readonly pageviews?: number | undefined
}

export const matomo: Model = {
  name: 'Matomo',
  plugin: 'matomo/matomo.php',
  schema: async () => months.map(archiveTable).join('\n') + matomoTables,
  fill({ hits, now, dice }) {
    const today = wallAt(now, ownZone).day
    const yesterday = wallAt(now - 86_400, ownZone).day
    const known = new Map<string, { visitors: number; pageviews: number }>()
    const archives: Archive[] = []
    for (const [day, own] of groups(hits, ({ at }) => wallAt(at, ownZone).day)) {
      const counts = { visitors: distinct(own, ({ person }) => person), pageviews: own.length }
      const half = { visitors: Math.floor(counts.visitors / 2), pageviews: 1 }
      const wrong = { visitors: 7777, pageviews: 8888 }
      // The first of a day is of everything; what comes later replaces what it has.
      let shownNow = half
      archives.push({ day, flag: 'done', state: done.ok, archived: '2026-12-01 03:00:00', ...half })
      if (dice(6) > 0) {
        const state = shown[dice(shown.length)] ?? done.ok
        archives.push({ day, flag: 'done', state, archived: '2026-12-02 03:00:00', ...counts })
        shownNow = counts
      }
      if (dice(3) === 0) {
        // Of one of the archiver's plugins only; a partial one may lack what it was not asked for.
        const ofPlugin = { day, state: done.partial, archived: '2026-12-02 04:00:00' }
        const pageviews = dice(2) === 0 ? own.length + 5 : undefined
        archives.push({ ...ofPlugin, flag: 'done.Actions', visitors: 6666, pageviews })
        shownNow = { ...shownNow, pageviews: pageviews ?? shownNow.pageviews }
        archives.push({ ...ofPlugin, flag: 'done.VisitsSummary', visitors: own.length + 7 })
        shownNow = { ...shownNow, visitors: own.length + 7 }
      }
      known.set(day, shownNow)
      // What is not an archive of that day, that site and everybody that is at its end.
      const later = { day, ...wrong, archived: '2026-12-03 03:00:00' }
      const segment = `done${'0123456789abcdef'.repeat(2)}`
      const others = [
        { ...later, flag: segment, state: done.ok },
        { ...later, flag: `${segment}.VisitsSummary`, state: done.ok },
        { ...later, flag: 'done.Goals', state: done.ok },
        { ...later, flag: 'done', state: done.error },
        { ...later, flag: 'done', state: done.ok, period: 3 },
        { ...later, flag: 'done', state: done.ok, site: 2 },
      ]
      archives.push(...others.filter(() => dice(3) === 0))
    }
    const tables: Record<string, Row[]> = Object.fromEntries(
      months.map((month) => [`wp_matomo_archive_numeric_${month}`, []]),
    )
    archives.forEach(({ day, flag, state, archived, ...archive }, index) => {
      const row = {
        idarchive: index + 1,
        idsite: archive.site ?? 1,
        date1: day,
        date2: day,
        period: archive.period ?? 1,
        ts_archived: archived,
      }
      const name = `wp_matomo_archive_numeric_${monthOf(day)}`
      const metrics = {
        [flag]: state,
        nb_uniq_visitors: archive.visitors,
        nb_visits: 5555,
        nb_actions: 9999,
        Actions_nb_pageviews: archive.pageviews,
      }
      tables[name] = [
        ...(tables[name] ?? []),
        ...Object.entries(metrics).flatMap(([metric, value]) =>
          value === undefined ? [] : [{ ...row, name: metric, value }],
        ),
      ]
    })
    const pageviews = (days: number) => {
      const from = wallAt(now - days * 86_400, ownZone).day
      const own = [...known].filter(([day]) => within(day, from, today))
      return own.reduce((total, [, counts]) => total + counts.pageviews, 0)
    }
    return {
      tables: {
        ...tables,
        wp_matomo_site: [
          { idsite: 1, name: 'a', main_url: 'https://a.example', timezone: ownZone.name },
          { idsite: 2, name: 'b', main_url: 'https://b.example', timezone: 'UTC' },
        ],
      },
      expected: {
        'visitors.today': known.get(today)?.visitors ?? 0,
        'visitors.yesterday': known.get(yesterday)?.visitors ?? 0,
        'views.total': pageviews(9999),
        'views.today': known.get(today)?.pageviews ?? 0,
        'views.yesterday': known.get(yesterday)?.pageviews ?? 0,
        'views.last7days': pageviews(6),
        'views.last30days': pageviews(29),
      },
    }
  },
}
