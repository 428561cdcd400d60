import type { Hit, Traffic } from '../traffic.ts'
import { shifted, wallAt } from '../zones.ts'
import { groups, type Model, periods, type Row, sum, tablesOf, within } from './model.ts'

const plugin = 'wp-statistics/wp-statistics.php'
/** Of the purged history that the plugin adds to its totals. */
const purged = { visitors: 33, visits: 75 }

interface Visitor {
  readonly day: string
  readonly hits: number | null
  readonly lastView: string
}

/** One a person and day; the hits of some are not known. */
function visitorsOf({ hits, zone, dice }: Traffic): { visitors: Visitor[]; rows: Row[] } {
  const people = hits.filter(({ kind }) => kind === 'person')
  const visitors: Visitor[] = []
  const rows: Row[] = []
  for (const own of groups(people, (hit) => `${wallAt(hit.at, zone).day} ${hit.person}`).values()) {
    const [first, last] = [own[0], own.at(-1)]
    if (first === undefined || last === undefined) continue
    const { day } = wallAt(first.at, zone)
    const lastView = wallAt(last.at, zone).text
    const count = dice(40) === 0 ? null : own.length
    visitors.push({ day, hits: count, lastView })
    rows.push({
      ID: 34 + rows.length,
      last_counter: day,
      ip: `#hash#${first.person}`,
      hits: count,
      agent: 'Firefox',
      platform: 'Linux',
      version: '127',
      referred: '',
      user_id: 0,
      first_view: wallAt(first.at, zone).text,
      last_view: lastView,
    })
  }
  return { visitors, rows }
}

const historical: Row[] = [
  { category: 'visitors', page_id: -1, uri: '-1', value: purged.visitors },
  { category: 'visits', page_id: -2, uri: '-2', value: purged.visits },
  { category: 'uri', page_id: 7, uri: '/old/', value: 9999 },
]

function visitorPeriods({ today }: Traffic, visitors: readonly Visitor[]): Record<string, number> {
  return periods('visitors', today, (from, to) => {
    const own = visitors.filter(({ day }) => within(day, from, to)).length
    return from === undefined ? own + purged.visitors : own
  })
}

function hitPeriods({ today }: Traffic, visitors: readonly Visitor[]): Record<string, number> {
  return periods('views', today, (from, to) => {
    const rows = visitors.filter(({ day }) => within(day, from, to))
    return sum(rows, ({ hits }) => hits) + (from === undefined ? purged.visits : 0)
  })
}

/** Each hit removes entries of more than 120 s before it; until the next hit nobody removes any. */
function onlineList({ hits, zone }: Traffic): Map<number, number> {
  const seen = new Map<number, number>()
  const note = (hit: Hit) => {
    const { epoch } = wallAt(hit.at, zone)
    for (const [person, last] of seen) if (last < epoch - 120) seen.delete(person)
    seen.set(hit.person, epoch)
  }
  for (const hit of hits) if (hit.kind === 'person') note(hit)
  return seen
}

/** The list of entries, and how many it shows: nobody, once even the last hit is older than 120 s. */
function useronline(traffic: Traffic): { rows: Row[]; online: number } {
  const seen = onlineList(traffic)
  const lastHit = traffic.hits.findLast(({ kind }) => kind === 'person')?.at ?? 0
  const rows = [...seen].map(([person, epoch]): Row => {
    const entry = { created: epoch, timestamp: epoch, date: shifted(epoch, 0).text }
    return {
      ip: `#hash#${person}`,
      ...entry,
      referred: '',
      agent: 'Firefox',
      user_id: 0,
      page_id: 0,
      type: 'post',
    }
  })
  return { rows, online: traffic.now - lastHit < 120 ? rows.length : 0 }
}

export const wpStatistics13: Model = {
  name: 'WP Statistics 13',
  plugin,
  schema: () =>
    tablesOf(
      'wp-statistics-13',
      ...['statistics_visit', 'statistics_visitor', 'statistics_historical'],
      'statistics_useronline',
    ),
  fill(traffic) {
    const { visitors, rows } = visitorsOf(traffic)
    const days = groups(traffic.hits, ({ at }) => wallAt(at, traffic.zone).day)
    const visits = [...days].map(([day, own]) => ({
      day,
      visit: own.length + (Number(day.slice(-2)) % 3),
    }))
    const { rows: online, online: count } = useronline(traffic)
    return {
      tables: {
        wp_statistics_visitor: rows.map(({ first_view, last_view, ...row }) => row),
        wp_statistics_visit: visits.map(({ day, visit }) => ({
          last_counter: day,
          last_visit: `${day} 12:00:00`,
          visit,
        })),
        wp_statistics_historical: historical,
        wp_statistics_useronline: online,
      },
      expected: {
        ...visitorPeriods(traffic, visitors),
        ...periods('views', traffic.today, (from, to) => {
          const own = visits.filter(({ day }) => within(day, from, to))
          return sum(own, ({ visit }) => visit) + (from === undefined ? purged.visits : 0)
        }),
        'visitors.online': count,
      },
    }
  },
}

/** Without `_visit` already, with `_useronline` still. */
export const wpStatistics1415: Model = {
  name: 'WP Statistics 14.15',
  plugin,
  schema: async () => `
    ${await tablesOf('wp-statistics', 'statistics_visitor', 'statistics_historical')}
    ${await tablesOf('wp-statistics-13', 'statistics_useronline')}`,
  fill(traffic) {
    const { visitors, rows } = visitorsOf(traffic)
    const { rows: online, online: count } = useronline(traffic)
    return {
      tables: {
        wp_statistics_visitor: rows,
        wp_statistics_historical: historical,
        wp_statistics_useronline: online,
      },
      expected: {
        ...visitorPeriods(traffic, visitors),
        ...hitPeriods(traffic, visitors),
        'visitors.online': count,
      },
    }
  },
}

export const wpStatistics1416: Model = {
  name: 'WP Statistics 14.16',
  plugin,
  schema: () =>
    tablesOf(
      'wp-statistics',
      ...['statistics_visitor', 'statistics_historical', 'statistics_summary_totals'],
    ),
  fill(traffic) {
    const { visitors, rows } = visitorsOf(traffic)
    const { zone, now, today } = traffic
    const [from, to] = [wallAt(now - 300, zone).text, wallAt(now, zone).text]
    return {
      tables: { wp_statistics_visitor: rows, wp_statistics_historical: historical },
      expected: {
        ...visitorPeriods(traffic, visitors),
        ...hitPeriods(traffic, visitors),
        'visitors.online': visitors.filter(
          ({ day, lastView }) => day === today && lastView >= from && lastView <= to,
        ).length,
      },
    }
  },
}
