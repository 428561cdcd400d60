import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { ReaderOptions } from '../../server/readings/reader.ts'
import type { Round } from '../../server/readings/round.ts'
import { openStore } from '../../server/readings/store.ts'
import { openMysql } from '../../server/wordpress/database/mysql.ts'
import { temporaryFolder } from './folder.ts'
import type { Mariadb } from './mariadb.ts'
import { steppedReader, valuesOf } from './reader.ts'
import { dayAfter, wallAt, zoneOf } from './zones.ts'

/** A site whose owner does things to its database while it is read. */
export interface Scene {
  readonly warnings: string[]
  /** Runs statements in its database, as WordPress or an administrator does. */
  sql(text: string): Promise<Record<string, unknown>[]>
  /** What the plugin itself says at this moment. */
  truth(): Promise<Record<string, number>>
  /** So many seconds later, what is served; never more than has been true since it last was right. */
  later(seconds: number): Promise<Record<string, number>>
  /** A round, so many seconds later. */
  round(seconds: number): Promise<Round>
  /** Ends, and begins again so many seconds later with what was remembered in a file. */
  restart(seconds: number): Promise<void>
  /** Goes on for as long as a recount may take to come, and sees that the numbers are right then. */
  recounted(): Promise<void>
}

export interface SceneOptions {
  readonly zone: string
  readonly now: string
  readonly dump: string
  /** One SELECT of what the plugin counts on a day of the site, in columns as `visitors.today`. */
  readonly truth: (today: string) => string
  readonly reader?: Partial<ReaderOptions>
}

/** An evening in Chicago, with WP Statistics as its fixture has it. */
export const chicago = {
  zone: 'America/Chicago',
  now: '2026-10-15T21:30:00-05:00',
  truth: wpStatisticsTruth('wp_', 'visitor'),
}

/** The bridge polls every 5 s and counts all again after a minute. */
const pollSeconds = 5
const recountSeconds = 65

let scenes = 0

export async function makeScene(
  t: TestContext,
  mariadb: Mariadb,
  { zone: name, now, dump, truth, reader: options }: SceneOptions,
): Promise<Scene> {
  scenes += 1
  const zone = zoneOf(name)
  const connection = await mariadb.create(`scene${scenes}`, dump)
  const database = openMysql(connection)
  t.after(() => database.close())
  const folder = await temporaryFolder(t)
  const key = { place: { description: '' }, tablePrefix: '', source: 'auto', sql: undefined }
  const store = openStore(folder, key, { onDamaged: assert.fail, onShared: assert.fail })
  let epoch = Date.parse(now) / 1000
  let last: Round | undefined
  const warnings: string[] = []
  const open = (remembered?: Round) =>
    steppedReader(database, {
      now: () => epoch * 1000,
      onWarning: (warning) => warnings.push(warning),
      ...options,
      remembered,
    })
  let reader = open()
  const ceiling: Record<string, number> = {}
  const sql = (text: string) => mariadb.execute(text, connection.database)
  const readTruth = async () => {
    const rows = await sql(truth(wallAt(epoch, zone).day))
    return Object.fromEntries(
      Object.entries(rows[0] ?? {}).map(([key, value]) => [key, Number(value)]),
    )
  }
  const round = async (seconds: number) => {
    epoch += seconds
    last = await reader.step()
    return last
  }
  const later = async (seconds: number) => {
    const served = valuesOf(await round(seconds))
    const now = await readTruth()
    for (const [key, value] of Object.entries(now)) {
      const highest = Math.max(value, ceiling[key] ?? 0)
      assert.ok(
        (served[key] ?? 0) <= highest,
        `${key} is ${served[key]}, never more than ${highest}`,
      )
      ceiling[key] = served[key] === value ? value : highest
    }
    return Object.fromEntries(Object.keys(now).map((key) => [key, served[key] ?? Number.NaN]))
  }
  return {
    warnings,
    sql,
    truth: readTruth,
    later,
    round,
    async restart(seconds) {
      epoch += seconds
      if (last === undefined) throw new Error('nothing has been read yet')
      await store.save([{ ...last, counts: [...last.counts], open: [...last.open], carry: {} }])
      reader = open((await store.load())[0])
    },
    async recounted() {
      let served = {}
      for (let passed = 0; passed <= recountSeconds; passed += pollSeconds) {
        served = await later(pollSeconds)
      }
      assert.deepEqual(served, await readTruth())
    },
  }
}

/** The five periods, each from a count that is restricted to some days. */
function byPeriod(
  today: string,
  metric: string,
  count: (from?: string, to?: string) => string,
): string[] {
  const yesterday = dayAfter(today, -1)
  const columns = {
    total: count(),
    today: count(today, today),
    yesterday: count(yesterday, yesterday),
    last7days: count(dayAfter(today, -6), today),
    last30days: count(dayAfter(today, -29), today),
  }
  return Object.entries(columns).map(([period, sql]) => `(${sql}) AS \`${metric}.${period}\``)
}

/** A condition on the days from and to, both included; none without them. */
function during(column: string, from?: string, to?: string): string {
  return from === undefined ? '' : ` WHERE ${column} BETWEEN '${from}' AND '${to}'`
}

/** Somebody who comes on a day: the statement that WP Statistics runs, in the columns of all versions. */
export function visit(day: string, hits = 1): string {
  return `INSERT INTO wp_statistics_visitor (last_counter, referred, agent, ip, user_id, hits)
    VALUES ('${day}', '', 'Firefox', '#hash#${randomUUID()}', 0, ${hits})`
}

/** What WP Statistics says, by the queries of `wordpress-sources.md`; up to 14.14 views are in `_visit`. */
export function wpStatisticsTruth(prefix: string, views: 'visit' | 'visitor') {
  const purged = (category: string) =>
    `(SELECT COALESCE(SUM(value),0) FROM ${prefix}statistics_historical WHERE category='${category}')`
  const [table, column] = views === 'visit' ? ['visit', 'visit'] : ['visitor', 'hits']
  return (today: string): string => {
    const visitors = byPeriod(today, 'visitors', (from, to) => {
      const own = `SELECT COUNT(*) FROM ${prefix}statistics_visitor${during('last_counter', from, to)}`
      return from === undefined ? `SELECT (${own}) + ${purged('visitors')}` : own
    })
    const all = byPeriod(today, 'views', (from, to) => {
      const own = `SELECT COALESCE(SUM(${column}),0) FROM ${prefix}statistics_${table}${during('last_counter', from, to)}`
      return from === undefined ? `SELECT (${own}) + ${purged('visits')}` : own
    })
    return `SELECT ${[...visitors, ...all].join(', ')}`
  }
}

export function statifyTruth(prefix: string) {
  return (today: string): string => {
    const views = byPeriod(
      today,
      'views',
      (from, to) => `SELECT COUNT(*) FROM ${prefix}statify${during('created', from, to)}`,
    )
    return `SELECT ${views.join(', ')}`
  }
}
