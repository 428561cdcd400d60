import { existsSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { UsageError } from '../../common/errors.ts'
import { type SettingName, settings, type Values } from './settings.ts'

export interface Given {
  /** Key: name of the setting, as commander gives it. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** A file that must exist; without one, `visitor-counter.yaml` is taken if it is there. */
  readonly config: string | undefined
}

const defaultConfig = 'visitor-counter.yaml'

/** Of two that say the same in two ways the one that was given nearer to the user counts. */
const alternatives = [['database', 'wpConfig']] as const

/** The settings that each of several sites has of its own. */
const siteSettings = ['database', 'wpConfig', 'tablePrefix', 'source', 'sql'] as const
export type SiteValues = Values<(typeof siteSettings)[number]> & { readonly name: string }

/**
 * The values of some settings: from flags, then the environment, then the YAML file, then defaults.
 *
 * @throws UsageError that names the setting, the value, where it came from and what is allowed
 */
export async function loadSettings(
  names: readonly SettingName[],
  { flags, env, config }: Given,
): Promise<{ values: Record<string, unknown>; sites: readonly SiteValues[] }> {
  const file = await readConfig(config)
  const values: Record<string, unknown> = {}
  /** How near the user a value was given: 0 a flag, 1 the environment, 2 the file, -1 nowhere. */
  const nearness: Partial<Record<SettingName, number>> = {}
  for (const name of names) {
    const { flag, env: variable } = settings[name]
    const candidates: Candidates = [
      [flags[name], flag],
      [env[variable] === '' ? undefined : env[variable], `environment variable ${variable}`],
      [file.values.get(yamlKey(name)), `"${yamlKey(name)}" in ${file.path}`],
    ]
    values[name] = firstOf(name, candidates)
    nearness[name] = candidates.findIndex(([text]) => text !== undefined)
  }
  for (const [one, other] of alternatives) {
    const [near = -1, far = -1] = [nearness[one], nearness[other]]
    if (near < 0 || far < 0 || near === far) continue
    values[near < far ? other : one] = undefined
  }
  const sites = [...file.sites].map(([name, own]) => ({
    name,
    ...(Object.fromEntries(
      siteSettings.map((setting) => {
        const key = yamlKey(setting)
        return [
          setting,
          firstOf(setting, [[own.get(key), `"sites: ${name}: ${key}" in ${file.path}`]]),
        ]
      }),
      // Each value is what the schema of its setting gives.
    ) as Values<(typeof siteSettings)[number]>),
  }))
  return { values, sites }
}

type Candidates = readonly (readonly [text: string | undefined, origin: string])[]

/** The first text that was given, as the schema of its setting gives it. */
function firstOf(name: SettingName, candidates: Candidates): unknown {
  const { flag, env, help, schema, secret = false } = settings[name]
  const [text, origin] = candidates.find(([given]) => given !== undefined) ?? [undefined, flag]
  const parsed = v.safeParse(schema, text)
  if (parsed.success) return parsed.output
  const allowed = parsed.issues[0].message
  throw new UsageError(
    text === undefined
      ? `${flag} is missing (or environment variable ${env}); it is ${help}`
      : `${origin}: ${secret ? 'the value' : `"${text}"`} is not allowed; it must be ${allowed}`,
  )
}

/** A setting's name in the YAML file: its flag without the dashes. */
function yamlKey(name: SettingName): string {
  return settings[name].flag.replace(/^--/, '')
}

interface ConfigFile {
  readonly path: string
  /** Key: YAML key. */
  readonly values: ReadonlyMap<string, string>
  /** Key: name of the site; of the values, YAML key. */
  readonly sites: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const Scalars = v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()])))
const Sites = v.record(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]+$/)), Scalars)
const Config = v.looseObject({ sites: v.optional(Sites, {}) })

async function readConfig(config: string | undefined): Promise<ConfigFile> {
  const path = config ?? defaultConfig
  const refuse = (reason: string) => new UsageError(`${path}: ${reason}`)
  if (!existsSync(path)) {
    if (config === undefined) return { path, values: new Map(), sites: new Map() }
    throw new UsageError(`--config: there is no file ${path}`)
  }
  const document = await readYaml(path, refuse)
  const parsed = v.safeParse(Config, Array.isArray(document) ? undefined : document)
  if (!parsed.success) {
    throw refuse(
      parsed.issues[0].path === undefined
        ? 'the file must hold settings, one a line, as "poll: 5s"'
        : '"sites" must name sites (letters, digits, dots, dashes), each with settings as "database: mysql://…"',
    )
  }
  const { sites, ...rest } = parsed.output
  const known = new Set((Object.keys(settings) as SettingName[]).map(yamlKey))
  const own = new Set(siteSettings.map(yamlKey))
  return {
    path,
    values: scalarsOf(rest, known, refuse),
    sites: new Map(
      Object.entries(sites).map(([name, values]) => [name, scalarsOf(values, own, refuse)]),
    ),
  }
}

async function readYaml(path: string, refuse: (reason: string) => UsageError): Promise<unknown> {
  const { parse, YAMLParseError } = await import('yaml')
  try {
    return parse(readFileSync(path, 'utf8'), { logLevel: 'error' }) ?? {}
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw refuse('the file cannot be read')
    throw refuse(`the file is not YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}`)
  }
}

function scalarsOf(
  values: Record<string, unknown>,
  known: ReadonlySet<string>,
  refuse: (reason: string) => UsageError,
): Map<string, string> {
  const scalars = v.safeParse(Scalars, values)
  if (!scalars.success) {
    throw refuse(`"${String(scalars.issues[0].path?.[0]?.key)}" must be one value, as "poll: 5s"`)
  }
  for (const key of Object.keys(scalars.output)) {
    if (!known.has(key))
      throw refuse(`there is no setting "${key}"; known are ${[...known].join(', ')}`)
  }
  return new Map(
    Object.entries(scalars.output).flatMap(([key, value]) =>
      value === null ? [] : [[key, String(value)] as const],
    ),
  )
}
