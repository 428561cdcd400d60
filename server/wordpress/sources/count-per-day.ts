import * as v from 'valibot'
import { toCount } from '../count.ts'
import {
  daily,
  keyEdges,
  onlineVisitors,
  type Source,
  type Where,
  whereOpen,
  whereSlice,
} from './source.ts'

/** Seconds for which a visitor is on the site where its option does not say. */
const onlineSeconds = 300

const Settings = v.object({
  onlinetime: v.optional(v.unknown()),
  startcount: v.optional(v.unknown()),
  startreads: v.optional(v.unknown()),
})
const Collected = v.object({ users: v.optional(v.unknown()), reads: v.optional(v.unknown()) })
/** Address, to when it was seen (seconds since 1970) and where. */
const Online = v.record(v.string(), v.looseTuple([v.union([v.number(), v.string()])]))

/**
 * Count per Day 3.4: one row an address, page and day. Old months can be folded into an option and
 * their rows deleted; those and a start value belong to the totals.
 */
export const countPerDay: Source = {
  id: 'count-per-day',
  name: 'Count per Day',
  plugins: ['count-per-day/counter.php'],
  needs: [{ cpd_counter: ['id', 'ip', 'date'] }],
  bots: 'excluded',
  async plan(site) {
    // Where it cannot be seen, as through an agent, to which its addresses do not go, it is not known.
    const isOnlineKnown = (await site.option('count_per_day_online')) !== undefined
    const table = site.table('cpd_counter')
    const date = { column: 'date' }
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT date AS day, COUNT(DISTINCT ip) AS visitors, COUNT(*) AS views
        FROM ${table} ${text} GROUP BY date`,
      values,
    })
    return {
      offers: [
        ...daily('visitors', 'visitor-days'),
        ...(isOnlineKnown ? [onlineVisitors] : []),
        ...daily('views', 'views'),
      ],
      days: (open) => byDay(whereOpen(open, date, 'id')),
      slices: {
        by: 'key',
        addsUp: false,
        edges: () => keyEdges(table, 'id'),
        part: (slice) => byDay(whereSlice(slice, 'id', date)),
      },
      watermark: (from) => ({
        text: `SELECT MIN(id) - 1 AS watermark FROM ${table} WHERE date >= ?`,
        values: [from],
      }),
      async base(query) {
        const start = v.safeParse(Settings, await site.serializedOption('count_per_day', query))
        const collected = v.safeParse(
          Collected,
          await site.serializedOption('count_per_day_summary', query),
        )
        const { startcount = 0, startreads = 0 } = start.success ? start.output : {}
        const { users = 0, reads = 0 } = collected.success ? collected.output : {}
        const count = (value: unknown, what: string) => toCount(value === '' ? 0 : value, what)
        return {
          visitors:
            count(startcount, 'startcount of count_per_day') +
            count(users, 'users of count_per_day_summary'),
          views:
            count(startreads, 'startreads of count_per_day') +
            count(reads, 'reads of count_per_day_summary'),
        }
      },
      async online(query, { epochMs }) {
        const online = v.safeParse(
          Online,
          await site.serializedOption('count_per_day_online', query),
        )
        if (!online.success) return 0
        const settings = v.safeParse(Settings, await site.serializedOption('count_per_day', query))
        const own = settings.success ? settings.output.onlinetime : undefined
        const seconds = Number.parseInt(String(own), 10)
        const since = Math.floor(epochMs / 1000) - (Number.isNaN(seconds) ? onlineSeconds : seconds)
        return Object.values(online.output).filter(([seen]) => Number(seen) >= since).length
      },
      newest: () => ({ text: `SELECT MAX(date) AS day FROM ${table}`, values: [] }),
    }
  },
}
