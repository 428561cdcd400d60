import { fixture } from './mariadb.ts'

interface Expected {
  readonly now: string
  readonly expected: Readonly<Record<string, Readonly<Record<string, number>> | null>>
}

/** A dump that a real plugin wrote. */
export interface Fixture {
  readonly name: string
  readonly dump: string
  readonly nowMs: number
  /** The plugin's own numbers, by `visitors.total`. */
  readonly wanted: Readonly<Record<string, number>>
  /** What we serve beyond what the plugin was asked for when the fixture was made. */
  readonly more: readonly string[]
}

const distinctIps = (period: string) => [`visitors.${period}`, `visitors.${period}_distinct_ip`]

type Listed = [name: string, alias: Record<string, string>, more: string[]]

const burst = (name: string): Listed => [name, { 'visitors.online': 'online.visitors_active' }, []]

const online = { 'visitors.online': 'online.visitors' }

/** Each fixture; our names for what its `expected` says in other words; and what we serve beyond it. */
const list: Listed[] = [
  ['wp-statistics', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  ['wp-statistics-15', online, []],
  ['wp-statistics-updated-13-to-14.16', online, []],
  ['wp-statistics-13', { 'visitors.online': 'online.useronline_rows' }, []],
  ['koko-analytics', {}, []],
  ['koko-analytics-updated-1.3-to-2.5', {}, []],
  ['statify', {}, []],
  [
    'slimstat',
    Object.fromEntries(['total', 'today', 'yesterday', 'last7days', 'last30days'].map(distinctIps)),
    ['visitors.online'],
  ],
  ...['', '-2.2.9', '-3.6', '-3.6-mid-upgrade'].map((version) =>
    burst(`burst-statistics${version}`),
  ),
  ['independent-analytics', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  ['matomo', {}, []],
  ['matomo-invalidated-min', {}, []],
  [
    'count-per-day',
    online,
    ['visitors.last7days', 'visitors.last30days', 'views.last7days', 'views.last30days'],
  ],
  ['post-views-counter', {}, []],
  ['wp-postviews', {}, []],
  ['wps-visitor-counter', { 'visitors.online': 'online.visitors_last_5_minutes' }, []],
  [
    'newstatpress',
    { 'visitors.online': 'online.visitors_last_4_minutes' },
    [
      ...['visitors.last7days', 'visitors.last30days', 'views.yesterday'],
      ...['views.last7days', 'views.last30days'],
    ],
  ],
  [
    'visitors-traffic-real-time-statistics',
    {},
    ['visitors.last7days', 'visitors.last30days', 'views.last7days', 'views.last30days'],
  ],
]

const periods = ['total', 'today', 'yesterday', 'last7days', 'last30days', 'online']

export const fixtures: readonly Fixture[] = await Promise.all(
  list.map(async ([name, alias, more]) => {
    const { dump, expected } = await fixture(name)
    const { now, expected: numbers } = expected as Expected
    const wanted: Record<string, number> = {}
    for (const key of ['visitors', 'views'].flatMap((metric) =>
      periods.map((p) => `${metric}.${p}`),
    )) {
      const [group = '', own = ''] = (alias[key] ?? key).split('.')
      const value = numbers[group]?.[own]
      if (value !== undefined) wanted[key] = value
    }
    return { name, dump, nowMs: Date.parse(now), wanted, more }
  }),
)
