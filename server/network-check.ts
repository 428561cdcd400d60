import { messageOf } from '../common/errors.ts'
import type { Finding } from './doctor.ts'
import type { Wanted } from './readings/find-source.ts'
import { namesOf } from './readings/network-names.ts'
import { readOnce } from './readings/read-once.ts'
import { type Count, keyOf } from './readings/round.ts'
import type { LocatedDatabase } from './wordpress/database/place.ts'
import { findNetwork, readSchema, type Site } from './wordpress/site.ts'

/** The further sites of a network, of which a desk may show any. */
export async function* examineNetwork(
  database: LocatedDatabase,
  wanted: Wanted,
  main: Site,
  now: () => number,
): AsyncGenerator<{ finding: Finding; name: string; counts: readonly Count[] }> {
  const schema = await readSchema(database.query, database.engine)
  if (main.prefix === '' || !schema.tables.has(`${main.prefix}options`)) return
  const [, ...others] = await findNetwork(database.query, schema, main.prefix)
  const names = await namesOf(database.query, [main.prefix, ...others], undefined)
  for (const prefix of others) {
    const name = names.get(prefix)?.name ?? prefix
    const subject = 'site of the network'
    try {
      const { counts } = (await readOnce(database, { ...wanted, prefix }, name, now)).round
      const [first] = counts
      const said = first === undefined ? '' : `; ${keyOf(first)} is ${first.value}`
      yield {
        name,
        counts,
        finding: { subject, status: 'ok', text: `${name}, table prefix "${prefix}"${said}` },
      }
    } catch (error) {
      yield {
        name,
        counts: [],
        finding: {
          subject,
          status: 'warning',
          text: `${name}: ${messageOf(error)}`,
          advice: 'it is left out until a statistics plugin is active on it',
        },
      }
    }
  }
}
