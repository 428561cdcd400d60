import { createHash } from 'node:crypto'
import type { StatementList } from './statements.ts'
import { statementId } from './template.ts'

/** A short name of what an agent can run, which is another for each other list. */
export function listId({ texts }: StatementList): string {
  const ids = texts.map(statementId).sort()
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 12)
}
