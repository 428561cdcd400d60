import assert from 'node:assert/strict'
import { statementList } from '../../server/wordpress/agent/statements.ts'
import { isWithheld, templateOf } from '../../server/wordpress/agent/template.ts'
import type { Database, Query } from '../../server/wordpress/database/database.ts'

/** A database of the prefix `wp_` whose statements must all be in the agent's list. */
export async function listed(database: Database): Promise<Database> {
  const texts = new Set((await statementList()).texts)
  const through =
    (query: Query): Query =>
    (sql) => {
      const { text } = templateOf(sql.text)
      assert.ok(texts.has(text) || isWithheld(text), `not in the agent's list: ${text}`)
      return query(sql)
    }
  return {
    ...database,
    query: through(database.query),
    snapshot: (work) => database.snapshot((query) => work(through(query))),
  }
}
