import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { didYouMean } from '../../common/did-you-mean.ts'
import { messageOf, UsageError } from '../../common/errors.ts'
import { homeFolder } from './home.ts'
import { type Environment, flagName, type Setting } from './setting.ts'
import { type SettingName, settingNames, settings, siteSettingNames } from './settings.ts'

interface InFile {
  readonly text: string
  /** The key, the file and the line, in words. */
  readonly origin: string
}
/** Key: name of the setting. */
type Entries = ReadonlyMap<SettingName, InFile>

export interface SettingsFile {
  /** Undefined when there is none. */
  readonly path: string | undefined
  readonly values: Entries
  /** Key: name of the site. */
  readonly sites: ReadonlyMap<string, Entries>
}

const fileName = 'visitor-counter.yaml'

/** Where a settings file is looked for; the first one that exists counts alone. */
export function usualPlaces({ XDG_CONFIG_HOME: home }: Environment): string[] {
  const own = join(home || join(homeFolder(), '.config'), 'visitor-counter', fileName)
  return [fileName, own, join('/etc/visitor-counter', fileName)]
}

/**
 * Reads a settings file: each value is text here, which its setting is to understand.
 *
 * @param config a file that must exist
 * @param mayBeNew it need not, after all
 */
export async function readSettingsFile(
  config: string | undefined,
  env: Environment,
  mayBeNew = false,
): Promise<SettingsFile> {
  const isNew = mayBeNew && config !== undefined && !existsSync(config)
  const path = isNew ? undefined : (config ?? usualPlaces(env).find((place) => existsSync(place)))
  const values: Map<SettingName, InFile> = new Map()
  const sites: Map<string, Entries> = new Map()
  if (path === undefined) return { path, values, sites }
  const refuse = (reason: string) => new UsageError(`${path}: ${reason}`)
  for (const pair of await readPairs(path, refuse)) {
    if (pair.key !== 'sites') {
      add(values, pair, settingNames, path, '')
      continue
    }
    const inSites = pair.pairs ?? [{ ...pair, key: '' }]
    for (const { key: site, line, pairs } of inSites) {
      if (!/^[A-Za-z0-9._-]+$/.test(site) || pairs === undefined) {
        throw refuse(
          `"sites" must name sites (letters, digits, dots, dashes), each with settings as "database: mysql://…"; see line ${line}`,
        )
      }
      const own: Map<SettingName, InFile> = new Map()
      for (const each of pairs) add(own, each, siteSettingNames, path, `sites: ${site}: `)
      sites.set(site, own)
    }
  }
  return { path, values, sites }
}

const Content = v.union([v.string(), v.array(v.string())])

/**
 * Adds what a line sets; nothing, as in an environment variable, is not set.
 *
 * @param within of which map of the file, to stand before the key
 */
function add(
  entries: Map<SettingName, InFile>,
  { key, line, value }: Pair,
  names: readonly SettingName[],
  path: string,
  within: string,
): void {
  const origin = `"${within}${key}" in ${path}, line ${line}`
  const name = names.find((each) => keyOf(each) === key)
  if (name === undefined) {
    const keys = names.map(keyOf)
    const advice = didYouMean(key, keys) || `; known are ${keys.join(', ')}`
    throw new UsageError(`${origin}: there is no such setting${advice}`)
  }
  const { list }: Setting = settings[name]
  const content = v.safeParse(Content, value)
  if (!content.success || (Array.isArray(content.output) && !list)) {
    throw new UsageError(
      `${origin}: it must be one value${list ? ' or a list' : ', as "poll: 5s"'}`,
    )
  }
  const text = [content.output].flat().join()
  if (text !== '') entries.set(name, { text, origin })
}

/** The name of a setting in the settings file. */
export function keyOf(name: SettingName): string {
  return flagName(settings[name].flag).slice(2)
}

interface Pair {
  readonly key: string
  readonly line: number
  /** Text where YAML has a scalar, whatever it looks like. */
  readonly value: unknown
  /** When the value is a map. */
  readonly pairs: readonly Pair[] | undefined
}

async function readPairs(
  path: string,
  refuse: (reason: string) => UsageError,
): Promise<readonly Pair[]> {
  const { isAlias, isMap, isNode, LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  // Of this schema every scalar is text: 0123456 keeps its 0, and a long number its last digits.
  const options = { schema: 'failsafe', lineCounter: lines, logLevel: 'error' } as const
  const document = parseDocument(textOf(path, refuse), options)
  const [error] = document.errors
  if (error !== undefined) {
    throw refuse(`the file is not YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}`)
  }
  const pairsOf = (node: unknown): readonly Pair[] | undefined =>
    isMap(node)
      ? node.items.map(({ key, value: given }) => {
          const value = isAlias(given) ? given.resolve(document) : given
          if (isAlias(given) && value === undefined) {
            throw refuse(`the file is not YAML: nothing is called *${given.source} before its use`)
          }
          return {
            key: String(key),
            line: lines.linePos(isNode(key) ? (key.range?.[0] ?? 0) : 0).line,
            value: isNode(value) ? (value.toJS(document) as unknown) : '',
            pairs: pairsOf(value),
          }
        })
      : undefined
  const pairs = document.contents === null ? [] : pairsOf(document.contents)
  if (pairs === undefined) throw refuse('the file must hold settings, one a line, as "poll: 5s"')
  return pairs
}

function textOf(path: string, refuse: (reason: string) => UsageError): string {
  if (!existsSync(path)) throw new UsageError(`--config: there is no file ${path}`)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw refuse(`the file cannot be read: ${messageOf(error)}`)
  }
}
