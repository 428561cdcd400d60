import type { Query, Row } from '../database/database.ts'
import { momentAt } from '../moment.ts'
import { readSchema, readSite, type Schema } from '../site.ts'
import { sources } from '../sources/index.ts'
import type { Plan, Source } from '../sources/source.ts'
import { agentPrefix, isWithheld, templateOf } from './template.ts'

/** All that an agent may run: the closed set of statements, and the tables that they read. */
export interface StatementList {
  readonly texts: readonly string[]
  /** Names of tables behind the site's prefix; `*` stands for a month. */
  readonly tables: readonly string[]
  /** Those of them that a network has once, behind the prefix of its main site. */
  readonly network: readonly string[]
  /** Names of tables that a plugin gives no prefix. */
  readonly unprefixed: readonly string[]
}

/** What a row may hold that decides how a source goes on. */
const anyRow: Row = {
  idsite: 1,
  name: 'x',
  timezone: 'UTC',
  main_url: 'https://x',
  visitors: '1',
  views: '1',
  day: '2026-01-02',
  value: '1',
}
/** Options decide by these: versions of the plugins, words, serialised settings that are on or off. */
const optionValues = [
  undefined,
  ...[
    '1.0',
    '1.8',
    '2.2.0',
    '2.2.6',
    '2.2.7',
    '3.3',
    '3.4',
    '3.4.2',
    '13.2',
    '14.0',
    '14.16',
    '15.0',
  ],
  'sum',
  'a:1:{s:15:"exclude_bounces";b:1;}',
]
/** The options that WordPress itself is asked for. */
const coreTables = ['options', 'posts', 'blogs', 'sitemeta']
/** More than any source takes: a plan that asks without end is a fault. */
const mostPaths = 20_000

/**
 * Every text that a source can issue, found by going each way that its plan can take: with and without
 * each table and column that it asks for, with each value of an option, with rows and without.
 */
export async function statementList(): Promise<StatementList> {
  const texts = new Set<string>()
  const issue = (text: string) => {
    texts.add(templateOf(text).text)
  }
  await ofWordpress(issue)
  for (const source of sources) await ofSource(source, issue)
  return {
    texts: [...texts].filter((text) => !isWithheld(text)).sort(),
    tables: [...tableNames(texts)].sort(),
    network: ['sitemeta', ...namesWith('network')].sort(),
    unprefixed: namesWith('none').sort(),
  }
}

/** The condition that keeps other tables of the database out of sight; the agent fills it in. */
export function asTheAgentRuns(text: string): string {
  return text.includes('information_schema') ? `${text} AND {names}` : text
}

function namesOf({ needs, also }: Source): string[] {
  return [
    ...needs.flatMap((tables) => Object.keys(tables)),
    ...(also === 'all' || also === undefined ? [] : also),
  ]
}

/** The tables of the sources with a prefix other than the site's. */
function namesWith(prefix: Source['prefix']): string[] {
  return sources.filter((source) => source.prefix === prefix).flatMap(namesOf)
}

function tableNames(texts: ReadonlySet<string>): Set<string> {
  const named = [...texts].flatMap((text) =>
    [...text.matchAll(/\{([a-z0-9_]+\*?)\}/g)].map(([, name = '']) => name),
  )
  const asked = sources.filter(({ prefix }) => prefix !== 'none').flatMap(namesOf)
  const all = new Set([...coreTables, ...named, ...asked])
  for (const placeholder of ['blog', 'names', 'blogs']) all.delete(placeholder)
  return all
}

/** What is read of WordPress itself. */
async function ofWordpress(issue: (text: string) => void): Promise<void> {
  const query: Query = async ({ text }) => {
    issue(text)
    return []
  }
  await readSchema(query, 'mysql')
  const tables = new Map([
    [`${agentPrefix}options`, new Set(['option_name'])],
    [`${agentPrefix}sitemeta`, new Set(['meta_key'])],
  ])
  const schema: Schema = { tables, folded: (name) => name }
  await readSite(query, schema, 'mysql', agentPrefix, undefined)
}

/** Takes one decision after the other; `replay` decides as before, and goes another way at its end. */
class Decisions {
  readonly #taken: { choice: number; of: number }[] = []
  #at = 0

  choose<T>(choices: readonly T[]): T | undefined {
    const known = this.#taken[this.#at]
    if (known === undefined) this.#taken.push({ choice: 0, of: choices.length })
    this.#at += 1
    return choices[known?.choice ?? 0]
  }

  /** Whether there is another way to go. */
  next(): boolean {
    this.#at = 0
    for (let last = this.#taken.pop(); last !== undefined; last = this.#taken.pop()) {
      if (last.choice + 1 < last.of) {
        this.#taken.push({ choice: last.choice + 1, of: last.of })
        return true
      }
    }
    return false
  }
}

/** Does something once for each way that it can go. */
async function eachWay(what: string, work: (decisions: Decisions) => Promise<void>): Promise<void> {
  const decisions = new Decisions()
  for (let paths = 0; ; paths += 1) {
    if (paths > mostPaths) throw new Error(`${what}: its statements are no closed set`)
    await work(decisions)
    if (!decisions.next()) return
  }
}

async function ofSource(source: Source, issue: (text: string) => void): Promise<void> {
  await eachWay(source.id, (decisions) => onePath(source, decisions, issue))
}

async function onePath(
  source: Source,
  decisions: Decisions,
  issue: (text: string) => void,
): Promise<void> {
  const decided = new Map<string, boolean>()
  const has = (table: string, column?: string) => {
    const key = `${table}.${column ?? ''}`
    const before = decided.get(key)
    if (before !== undefined) return before
    const answer = decisions.choose([true, false]) === true
    decided.set(key, answer)
    return answer
  }
  const query: Query = async ({ text }) => {
    issue(text)
    return decisions.choose([[anyRow], []]) ?? []
  }
  const optionText = (name: string) =>
    `SELECT option_value AS value FROM \`${agentPrefix}options\` WHERE option_name = '${name}' LIMIT 1`
  const options = new Map<string, string | undefined>()
  let isMade = false
  const option = async (name: string) => {
    issue(optionText(name))
    // What is asked after the plan is made decides no text; whether it is there may end the asking.
    const values = isMade ? optionValues.slice(-1).concat(undefined) : optionValues
    if (!options.has(name)) options.set(name, decisions.choose(values))
    return options.get(name)
  }
  const archives = ['2025_12', '2026_01'].map((month) => `matomo_archive_numeric_${month}`)
  try {
    const { unserialize } = await import('php-serialize')
    const plan = await source.plan(
      {
        name: 'x',
        address: undefined,
        prefix: agentPrefix,
        base: agentPrefix,
        blog: 1,
        matomoSite: undefined,
        engine: 'mysql',
        timezone: 'UTC',
        activePlugins: source.plugins,
        core: [],
        tables: source.also === 'all' ? archives : [],
        table: (name) => `\`${agentPrefix}${name}\``,
        has,
        option,
        serializedOption: async (name) => {
          const value = await option(name)
          return value?.startsWith('a:') === true ? unserialize(value) : undefined
        },
      },
      query,
    )
    isMade = true
    await ofPlan(plan, issue)
  } catch {
    // A layout that cannot be told is refused before it is read.
  }
}

/** Each statement of a plan, for all kinds of ranges. */
async function ofPlan(plan: Plan, issue: (text: string) => void): Promise<void> {
  const moment = momentAt(Date.parse('2026-10-15T12:00:00Z'), 'UTC')
  const from = '2026-01-02'
  const add = (sql: { text: string } | readonly { text: string }[] | undefined) => {
    for (const { text } of sql === undefined ? [] : 'text' in sql ? [sql] : sql) issue(text)
  }
  for (const open of [undefined, { from, watermark: undefined }, { from, watermark: 5 }]) {
    add(plan.days?.(open, moment))
    if (open !== undefined) add(plan.live?.(open, moment))
  }
  const { slices } = plan
  if (slices?.by === 'key') {
    add(slices.edges())
    add(slices.part({ above: 1, upTo: 2 }, moment))
    add(slices.part({ above: 1, upTo: 2, day: from }, moment))
    add(slices.rest?.(moment))
  } else if (slices !== undefined) {
    add(slices.oldest(moment))
    add(slices.part({ from, to: from }, moment))
  }
  add(plan.watermark?.(from, moment))
  for (const range of [undefined, { from, to: from }]) add(plan.period?.(range, moment))
  add(plan.newest?.(moment))
  const asked = [
    (query: Query) => plan.total?.(query),
    (query: Query) => plan.base?.(query),
    (query: Query) => plan.online?.(query, moment, undefined),
    (query: Query) => plan.online?.(query, moment, 5),
  ]
  for (const ask of asked) {
    await eachWay('a plan', async (decisions) => {
      const query: Query = async ({ text }) => {
        issue(text)
        return decisions.choose([[anyRow], []]) ?? []
      }
      // A row that is none of its own may be refused.
      await ask(query)?.catch(() => undefined)
    })
  }
}
