import { zipSync } from 'fflate'
import { type AgentKey, publicKey } from './key.ts'
import { listId } from './list-id.ts'
import { asTheAgentRuns, type StatementList } from './statements.ts'
import { statementId } from './template.ts'

/** The plugin's code for one site: its public key, its name, and the list of statements. */
export function pluginCode(template: string, key: AgentKey, list: StatementList): string {
  const statements = list.texts.map(
    (text) => `\t\t'${statementId(text)}' => ${phpText(asTheAgentRuns(text))},`,
  )
  const tables = list.tables.map((name) => name.replace('*', '[0-9]{4}_[0-9]{2}')).join('|')
  const places: Readonly<Record<string, string>> = {
    '@KEY@': publicKey(key),
    '@SITE@': key.site,
    '@LIST@': listId(list),
    '@STATEMENTS@': statements.join('\n'),
    '@TABLES@': tables,
    '@NETWORK@': list.network.map(phpText).join(', '),
    '@UNPREFIXED@': list.unprefixed.map(phpText).join(', '),
  }
  return template.replace(/@[A-Z]+@/g, (place) => places[place] ?? place)
}

/** A plugin as WordPress takes it under Plugins, Add New, Upload. */
export function pluginZip(code: string): Uint8Array {
  const name = 'visitor-counter-agent'
  // The same plugin is the same file: no time of its making is in it.
  return zipSync(
    { [`${name}/${name}.php`]: new TextEncoder().encode(code) },
    { mtime: '2026-01-01T00:00:00Z' },
  )
}

function phpText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
