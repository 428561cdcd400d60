import type { Traffic } from '../traffic.ts'
import { shifted, wallAt } from '../zones.ts'
import { distinct, type Filled, type Model, periods, type Row, tablesOf, within } from './model.ts'

/** A version of the plugin, and what it counts. */
interface Version {
  readonly name: string
  /** Of the option `burst-current-version`; the option is not there when undefined. */
  readonly says: string | undefined
  readonly schema: () => Promise<string>
  /** Serialised, of the option `burst_options_settings`. */
  readonly settings?: string
  readonly bounces: 'counted' | 'left out'
  readonly notFound: 'counted' | 'left out'
  /** Whether days are cut with the UTC offset of now, or each with its own. */
  readonly offset: 'of now' | 'of the day'
  /** How long beyond its time on page a visitor is on the site. */
  readonly graceSeconds: number
}

type Rules = Pick<Version, 'bounces' | 'notFound' | 'offset' | 'graceSeconds'>

const all: Rules = { bounces: 'counted', notFound: 'counted', offset: 'of now', graceSeconds: 60 }
const unbounced: Rules = { ...all, bounces: 'left out' }
/** Since 2.2.7 a visitor who has left stays for 4 minutes more. */
const lingering: Rules = { ...all, graceSeconds: 300 }
const ownOffset: Rules = { ...lingering, offset: 'of the day' }
const found: Rules = { ...ownOffset, notFound: 'left out' }

const tables1 = () => tablesOf('burst-statistics', 'burst_statistics')
const tables2 = () => tablesOf('burst-statistics-2.2.9', 'burst_statistics', 'burst_sessions')
/** Before the columns page_id and page_type, which came with 2.2.4. */
const earlyTables2 = async () =>
  `${await tables2()} ALTER TABLE wp_burst_statistics DROP page_id, DROP page_type;`
const tables3 = () => tablesOf('burst-statistics-3.6', 'burst_statistics', 'burst_sessions')
const bothTables = () =>
  tablesOf('burst-statistics-3.6-mid-upgrade', 'burst_statistics', 'burst_sessions')

const on = 'a:2:{s:15:"exclude_bounces";i:1;s:13:"privacy_level";s:6:"cookie";}'
const off = 'a:2:{s:15:"exclude_bounces";b:0;s:13:"privacy_level";s:6:"cookie";}'
function version(
  name: string,
  says: string | undefined,
  schema: Version['schema'],
  rules: Rules,
  settings?: string,
): Version {
  return { name, says, schema, ...rules, ...(settings === undefined ? {} : { settings }) }
}

const versions = [
  version('1.7', '1.7.2', tables1, unbounced),
  version('1 without its option', undefined, tables1, unbounced),
  version('1.8', '1.8.0.1', earlyTables2, unbounced),
  version('2.0, bounces not excluded', '2.0.9', earlyTables2, all, off),
  version('2.1', '2.1.0', earlyTables2, all),
  version('2.2, bounces excluded', '2.2.4', tables2, unbounced, on),
  version('2.2.6, an old setting', '2.2.6.1', tables2, all, on),
  version('2.2.9', '2.2.9.2', tables2, lingering),
  version('3.2', '3.2.3', tables2, lingering, on),
  version('3.3', '3.3.0', tables3, lingering),
  version('3.4.0', '3.4.0', bothTables, ownOffset),
  version('3.4.2', '3.4.2', tables3, found),
  version('3.6', '3.6.3', tables3, found, on),
  version('3.6 within its upgrade', '3.6.0.1', bothTables, found),
  version('3.6 within its upgrade, no option', undefined, bothTables, found),
]

export const burstStatistics: readonly Model[] = versions.map((each) => ({
  name: `Burst Statistics ${each.name}`,
  plugin: each.says === '3.2.3' ? 'burst-pro/burst-pro.php' : 'burst-statistics/burst.php',
  schema: each.schema,
  fill: (traffic) => fill(each, traffic),
}))

/** Columns of the table of page views, in all versions from which a schema is taken. */
function columnsOf({ schema }: Version): Row {
  const pages = { page_url: '/', parameters: '', fragment: '' }
  const agent = { browser_id: 1, browser_version_id: 1, platform_id: 1, device_id: 1 }
  const page = { page_id: 1, page_type: 'post' }
  if (schema === tables1) return { ...pages, entire_page_url: '/', ...agent }
  if (schema === earlyTables2) return { ...pages, ...agent }
  if (schema === tables3) return { ...pages, ...page }
  return { ...pages, ...page, ...agent }
}

function fill(version: Version, { hits, zone, now, today, dice }: Traffic): Filled {
  const columns = columnsOf(version)
  const hasBounce = version.schema !== tables3
  const people = hits.filter(({ kind }) => kind === 'person')
  // Live by half a second, and not.
  const before = now - version.graceSeconds
  const edges = [
    { at: before - 30, person: 901, spent: 30_500 },
    { at: before - 31, person: 902, spent: 30_900 },
  ]
  const views = [
    ...people.map(({ at, person }) => ({
      at,
      person,
      spent: dice(9) === 0 ? null : dice(2) * dice(400_000),
      bounce: dice(3) === 0 ? 1 : dice(15) === 0 ? null : 0,
      found: dice(8) > 0,
    })),
    ...edges.map((edge) => ({ ...edge, bounce: 1, found: true })),
  ]
  const rows = views.map(
    ({ at, person, spent, bounce, found }, index): Row => ({
      ...columns,
      ID: index + 1,
      time: at,
      uid: `uid${person}`,
      session_id: index + 1,
      time_on_page: spent,
      ...('page_type' in columns && !found ? { page_type: '404' } : {}),
      // Where the sessions have it, the other is what the column defaults to.
      ...(hasBounce ? { bounce: version.schema === bothTables ? 1 : bounce } : {}),
    }),
  )
  const sessions = views.map(({ bounce }, index): Row => {
    const row = { ID: index + 1, first_visited_url: '/', last_visited_url: '/', host: '' }
    return version.schema === tables3 || version.schema === bothTables ? { ...row, bounce } : row
  })
  const day = (at: number) =>
    version.offset === 'of now' ? shifted(at, zone.offset(now)).day : wallAt(at, zone).day
  const isFound = (view: { found: boolean }) => version.notFound === 'counted' || view.found
  const own = (from?: string, to?: string) =>
    views.filter(
      (view) =>
        isFound(view) &&
        (version.bounces === 'counted' || view.bounce === 0) &&
        within(day(view.at), from, to),
    )
  const live = views.filter(
    (view) =>
      isFound(view) &&
      view.spent !== null &&
      view.at > now - 600 &&
      view.at + view.spent / 1000 + version.graceSeconds > now,
  )
  return {
    tables: {
      wp_burst_statistics: rows,
      ...(version.schema === tables1 ? {} : { wp_burst_sessions: sessions }),
    },
    options: {
      ...(version.says === undefined ? {} : { 'burst-current-version': version.says }),
      ...(version.settings === undefined ? {} : { burst_options_settings: version.settings }),
    },
    expected: {
      ...periods('visitors', today, (from, to) => distinct(own(from, to), ({ person }) => person)),
      ...periods('views', today, (from, to) => own(from, to).length),
      'visitors.online': distinct(live, ({ person }) => person),
    },
  }
}
