import { FatalError } from '../../common/errors.ts'
import type { Query } from './database/database.ts'
import { toNewestDay } from './day.ts'
import { momentAt } from './moment.ts'
import type { Schema, Site } from './site.ts'
import { sources } from './sources/index.ts'
import { isActive, type Plan, type Source, tableOf } from './sources/source.ts'

/** A source that a site has, and why it was chosen. */
export interface Choice {
  readonly source: Source
  readonly plan: Plan
  readonly why: string
  /** What the owner should know about it. */
  readonly warning?: string
  /** What to do about the warning. */
  readonly advice?: string
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
  const known = wanted === 'auto' ? sources : sources.filter(({ id }) => id === wanted)
  const active = known.filter((source) => isActive(source, site))
  const examined = await Promise.all(
    (active.length === 0 && wanted !== 'auto' ? known : active).map((source) =>
      examine(query, schema, site, source, epochMs),
    ),
  )
  const candidates = examined.flatMap((each) => ('unreadable' in each ? [] : [each]))
  const [best, ...others] = candidates.sort(byPreference)
  const unreadable = examined
    .flatMap((each) => ('unreadable' in each ? [each.unreadable] : []))
    .join('; ')
  if (best === undefined) throw new FatalError(noPlugin(schema, site, known, unreadable, wanted))
  const { source, plan, newest } = best
  if (active.length === 0) {
    const last = newest === undefined ? '' : `; its last row is of ${newest}`
    return {
      source,
      plan,
      why: `it was named with --source, but the plugin is not active${last}`,
      warning: `${source.name} is not active on ${site.name}, so its numbers stand still${last}`,
      advice: 'activate the plugin in WordPress, or leave --source out',
    }
  }
  const passed = others.map((other) => other.source.name).join(', ')
  const choice = {
    source,
    plan,
    why: `the plugin is active and its tables are there${passed === '' ? '' : `; preferred to ${passed}`}`,
  }
  if (unreadable === '') return choice
  return {
    ...choice,
    warning: `${source.name} is read on ${site.name}, as another active plugin cannot be: ${unreadable}`,
    advice: `say which one is meant with --source, as --source ${source.id}`,
  }
}

/** What a source reads on a site, or why it cannot. */
async function examine(
  query: Query,
  schema: Schema,
  site: Site,
  source: Source,
  epochMs: number,
): Promise<Candidate | { readonly unreadable: string }> {
  const lacks = missing(schema, site, source)
  if (lacks.length > 0) return { unreadable: `${source.name} lacks ${lacks.join(', ')}` }
  try {
    const plan = await source.plan(site, query)
    const moment = momentAt(epochMs, plan.zone?.(epochMs) ?? site.timezone)
    const [row] = plan.newest === undefined ? [] : await query(plan.newest(moment))
    return { source, plan, newest: toNewestDay(row) }
  } catch (error) {
    if (error instanceof FatalError) return { unreadable: error.message }
    throw error
  }
}

function byPreference(a: Candidate, b: Candidate): number {
  const visitors = ({ plan }: Candidate) =>
    plan.offers.some(({ metric, period }) => metric === 'visitors' && period !== 'online') ? 1 : 0
  return (
    visitors(b) - visitors(a) ||
    (b.newest ?? '').localeCompare(a.newest ?? '') ||
    sources.indexOf(a.source) - sources.indexOf(b.source)
  )
}

/**
 * The tables, or columns of tables that are there, which a source needs and a site does not have; of
 * the set of tables that lacks least.
 */
function missing(schema: Schema, site: Site, source: Source): string[] {
  const lacking = source.needs.map((tables) =>
    Object.entries(tables).flatMap(([table, columns]) => {
      const name = tableOf(site, source, table)
      const there = schema.tables.get(name)
      if (there === undefined) return [`table ${name}`]
      return columns
        .filter((column) => !there.has(column))
        .map((column) => `column ${column} of table ${name}`)
    }),
  )
  return lacking.sort((a, b) => a.length - b.length)[0] ?? []
}

function noPlugin(
  schema: Schema,
  site: Site,
  known: readonly Source[],
  unreadable: string,
  wanted: string,
): string {
  const where = `${site.name} (table prefix "${site.prefix}")`
  const lacks = (source: Source) => missing(schema, site, source).join(', ')
  if (known.some((source) => isActive(source, site))) {
    return `the plugin on ${where} cannot be read: ${unreadable}`
  }
  const installed = known.filter((source) => lacks(source) === '')
  if (installed.length > 0) {
    const names = installed.map(({ name, id }) => `${name} (--source ${id})`).join(', ')
    return `no statistics plugin is active on ${where}; old tables are there of ${names}`
  }
  const looked = known.map((source) => `${source.name}: ${lacks(source)}`).join('; of ')
  return wanted === 'auto'
    ? `no supported statistics plugin on ${where}; known are ${sources.map(({ name }) => name).join(', ')}; missing are, of ${looked}`
    : `${wanted} is not on ${where}; missing are, of ${looked}`
}
