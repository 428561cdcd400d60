import type { Query } from '../wordpress/database/database.ts'
import { readName } from '../wordpress/site.ts'

/**
 * What the sites of a network go by: undefined for its address. Two addresses may come to one name, as those
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
): Promise<Map<string, string | undefined>> {
  const names = new Map<string, string | undefined>()
  const taken = new Set(main === undefined ? [] : [main])
  for (const [index, prefix] of prefixes.entries()) {
    if (index === 0 && (main !== undefined || prefixes.length === 1)) {
      names.set(prefix, main)
      continue
    }
    const address = await readName(query, prefix)
    let name = address
    while (taken.has(name)) name += `-${/(\d+)_$/.exec(prefix)?.[1] ?? index}`
    taken.add(name)
    names.set(prefix, name === address ? undefined : name)
  }
  return names
}
