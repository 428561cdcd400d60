import { FatalError } from '../../errors.ts'
import type { Site } from './site.ts'
import { sources } from './sources/index.ts'
import type { Source } from './sources/source.ts'

/** A source that a site has, and why it was chosen. */
export interface Choice {
  readonly source: Source
  readonly why: string
}

/**
 * The plugin to read: the one that was named, else the first of our list whose tables are there and
 * that the site has active.
 *
 * @param wanted a source id, or `auto`
 * @throws FatalError when there is none, saying what was looked for
 */
export function choosePlugin(site: Site, wanted: string): Choice {
  const known = wanted === 'auto' ? sources : sources.filter(({ id }) => id === wanted)
  const installed = known.filter((source) => missing(site, source).length === 0)
  const active = installed.find((source) => site.activePlugins.includes(source.plugin))
  if (active !== undefined) {
    return { source: active, why: 'its tables are in the database and the plugin is active' }
  }
  const [named] = wanted === 'auto' ? [] : installed
  if (named !== undefined) {
    return { source: named, why: 'it was named, although the plugin is not active' }
  }
  throw new FatalError(noPlugin(site, known, installed, wanted))
}

/** The tables, or columns of tables that are there, which a source needs and a site does not have. */
function missing(site: Site, source: Source): string[] {
  return Object.entries(source.needs).flatMap(([table, columns]) => {
    const name = site.prefix + table
    if (!site.has(table)) return [`table ${name}`]
    return columns
      .filter((column) => !site.has(table, column))
      .map((column) => `column ${column} of table ${name}`)
  })
}

function noPlugin(
  site: Site,
  known: readonly Source[],
  installed: readonly Source[],
  wanted: string,
): string {
  if (installed.length > 0) {
    const names = installed.map(({ name, id }) => `${name} (--source ${id})`).join(', ')
    return `no statistics plugin is active on ${site.name}; old tables are there of ${names}`
  }
  const looked = known.map((source) => `${source.name}: ${missing(site, source).join(', ')}`)
  const plugins = sources.map(({ name }) => name).join(', ')
  return wanted === 'auto'
    ? `no supported statistics plugin on ${site.name} (table prefix "${site.prefix}"); known are ${plugins}; missing are, of ${looked.join('; of ')}`
    : `${wanted} is not on ${site.name} (table prefix "${site.prefix}"); missing are, of ${looked.join('; of ')}`
}
