import type { Finding } from './doctor.ts'
import type { Found } from './readings/find-source.ts'
import type { Query, Row } from './wordpress/database/database.ts'
import type { Site } from './wordpress/site.ts'
import { type Source, tableOf } from './wordpress/sources/source.ts'

/** What an account may have without being able to change anything. */
const harmless = /^(USAGE|SELECT|SHOW VIEW)$/

/** Privileges of the account beside reading. The password hash that MariaDB shows is left out. */
export async function grants(query: Query, { site, source }: Found): Promise<Finding> {
  const rows = await query({ text: 'SHOW GRANTS FOR CURRENT_USER', values: [] })
  const lines = rows.map((row: Row) => String(Object.values(row)[0]))
  const needed = neededTables(site, source)
    .map((table) => `GRANT SELECT ON <database>.${table} TO <user>;`)
    .join(' ')
  const more = lines.flatMap((line) => {
    const [, role] = /^GRANT (`[^`]+`(?:@`[^`]*`)?) TO /.exec(line) ?? []
    if (role !== undefined) return [`what the role ${role} can`]
    const [, privileges = ''] = /^GRANT (.*?) ON /.exec(line) ?? []
    return [
      ...privileges
        .replace(/\([^)]*\)/g, '')
        .split(/\s*,\s*/)
        .map((privilege) => privilege.trim())
        .filter((privilege) => privilege !== '' && !harmless.test(privilege)),
      ...(line.endsWith(' WITH GRANT OPTION') ? ['GRANT OPTION'] : []),
    ]
  })
  const names = [...new Set(more)].join(', ')
  return names === ''
    ? { subject: 'grants', status: 'ok', text: 'the account can only read' }
    : {
        subject: 'grants',
        status: 'warning',
        text: `the account can do more than read: ${names}`,
        advice: `give the counter an account of its own that may read what it needs: ${needed}`,
      }
}

/** The tables that the account must be able to read: what is hidden from it looks as if it were not there. */
function neededTables(site: Site, source: Source): string[] {
  const { needs, also = [], prefix } = source
  if (also === 'all') return ['*']
  const isThere = (table: string) => prefix !== undefined || site.has(table)
  // Where versions have other tables, those of which all are there.
  const wanted = needs.map((tables) => Object.keys(tables)).filter((own) => own.every(isThere))
  const own = new Set([...wanted.flat(), ...also.filter(isThere)])
  return [...[...own].map((table) => tableOf(site, source, table)), ...site.core]
}
