import { FatalError } from '../../common/errors.ts'
import type { Database, Query } from './database/database.ts'
import type { Choice } from './plugin.ts'
import { type Schema, type Site, siteName, tablesOf } from './site.ts'
import { type MatomoSite, matomo, matomoSites, matomoTimezone } from './sources/matomo.ts'

/** What the names of its tables begin with in a WordPress, after the prefix; and in the source. */
const own = 'matomo_'

/**
 * A Matomo without WordPress: the same tables under its own `tables_prefix`.
 *
 * @param prefix the one that was named; found when undefined
 * @param idsite the site that was asked for, where it counts several
 * @returns undefined where there is none, as in a WordPress that has the plugin
 * @throws FatalError when one cannot be chosen, saying how to
 */
export async function findMatomo(
  query: Query,
  schema: Schema,
  engine: Database['engine'],
  { prefix: asked, idsite }: { prefix: string | undefined; idsite: number | undefined },
): Promise<{ site: Site; choice: Choice } | undefined> {
  const candidates = prefixesAlone(schema, asked)
  const [prefix, ...others] = candidates
  if (prefix === undefined) return undefined
  if (others.length > 0) {
    throw new FatalError(
      `this database holds more than one Matomo; choose one with --table-prefix: ${candidates.join(', ')}`,
    )
  }
  const names = tablesOf(schema, prefix, own)
  const sites = await matomoSites(query, names.table('matomo_site'))
  const { name, timezone, main_url, ...chosen } = choose(sites, idsite)
  const site: Site = {
    name: siteName(main_url || name),
    address: main_url,
    prefix,
    base: prefix,
    blog: 1,
    matomoSite: chosen.idsite,
    engine,
    timezone: matomoTimezone(timezone),
    activePlugins: matomo.plugins,
    core: [],
    ...names,
    option: async () => undefined,
    serializedOption: async () => undefined,
  }
  const choice = {
    source: matomo,
    plan: await matomo.plan(site, query),
    why: `Matomo without WordPress, table prefix "${prefix}", site ${chosen.idsite} (${name})`,
  }
  return { site, choice }
}

/**
 * The prefixes that a Matomo without WordPress may have.
 *
 * @param asked the one that was named; where none was, a Matomo in a WordPress is meant before another
 */
export function prefixesAlone({ tables, folded }: Schema, asked: string | undefined): string[] {
  const prefixes = [...tables]
    .filter(([table, columns]) => table.endsWith('log_visit') && columns.has('idvisit'))
    .map(([table]) => table.slice(0, -'log_visit'.length))
    .filter((prefix) => tables.has(`${prefix}site`))
    .sort()
  // There they are behind its own prefix.
  const isInWordpress = (prefix: string) =>
    prefix.endsWith(own) && tables.has(`${prefix.slice(0, -own.length)}options`)
  if (asked === undefined && prefixes.some(isInWordpress)) return []
  return prefixes.filter(
    (prefix) => !isInWordpress(prefix) && (asked === undefined || prefix === folded(asked)),
  )
}

function choose(sites: readonly MatomoSite[], idsite: number | undefined): MatomoSite {
  const inWords = sites.map((site) => `${site.idsite} (${site.name}, ${site.main_url})`).join(', ')
  const asked = sites.filter((site) => idsite === undefined || site.idsite === idsite)
  const [only, ...others] = asked
  if (only === undefined) {
    throw new FatalError(
      idsite === undefined
        ? 'this Matomo counts no site yet; add one in Matomo'
        : `--matomo-site ${idsite}: this Matomo has no such site; it has ${inWords}`,
    )
  }
  if (others.length > 0) {
    throw new FatalError(
      `this Matomo counts several sites; choose one with --matomo-site: ${inWords}`,
    )
  }
  return only
}
