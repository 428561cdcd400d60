import sqlite from 'node-sqlite3-wasm'
import { addDays, momentAt, wallTimeBefore } from './moment.ts'

export interface DemoSiteOptions {
  /** The SQLite file to make. */
  readonly file: string
  readonly timezone: string
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /**
   * How far `visit` is called apart, on average. As many have come in the minutes before as will then: who is online
   * goes up and down from the beginning.
   */
  readonly everySeconds?: number
}

/** A WordPress that nobody runs: its database, and visitors who come when they are told to. */
export interface DemoSite {
  /** Somebody comes, or one of today's visitors opens another page. */
  visit(): void
  close(): void
}

const historyDays = 90
/** For so long WP Statistics takes a visitor for one who is there. */
const onlineSeconds = 300
/** Of the visits, those that are somebody new. */
const newcomers = 0.75
/** Visitors of an ordinary day. */
const visitorsADay = 320
/** Share of a day's visitors who come in each hour: few at night, most after work. */
const hourWeights = [
  2, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 5, 5, 5, 5, 6, 6, 7, 8, 8, 7, 5, 3,
] as const
const hoursTotal = hourWeights.reduce<number>((sum, weight) => sum + weight, 0)
/** Monday to Sunday: weekends are quiet. */
const weekdayFactors = [1.1, 1.15, 1.1, 1.05, 0.95, 0.7, 0.75] as const

/** Tables as WP Statistics 14.16 has them, in the types that SQLite Database Integration gives them. */
const tables = `
  CREATE TABLE wp_options (option_id INTEGER PRIMARY KEY, option_name TEXT UNIQUE, option_value TEXT, autoload TEXT);
  CREATE TABLE wp_statistics_visitor (ID INTEGER PRIMARY KEY, last_counter TEXT, ip TEXT, agent TEXT,
    hits INTEGER, first_view TEXT, last_view TEXT);
  CREATE INDEX wp_statistics_visitor_day ON wp_statistics_visitor (last_counter);
  CREATE TABLE wp_statistics_historical (ID INTEGER PRIMARY KEY, category TEXT, page_id INTEGER, uri TEXT, value INTEGER);
  INSERT INTO wp_statistics_historical (category, page_id, uri, value)
    VALUES ('visitors', -1, '-1', 19204), ('visits', -2, '-2', 41377);`

/** Makes the database, with a plausible history up to this moment. */
export function createDemoSite(options: DemoSiteOptions): DemoSite {
  const { file, timezone, now, random, everySeconds } = options
  const database = new sqlite.Database(file)
  const insert = (day: string, wallTime: string, hits: number) =>
    database.run(
      `INSERT INTO wp_statistics_visitor (last_counter, ip, agent, hits, first_view, last_view)
        VALUES (?, ?, 'Firefox', ?, ?, ?)`,
      [day, `#hash#${Math.floor(random() * 2 ** 48).toString(16)}`, hits, wallTime, wallTime],
    )
  const { today, wallTime } = momentAt(now(), timezone)
  database.exec('BEGIN')
  database.exec(tables)
  const settings = {
    siteurl: 'https://blog.example.com',
    home: 'https://blog.example.com',
    timezone_string: timezone,
    gmt_offset: '0',
    active_plugins: 'a:1:{i:0;s:31:"wp-statistics/wp-statistics.php";}',
  }
  for (const [name, value] of Object.entries(settings)) {
    database.run('INSERT INTO wp_options (option_name, option_value) VALUES (?, ?)', [name, value])
  }
  for (let age = historyDays; age >= 0; age -= 1) {
    const day = addDays(today, -age)
    const weekday = (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7
    const factor = (weekdayFactors[weekday] ?? 1) * (0.85 + 0.3 * random())
    const visits = timesOfDay(Math.round(visitorsADay * factor), random)
    for (const time of visits) {
      const at = `${day} ${time}`
      if (at <= wallTime) insert(day, at, 1 + Math.floor(random() ** 3 * 7))
    }
  }
  if (everySeconds !== undefined) {
    for (let age = onlineSeconds; age > 0; age -= apart(everySeconds / newcomers, random)) {
      const { today, wallTime } = momentAt(now() - Math.round(age * 1000), timezone)
      insert(today, wallTime, 1)
    }
  }
  database.exec('COMMIT')
  return {
    visit() {
      const moment = momentAt(now(), timezone)
      if (random() < newcomers) {
        insert(moment.today, moment.wallTime, 1)
        return
      }
      database.run(
        `UPDATE wp_statistics_visitor SET hits = hits + 1, last_view = ?
          WHERE ID = (SELECT MAX(ID) FROM wp_statistics_visitor WHERE last_view > ?)`,
        [moment.wallTime, wallTimeBefore(moment, 2 * onlineSeconds)],
      )
    },
    close: () => database.close(),
  }
}

/** From one visit to the next, where they come when they like. */
export function apart(averageSeconds: number, random: () => number): number {
  return -Math.log(1 - random()) * averageSeconds
}

/** So many times of a day, in order, `09:41:07`. */
function timesOfDay(count: number, random: () => number): string[] {
  const times = hourWeights.flatMap((weight, hour) =>
    Array.from({ length: Math.round((count * weight) / hoursTotal) }, () => {
      const pad = (part: number) => String(Math.floor(part)).padStart(2, '0')
      return `${pad(hour)}:${pad(random() * 60)}:${pad(random() * 60)}`
    }),
  )
  return times.sort()
}
