import { FatalError } from '../../common/errors.ts'
import type { Database, Query } from '../wordpress/database/database.ts'
import { findMatomo } from '../wordpress/matomo-alone.ts'
import { type Choice, choosePlugin } from '../wordpress/plugin.ts'
import type { SharedSchema } from '../wordpress/shared-schema.ts'
import { findPrefix, readSchema, readSite, type Site } from '../wordpress/site.ts'
import { sources } from '../wordpress/sources/index.ts'
import { isActive, type Source, type Words } from '../wordpress/sources/source.ts'
import { sqlSource } from '../wordpress/sources/sql.ts'

/** Which numbers of which site are wanted. */
export interface Wanted {
  /** Found in the database when undefined. */
  readonly prefix: string | undefined
  /** A source id, or `auto`. */
  readonly source: string
  /** A query of one's own instead of a plugin. */
  readonly sql: string | undefined
  /** What the number of that query is, in its owner's words. */
  readonly words?: Words
  /** Which site of a Matomo, where it counts several. */
  readonly matomoSite?: number | undefined
  /** With `auto`, the source that has been read until now: it is not changed for another in silence. */
  readonly known?: string | undefined
}

/** A site, and how its numbers are read. */
export interface Found extends Choice {
  readonly site: Site
}

/**
 * Looks at a site: its options, its tables, its plugin.
 *
 * @param shared the schema, where others look at the same database
 * @throws FatalError when there is no WordPress, or no plugin to read
 */
export async function findSource(
  query: Query,
  engine: Database['engine'],
  { prefix, source: named, sql, words, matomoSite, known }: Wanted,
  epochMs: number,
  shared?: SharedSchema,
): Promise<Found> {
  const schema = await (shared?.of(query) ?? readSchema(query, engine))
  const isKept = named === 'auto' && sources.some(({ id }) => id === known)
  const source = isKept && known !== undefined ? known : named
  const readNamed = async () =>
    readSite(query, schema, engine, prefix ?? findPrefix(schema), matomoSite)
  if (sql === undefined) {
    const alone =
      source === 'matomo'
        ? await findMatomo(query, schema, engine, { prefix, idsite: matomoSite })
        : undefined
    if (alone !== undefined) return { site: alone.site, ...alone.choice }
    const site = await readNamed()
    const choice = await choosePlugin(query, schema, site, source, epochMs)
    if (isKept && !isActive(choice.source, site)) throw notActive(choice.source, site)
    const warnings = [choice.warning, zoneWarning(site)].filter((each) => each !== undefined)
    return { site, ...choice, ...(warnings.length > 0 && { warning: warnings.join('; ') }) }
  }
  // A query of one's own needs no WordPress.
  const site = await readNamed().catch((error: unknown) => {
    if (error instanceof FatalError) return bareDatabase(engine)
    throw error
  })
  const own = sqlSource(sql, words)
  return {
    site,
    source: own,
    plan: await own.plan(site, query),
    why: 'a query was given with --sql',
  }
}

/** The plugin that was read has been switched off: only the owner says whether another one is meant. */
function notActive({ name }: Source, site: Site): FatalError {
  const others = sources.filter((each) => isActive(each, site))
  const other =
    others.length === 0
      ? 'no other statistics plugin is'
      : others.map(({ name, id }) => `${name} is (--source ${id} counts with it)`).join(', ')
  return new FatalError(
    `${name}, which was read on ${site.name} until now, is not active any more, so its last numbers stay as they are; ${other}`,
  )
}

function zoneWarning({ name, unknownTimezone, timezone }: Site): string | undefined {
  if (unknownTimezone === undefined) return undefined
  return `the time zone ${unknownTimezone} of ${name} is not known to Node ${process.version}, so its days begin at midnight in ${timezone}; a newer Node may know it`
}

function bareDatabase(engine: Database['engine']): Site {
  return {
    name: 'site',
    address: undefined,
    prefix: '',
    base: '',
    blog: 1,
    matomoSite: undefined,
    engine,
    timezone: 'UTC',
    activePlugins: [],
    core: [],
    tables: [],
    table: (name) => `\`${name}\``,
    has: () => false,
    option: async () => undefined,
    serializedOption: async () => undefined,
  }
}
