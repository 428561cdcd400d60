import { shifted, utc, wallAt } from '../zones.ts'
import { address, distinct, type Model, periods, type Row, sum, tablesOf, within } from './model.ts'

/** Plugins that keep a row a page view. */

export const statify: Model = {
  name: 'Statify',
  plugin: 'statify/statify.php',
  schema: () => tablesOf('statify', 'statify'),
  fill({ hits, zone, today }) {
    const people = hits.filter(({ kind }) => kind === 'person')
    const rows = people.map(({ at, page }) => ({
      created: wallAt(at, zone).day,
      referrer: '',
      target: `/example-${page}/`,
    }))
    return {
      tables: { wp_statify: rows },
      expected: periods(
        'views',
        today,
        (from, to) => rows.filter(({ created }) => within(created, from, to)).length,
      ),
    }
  },
}

export const slimstat: Model = {
  name: 'Slimstat',
  plugin: 'wp-slimstat/wp-slimstat.php',
  schema: () => tablesOf('slimstat', 'slim_stats', 'slim_stats_archive'),
  fill({ hits, zone, now, today, dice }) {
    const rows = hits.map(({ at, person, kind }, index) => ({
      ip: dice(30) === 0 ? null : address(person),
      // Rows of no day are old ones: they come to light with a full count only.
      dt: index % 25 === 0 && index < 150 ? null : wallAt(at, zone).epoch,
      visit_id: dice(4) === 0 ? 0 : person,
      browser_type: kind === 'crawler' ? 1 : 0,
    }))
    const day = (dt: number | null) => (dt === null ? null : shifted(dt, 0).day)
    const own = (from?: string, to?: string) => rows.filter(({ dt }) => within(day(dt), from, to))
    const wall = wallAt(now, zone).epoch
    const recent = rows.filter(({ dt }) => dt !== null && dt > wall - 300 && dt <= wall)
    return {
      tables: {
        wp_slim_stats: rows,
        // What its purge has moved away is not in the plugin's own counts.
        wp_slim_stats_archive: [{ ip: '198.51.100.1', dt: wall - 500 * 86_400 }],
      },
      expected: {
        ...periods('visitors', today, (from, to) => distinct(own(from, to), ({ ip }) => ip)),
        ...periods('views', today, (from, to) => own(from, to).length),
        'visitors.online': distinct(recent, ({ ip }) => ip),
      },
    }
  },
}

export const newStatPress: Model = {
  name: 'NewStatPress',
  plugin: 'newstatpress/newstatpress.php',
  schema: () => tablesOf('newstatpress', 'statpress'),
  fill({ hits, zone, now, today, dice }) {
    const rows = hits.map(({ at, person, kind }, index) => ({
      date:
        index % 25 === 0 && index < 150 ? null : Number(wallAt(at, zone).day.replaceAll('-', '')),
      time: wallAt(at, zone).text.slice(11),
      ip: dice(40) === 0 ? null : address(person),
      spider: kind === 'crawler' ? 'Googlebot' : dice(60) === 0 ? null : '',
      feed: kind === 'feed' ? 'RSS' : '',
    }))
    const people = rows.filter(({ spider, feed }) => spider === '' && feed === '')
    const day = (date: number | null) =>
      date === null ? null : String(date).replace(/(....)(..)(..)/, '$1-$2-$3')
    const own = (from?: string, to?: string) =>
      people.filter(({ date }) => within(day(date), from, to))
    const wall = wallAt(now, zone)
    const recent = own(today, today).filter(({ time }) => {
      const age = wall.epoch - Date.parse(`${today}T${time}Z`) / 1000
      return age >= 0 && age <= 240
    })
    return {
      tables: { wp_statpress: rows },
      expected: {
        ...periods('visitors', today, (from, to) => distinct(own(from, to), ({ ip }) => ip)),
        ...periods('views', today, (from, to) => own(from, to).length),
        'visitors.online': distinct(recent, ({ ip }) => ip),
      },
    }
  },
}

/** Its zone is an option of its own, else the name of WordPress's, else UTC; never `gmt_offset`. */
export const visitorsTraffic: Model = {
  name: 'Visitor Traffic Real Time Statistics',
  plugin: 'visitors-traffic-real-time-statistics/Visitors-Traffic-Real-Time-Statistics.php',
  schema: () => tablesOf('visitors-traffic-real-time-statistics', 'ahc_visitors'),
  fill({ hits, zone, now, dice }) {
    const named = zone.options.timezone_string !== ''
    const offset = named ? zone.offset(now) : 0
    const seen = new Set<string>()
    const times = new Set<number>()
    const rows: Row[] = []
    const counted: { at: number; visitors: number | null; visits: number | null }[] = []
    for (const { at, person, kind } of hits) {
      // Two rows of one second are taken for one.
      if (kind === 'crawler' || times.has(at)) continue
      times.add(at)
      const key = `${shifted(at, offset).day} ${person}`
      const visitors = seen.has(key) ? 0 : dice(50) === 0 ? null : 1
      seen.add(key)
      const visits = dice(50) === 0 ? null : 1
      const here = dice(8) > 0
      const row = { vst_date: utc(at), vst_visitors: visitors, vst_visits: visits }
      rows.push({ ...row, site_id: here ? 1 : 2 })
      if (here) counted.push({ at, visitors, visits })
    }
    const own = (from?: string, to?: string) =>
      counted.filter(({ at }) => within(shifted(at, offset).day, from, to))
    const { day: today } = shifted(now, offset)
    return {
      tables: { ahc_visitors: rows },
      expected: {
        ...periods('visitors', today, (from, to) => sum(own(from, to), ({ visitors }) => visitors)),
        ...periods('views', today, (from, to) => sum(own(from, to), ({ visits }) => visits)),
      },
    }
  },
}

const sessionSeconds = 1800

export const independentAnalytics: Model = {
  name: 'Independent Analytics',
  plugin: 'independent-analytics/iawp.php',
  schema: () =>
    tablesOf(
      'independent-analytics',
      ...['independent_analytics_views', 'independent_analytics_sessions'],
    ),
  fill({ hits, zone, now, today, dice }) {
    interface Session {
      readonly id: number
      readonly visitor: number | null
      readonly created: number
      last: number
    }
    const sessions: Session[] = []
    const current = new Map<number, Session>()
    const views: { at: number | null; session: Session | undefined }[] = []
    for (const { at, person, kind } of hits) {
      if (kind === 'crawler') continue
      const open = current.get(person)
      const session =
        open !== undefined && at - open.last <= sessionSeconds
          ? open
          : {
              id: sessions.length + 1,
              created: at,
              last: at,
              visitor: dice(40) === 0 ? null : person + 1,
            }
      if (session !== open) sessions.push(session)
      current.set(person, session)
      session.last = at
      views.push({
        at: dice(60) === 0 ? null : at,
        session: dice(60) === 0 ? undefined : session,
      })
    }
    // Each time with the offset that was in force then.
    const day = (at: number | null) => (at === null ? null : wallAt(at, zone).day)
    const own = (from = '0000', to = '9999') =>
      views.filter(
        ({ at, session }) =>
          session !== undefined &&
          within(day(at), from, to) &&
          within(day(session.created), from, to),
      )
    const visitor = ({ session }: (typeof views)[number]) => session?.visitor ?? null
    const recent = own().filter(({ at }) => at !== null && at > now - 300)
    return {
      tables: {
        wp_independent_analytics_views: views.map(({ at, session }) => ({
          resource_id: 1,
          viewed_at: at === null ? null : utc(at),
          session_id: session?.id ?? null,
        })),
        wp_independent_analytics_sessions: sessions.map(({ id, visitor, created }) => ({
          session_id: id,
          visitor_id: visitor,
          created_at: utc(created),
        })),
      },
      expected: {
        ...periods('visitors', today, (from, to) => distinct(own(from, to), visitor)),
        ...periods('views', today, (from, to) => own(from, to).length),
        'visitors.online': distinct(recent, visitor),
      },
    }
  },
}
