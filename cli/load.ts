import { existsSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { UsageError } from '../errors.ts'
import { type SettingName, settings } from './settings.ts'

export interface Given {
  /** Key: name of the setting, as commander gives it. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** A file that must exist; without one, `visitor-counter.yaml` is taken if it is there. */
  readonly config: string | undefined
}

const defaultConfig = 'visitor-counter.yaml'

/**
 * The values of some settings: from flags, then the environment, then the YAML file, then defaults.
 *
 * @throws UsageError that names the setting, the value, where it came from and what is allowed
 */
export async function loadSettings(
  names: readonly SettingName[],
  { flags, env, config }: Given,
): Promise<Record<string, unknown>> {
  const file = await readConfig(config)
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const { flag, env: variable, schema, secret = false } = settings[name]
    const key = yamlKey(name)
    const candidates: [string | undefined, string][] = [
      [flags[name], flag],
      [env[variable] === '' ? undefined : env[variable], `environment variable ${variable}`],
      [file.values.get(key), `"${key}" in ${file.path}`],
    ]
    const [text, origin] = candidates.find(([value]) => value !== undefined) ?? [undefined, flag]
    const parsed = v.safeParse(schema, text)
    if (!parsed.success) {
      const allowed = parsed.issues[0].message
      throw new UsageError(
        text === undefined
          ? `${flag} is missing (or environment variable ${variable}); it is ${allowedFor(name)}`
          : `${origin}: ${secret ? 'the value' : `"${text}"`} is not allowed; it must be ${allowed}`,
      )
    }
    values[name] = parsed.output
  }
  return values
}

/** A setting's name in the YAML file: its flag without the dashes. */
function yamlKey(name: SettingName): string {
  return settings[name].flag.replace(/^--/, '')
}

function allowedFor(name: SettingName): string {
  return settings[name].help
}

interface ConfigFile {
  readonly path: string
  /** Key: YAML key. */
  readonly values: ReadonlyMap<string, string>
}

const Scalars = v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()])))

async function readConfig(config: string | undefined): Promise<ConfigFile> {
  const path = config ?? defaultConfig
  if (!existsSync(path)) {
    if (config === undefined) return { path, values: new Map() }
    throw new UsageError(`--config: there is no file ${path}`)
  }
  const { parse, YAMLParseError } = await import('yaml')
  const refuse = (reason: string) => new UsageError(`${path}: ${reason}`)
  let document: unknown
  try {
    document = parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw refuse('the file cannot be read')
    throw refuse(`the file is not YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}`)
  }
  const scalars = v.safeParse(Scalars, Array.isArray(document) ? undefined : document)
  if (!scalars.success) {
    const key = scalars.issues[0].path?.[0]?.key
    throw refuse(
      key === undefined
        ? 'the file must hold settings, one a line, as "poll: 5s"'
        : `"${String(key)}" must be one value, as "poll: 5s"`,
    )
  }
  const known = new Set((Object.keys(settings) as SettingName[]).map(yamlKey))
  const values = new Map<string, string>()
  for (const [key, value] of Object.entries(scalars.output)) {
    if (!known.has(key))
      throw refuse(`there is no setting "${key}"; known are ${[...known].join(', ')}`)
    if (value !== null) values.set(key, String(value))
  }
  return { path, values }
}
