import type { Query } from '../wordpress/database/database.ts'
import { readName } from '../wordpress/site.ts'

/** What a site goes by. */
export interface SiteName {
  /** What it is to be told that it goes by; undefined for its address. */
  readonly given: string | undefined
  /** Undefined where nobody has looked. */
  readonly name: string | undefined
}

/**
 * What the sites of a network go by. Two addresses may come to one name, as those
 * of `/a-b` and `/a/b`: the later site then has the number of its blog behind the name.
 *
 * @param prefixes of the main site first
 * @param main the name that the settings give the main site
 * @returns key: table prefix, in the order of `prefixes`
 */
export async function namesOf(
  query: Query,
  prefixes: readonly string[],
  main: string | undefined,
): Promise<Map<string, SiteName>> {
  const names = new Map<string, SiteName>()
  const taken = new Set(main === undefined ? [] : [main])
  for (const [index, prefix] of prefixes.entries()) {
    if (index === 0 && (main !== undefined || prefixes.length === 1)) {
      names.set(prefix, { given: main, name: main })
      continue
    }
    const address = await readName(query, prefix)
    let name = address
    while (taken.has(name)) name += `-${/(\d+)_$/.exec(prefix)?.[1] ?? index}`
    taken.add(name)
    names.set(prefix, { given: name === address ? undefined : name, name })
  }
  return names
}
