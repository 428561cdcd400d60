import { FatalError } from '../../common/errors.ts'
import type { Query } from './database/database.ts'
import { toDay } from './day.ts'
import { type Moment, momentAt } from './moment.ts'
import type { Schema, Site } from './site.ts'
import { sources } from './sources/index.ts'
import type { Plan, Source } from './sources/source.ts'

/** A source that a site has, and why it was chosen. */
export interface Choice {
  readonly source: Source
  readonly plan: Plan
  readonly why: string
  /** What the owner should know about it. */
  readonly warning?: string
}

interface Candidate {
  readonly source: Source
  readonly plan: Plan
  /** Day of the newest row; undefined where rows have none, or there is no row. */
  readonly newest: string | undefined
}

/**
 * The plugin to read: the one that was named, else one that is active and has its tables. Of several,
 * one that counts visitors, then the one with the newest row, then the first of our list.
 *
 * @param wanted a source id, or `auto`
 * @throws FatalError when there is none, saying what was looked for
 */
export async function choosePlugin(
  query: Query,
  schema: Schema,
  site: Site,
  wanted: string,
  epochMs: number,
): Promise<Choice> {
  const asked = wanted === 'auto' ? sources : sources.filter(({ id }) => id === wanted)
  const known = asked.filter((source) => !hasNewerLayout(site, source))
  const installed = known.filter((source) => missing(schema, site, source).length === 0)
  const active = installed.filter((source) => site.activePlugins.includes(source.plugin))
  const moment = momentAt(epochMs, site.timezone)
  const candidates = await Promise.all(
    (active.length === 0 && wanted !== 'auto' ? installed : active).map((source) =>
      examine(query, site, source, moment),
    ),
  )
  const [best, ...others] = candidates.sort(byPreference)
  if (best === undefined) {
    throw new FatalError(
      known.length < asked.length
        ? `${site.name} has WP Statistics 15, whose tables (${site.prefix}statistics_sessions) are not supported yet; another active plugin can be named with --source, or a query given with --source sql`
        : noPlugin(schema, site, known, installed, wanted),
    )
  }
  const { source, plan, newest } = best
  if (active.length === 0) {
    const last = newest === undefined ? '' : `; its last row is of ${newest}`
    return {
      source,
      plan,
      why: `it was named with --source, but the plugin is not active${last}`,
      warning: `${source.name} is not active on ${site.name}, so its numbers stand still${last}`,
    }
  }
  const passed = others.map((other) => other.source.name).join(', ')
  return {
    source,
    plan,
    why: `the plugin is active and its tables are there${passed === '' ? '' : `; preferred to ${passed}`}`,
  }
}

async function examine(
  query: Query,
  site: Site,
  source: Source,
  moment: Moment,
): Promise<Candidate> {
  const plan = await source.plan(site, query)
  const [row] = plan.newest === undefined ? [] : await query(plan.newest(moment))
  return { source, plan, newest: row === undefined ? undefined : toDay(row) }
}

function byPreference(a: Candidate, b: Candidate): number {
  const visitors = ({ plan }: Candidate) =>
    plan.offers.some(({ metric }) => metric === 'visitors') ? 1 : 0
  return (
    visitors(b) - visitors(a) ||
    (b.newest ?? '').localeCompare(a.newest ?? '') ||
    sources.indexOf(a.source) - sources.indexOf(b.source)
  )
}

/** The tables, or columns of tables that are there, which a source needs and a site does not have. */
function missing(schema: Schema, site: Site, source: Source): string[] {
  return Object.entries(source.needs).flatMap(([table, columns]) => {
    const name = source.unprefixed ? table : site.prefix + table
    const there = schema.get(name)
    if (there === undefined) return [`table ${name}`]
    return columns
      .filter((column) => !there.has(column))
      .map((column) => `column ${column} of table ${name}`)
  })
}

/**
 * WP Statistics 15 counts in new tables and may leave the old ones behind, with numbers that stand
 * still: better no number than an old one.
 */
function hasNewerLayout(site: Site, { id }: Source): boolean {
  return id === 'wp-statistics' && site.has('statistics_sessions') && site.has('statistics_views')
}

function noPlugin(
  schema: Schema,
  site: Site,
  known: readonly Source[],
  installed: readonly Source[],
  wanted: string,
): string {
  const where = `${site.name} (table prefix "${site.prefix}")`
  const changed = known.filter(
    (source) =>
      site.activePlugins.includes(source.plugin) &&
      missing(schema, site, source).some((part) => part.startsWith('column')),
  )
  if (changed.length > 0) {
    const parts = changed.map(
      (source) => `${source.name} lacks ${missing(schema, site, source).join(', ')}`,
    )
    return `the plugin on ${where} is of a version that is not known here: ${parts.join('; ')}`
  }
  if (installed.length > 0) {
    const names = installed.map(({ name, id }) => `${name} (--source ${id})`).join(', ')
    return `no statistics plugin is active on ${where}; old tables are there of ${names}`
  }
  const looked = known.map(
    (source) => `${source.name}: ${missing(schema, site, source).join(', ')}`,
  )
  return wanted === 'auto'
    ? `no supported statistics plugin on ${where}; known are ${sources.map(({ name }) => name).join(', ')}; missing are, of ${looked.join('; of ')}`
    : `${wanted} is not on ${where}; missing are, of ${looked.join('; of ')}`
}
