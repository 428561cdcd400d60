import * as v from 'valibot'
import type { SiteView } from '../http/query.ts'
import { conditions } from '../readings/site-status.ts'
import { format } from './format.ts'

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Prometheus, text format 0.0.4 (prometheus.io, exposition formats). A gauge, because totals may fall.
 * An old number is left out: it would be stored as if it had been measured now.
 */
export const metrics = format({
  path: '/metrics',
  summary: 'Prometheus; of all sites unless one is named',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  query: v.object({}),
  document: v.string(),
  render({ sites }) {
    const readings = sites.flatMap((site) => site.readings)
    const labelled = readings.map((reading) => {
      const { site, source, metric, period } = reading
      return { reading, labels: { site, source, metric, period } }
    })
    const families = [
      family(
        'wordpress_visitors',
        'What the statistics plugin of the site reports.',
        labelled
          .filter(({ reading }) => !reading.stale)
          .map(({ reading, labels }) => ({ labels, value: reading.value })),
      ),
      family(
        'wordpress_visitors_query_duration_seconds',
        'How long the newest query of this number took.',
        labelled.map(({ reading, labels }) => ({ labels, value: reading.tookMs / 1000 })),
      ),
      family(
        'wordpress_visitors_up',
        'Whether the newest read of the database succeeded.',
        sites.map(({ name, isReached }) => ({ labels: { site: name }, value: isReached ? 1 : 0 })),
      ),
      family(
        'wordpress_visitors_site_state',
        'What a site is doing: 1 for the state that it is in.',
        sites.flatMap(({ name, status }) =>
          conditions.map((state) => ({
            labels: { site: name, state },
            value: state === status.condition ? 1 : 0,
          })),
        ),
      ),
      family(
        'wordpress_visitors_last_success_timestamp_seconds',
        'When the database was last read.',
        sites.flatMap(lastSuccess),
      ),
      family(
        'wordpress_visitors_newest_day_timestamp_seconds',
        'Midnight UTC of the last day on which the plugin has counted anybody.',
        sites.flatMap(({ name, newestDay }) =>
          newestDay === undefined
            ? []
            : [{ labels: { site: name }, value: Date.parse(`${newestDay}T00:00:00Z`) / 1000 }],
        ),
      ),
    ]
    return { document: families.join('') }
  },
})

function lastSuccess({ name, readings }: SiteView): Sample[] {
  if (readings.length === 0) return []
  const newestMs = Math.max(...readings.map(({ asOf }) => Date.parse(asOf)))
  return [{ labels: { site: name }, value: newestMs / 1000 }]
}

function family(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
    return `${name}{${pairs.join(',')}} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
