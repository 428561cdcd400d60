import * as v from 'valibot'
import { countVisitors, daily, onlineVisitors, type Source, whereOpen } from './source.ts'

const onlineSeconds = 300

const start = v.optional(
  v.pipe(v.unknown(), v.transform(Number), v.safeInteger(), v.minValue(0)),
  0,
)
const Widget = v.object({ count_start: start, hits_start: start })
/** Number of an instance, to its settings; beside them there is a mark of WordPress's own. */
const Widgets = v.record(v.string(), v.unknown())

/**
 * Mechanic Visitor Counter 3: one row an address and day of UTC, robots among them. Visitors are
 * different addresses, also over all time; the totals begin at the numbers of its widget. The table
 * goes when the plugin is switched off.
 */
export const mechanicVisitorCounter: Source = {
  id: 'mechanic-visitor-counter',
  name: 'Mechanic Visitor Counter',
  plugins: ['mechanic-visitor-counter/wp-statsmechanic.php'],
  needs: [{ mech_statistik: ['ip', 'tanggal', 'hits', 'online'] }],
  bots: 'included',
  async plan(site) {
    const table = site.table('mech_statistik')
    const { count_start, hits_start } = startOf(
      await site.serializedOption('widget_wp_statsmechanic'),
    )
    return {
      offers: [...daily('visitors', 'visitors'), onlineVisitors, ...daily('views', 'views')],
      zone: () => 'UTC',
      distinct: ['visitors'],
      days(open) {
        const { text, values } = whereOpen(open, { column: 'tanggal' })
        return {
          text: `SELECT tanggal AS day, COUNT(DISTINCT ip) AS visitors, SUM(hits) AS views
            FROM ${table} ${text} GROUP BY tanggal`,
          values,
        }
      },
      base: async () => ({ visitors: count_start, views: hits_start }),
      period: (range) => ({
        text: `SELECT COUNT(DISTINCT ip) + ? AS visitors FROM ${table}
          ${range === undefined ? '' : 'WHERE tanggal BETWEEN ? AND ?'}`,
        values: range === undefined ? [count_start] : [0, range.from, range.to],
      }),
      // Text with seconds since 1970.
      online: (query, { epochMs }) =>
        countVisitors(
          query,
          {
            text: `SELECT COUNT(DISTINCT ip) AS visitors FROM ${table} WHERE online + 0 > ?`,
            values: [Math.floor(epochMs / 1000) - onlineSeconds],
          },
          table,
        ),
      newest: () => ({ text: `SELECT MAX(tanggal) AS day FROM ${table}`, values: [] }),
    }
  },
}

/** The start numbers of the first widget; 0 where there is none. */
function startOf(option: unknown): v.InferOutput<typeof Widget> {
  const widgets = v.safeParse(Widgets, option)
  for (const each of widgets.success ? Object.values(widgets.output) : []) {
    const widget = v.safeParse(Widget, each)
    if (widget.success) return widget.output
  }
  return { count_start: 0, hits_start: 0 }
}
