import { DatabaseError, UsageError } from '../../../common/errors.ts'
import { toCount } from '../count.ts'
import type { Plan, Source, Words } from './source.ts'

/**
 * A source of one's own: a SELECT that gives one row with one whole number.
 *
 * @param words what the number is, as its owner calls it
 * @throws UsageError when the text is not one SELECT
 */
export function sqlSource(text: string, words: Words = {}): Source {
  const statement = oneSelect(text)
  const plan: Plan = {
    offers: [{ metric: 'visitors', period: 'total', unit: 'visitors', words }],
    async total(query) {
      const rows = await query({ text: statement, values: [] })
      const values = Object.values(rows[0] ?? {})
      if (rows.length !== 1 || values.length !== 1 || values[0] === null) {
        throw new DatabaseError(
          'refused',
          `--sql: the query must give one row with one whole number, and gave ${rows.length} rows of ${values.length} columns${values[0] === null ? ', with NULL' : ''}`,
        )
      }
      return { visitors: toCount(values[0], 'the query of --sql'), views: 0 }
    },
  }
  return {
    id: 'sql',
    name: 'the query of --sql',
    plugins: [],
    needs: [],
    bots: 'unknown',
    plan: () => plan,
  }
}

/** The session is read-only and its statements have a time limit; this is for a clear message. */
function oneSelect(text: string): string {
  const statement = text.trim().replace(/;\s*$/, '')
  const unquoted = statement.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/g, "''")
  const bare = unquoted.replace(/\/\*[\s\S]*?\*\/|(?:--\s|#).*$/gm, ' ')
  if (!/^\s*(SELECT|WITH)\b/i.test(bare)) throw refused('it must begin with SELECT')
  if (bare.includes(';')) throw refused('it must be one statement')
  // What is in a comment that begins with /*! is run.
  if (/\/\*M?!/.test(unquoted)) throw refused('it must only read, without comments for a server')
  if (/\bINTO\b|\bFOR\s+(UPDATE|SHARE)\b|\bLOCK\s+IN\b/i.test(bare)) {
    throw refused('it must only read, without INTO, FOR UPDATE or LOCK')
  }
  return statement
}

function refused(reason: string): UsageError {
  return new UsageError(
    `--sql: ${reason}; a query gives one row with one whole number, as SELECT COUNT(*) FROM wp_statistics_visitor`,
  )
}
