import * as v from 'valibot'
import { count, daily, type Source, type Where, whereOpen } from './source.ts'

/** Rows of `post_views` hold a count a post and day, and again a week, month, year and all time. */
const TYPE_DAY = 0
const TYPE_TOTAL = 4

const Settings = v.object({ count_time: v.optional(v.string()) })

/**
 * Post Views Counter 1.7: views of posts, one a visitor and post in 24 hours; pages and the home page
 * do not count. Its days are UTC days unless its option says otherwise.
 */
export const postViewsCounter: Source = {
  id: 'post-views-counter',
  name: 'Post Views Counter',
  plugins: ['post-views-counter/post-views-counter.php'],
  needs: [{ post_views: ['id', 'type', 'period', 'count'] }],
  bots: 'unknown',
  async plan(site) {
    const table = site.table('post_views')
    const settings = v.safeParse(
      Settings,
      await site.serializedOption('post_views_counter_settings_general'),
    )
    const compact = (day: string) => day.replaceAll('-', '')
    const byDay = ({ text, values }: Where) => ({
      text: `SELECT period AS day, SUM(count) AS views FROM ${table} ${text} GROUP BY period`,
      values,
    })
    const local = settings.success && settings.output.count_time === 'local'
    return {
      offers: daily('views', 'views'),
      ...(local ? {} : { zone: () => 'UTC' }),
      days: (open) =>
        byDay(
          whereOpen(open, { column: 'period', value: compact }, undefined, `type = ${TYPE_DAY}`),
        ),
      slices: {
        by: 'day',
        oldest: () => ({
          text: `SELECT MIN(period) AS day FROM ${table} WHERE type = ${TYPE_DAY}`,
          values: [],
        }),
        part: ({ from, to }) =>
          byDay({
            text: `WHERE type = ${TYPE_DAY} AND period >= ? AND period <= ?`,
            values: [compact(from), compact(to)],
          }),
      },
      // The optional reset deletes rows of days; the total goes on.
      total: (query) =>
        count(
          query,
          {
            text: `SELECT SUM(count) AS views FROM ${table} WHERE type = ${TYPE_TOTAL}`,
            values: [],
          },
          table,
        ),
      newest: () => ({
        text: `SELECT MAX(period) AS day FROM ${table} WHERE type = ${TYPE_DAY}`,
        values: [],
      }),
    }
  },
}
