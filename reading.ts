import * as v from 'valibot'

/** What is counted. */
export const metrics = ['visitors', 'views'] as const
export type Metric = (typeof metrics)[number]

/** Over which time; days are the plugin's own, `last7days` is today and the 6 days before it. */
export const periods = ['total', 'today', 'yesterday', 'last7days', 'last30days', 'online'] as const
export type Period = (typeof periods)[number]

/** What one unit of `value` is: visitors per day added up, distinct visitors, or page views. */
const units = ['visitor-days', 'visitors', 'views'] as const
export type Unit = (typeof units)[number]

/** Whether crawlers are in the number. */
const botPolicies = ['excluded', 'included', 'unknown'] as const

/** A number as a statistics plugin reports it, with what it counts and when it was read. */
export const Reading = v.object({
  value: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  metric: v.picklist(metrics),
  period: v.picklist(periods),
  site: v.string(),
  source: v.string(),
  unit: v.picklist(units),
  /** The owner's words for a query of one's own: the caption, and what one unit of it is. */
  label: v.exactOptional(v.string()),
  unitLabel: v.exactOptional(v.string()),
  bots: v.picklist(botPolicies),
  /** Time of the database read, ISO 8601 in UTC. */
  asOf: v.pipe(v.string(), v.isoTimestamp()),
  /** The database has not confirmed this number of late. */
  stale: v.boolean(),
  /** How much of a total is not in the plugin's own any more, where falls are carried forward. */
  carried: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
})
export type Reading = v.InferOutput<typeof Reading>

const periodLabels: Record<Period, string> = {
  total: 'in total',
  today: 'today',
  yesterday: 'yesterday',
  last7days: 'in 7 days',
  last30days: 'in 30 days',
  online: 'online now',
}

/** The caption of a number for people, as "Visitors today". */
export function label(reading: Pick<Reading, 'metric' | 'period' | 'label'>): string {
  const { metric, period } = reading
  if (reading.label !== undefined) return reading.label
  return `${metric === 'visitors' ? 'Visitors' : 'Views'} ${periodLabels[period]}`
}
