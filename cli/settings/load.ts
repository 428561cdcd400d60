import leven from 'leven'
import * as v from 'valibot'
import { UsageError } from '../../common/errors.ts'
import { readSettingsFile, type SettingsFile } from './file.ts'
import { defaultText, type Environment, flagName, isSwitch, type Setting } from './setting.ts'
import { type SettingName, type SiteValues, settings, siteSettingNames } from './settings.ts'
import { Switch, Text } from './types.ts'

export interface Given {
  /** Whose defaults count. */
  readonly command: string | undefined
  /** Key: name of the setting. */
  readonly flags: Readonly<Partial<Record<string, string>>>
  readonly env: Environment
  /** A settings file that must exist; without one the usual places are looked at. */
  readonly config: string | undefined
  /** There need not be a file of `config` yet. */
  readonly mayBeNew?: boolean
  /** Of these neither the environment nor the file is believed. */
  readonly without?: ReadonlySet<SettingName>
}

export interface Effective {
  readonly value: unknown
  /** What `value` was made of; undefined where nothing was given and there is no default. */
  readonly text: string | undefined
  /** In words. */
  readonly origin: string
  /** How near to the user: 0 a flag, 1 the environment, 2 the settings file, 3 a default or nothing. */
  readonly distance: number
}
const inFile = 2
const byDefault = 3

/** Key: name of the setting. */
export type EffectiveSettings = ReadonlyMap<SettingName, Effective>

export interface Loaded {
  readonly effective: EffectiveSettings
  /** The sites of the settings file, each with what it has of its own or shares. Key: name. */
  readonly sites: ReadonlyMap<string, EffectiveSettings>
  /** The settings file; undefined when there is none. */
  readonly path: string | undefined
  /** Names of environment variables that look like a slip. */
  readonly warnings: readonly string[]
}

/**
 * Some settings: from flags, then the environment, then the settings file, then defaults.
 *
 * @throws UsageError that names the setting, the value, where it came from and what is allowed
 */
export async function loadSettings(
  names: readonly SettingName[],
  { command, flags, env, config, mayBeNew = false, without }: Given,
): Promise<Loaded> {
  const file = await readSettingsFile(config, env, mayBeNew)
  const effective: Map<SettingName, Effective> = new Map()
  for (const name of names) {
    const { env: variable, flag } = settings[name]
    const isLeftOut = without?.has(name) === true
    const candidates = [
      { text: flags[name], origin: flagName(flag) },
      // As in a Compose file, an empty variable is one that is not set.
      {
        text: (!isLeftOut && env[variable]) || undefined,
        origin: `environment variable ${variable}`,
      },
      isLeftOut ? undefined : file.values.get(name),
      { text: defaultText(settings[name], command, env), origin: 'default' },
    ]
    const distance = candidates.findIndex((candidate) => candidate?.text !== undefined)
    const { text, origin = '' } = candidates[distance] ?? {}
    effective.set(name, text === undefined ? notSet('') : parse(name, { text, origin }, distance))
  }
  keepOneOf(effective, '')
  return { effective, sites: sitesOf(effective, file), path: file.path, warnings: slips(env) }
}

function notSet(why: string): Effective {
  return { value: undefined, text: undefined, origin: `not set${why}`, distance: byDefault }
}

function parse(
  name: SettingName,
  { text, origin }: { text: string; origin: string },
  distance: number,
): Effective {
  const setting: Setting = settings[name]
  const schema = setting.schema ?? (isSwitch(setting) ? Switch : Text)
  const parsed = v.safeParse(schema, text)
  if (parsed.success) return { value: parsed.output, text, origin, distance }
  throw new UsageError(
    `${origin}: ${setting.secret ? 'the value' : `"${text}"`} is not allowed; it must be ${parsed.issues[0].message}`,
  )
}

/**
 * Of settings that say the same in several ways, the one that was given nearest to the user stays.
 *
 * @param where to stand before a refusal
 */
function keepOneOf(effective: Map<SettingName, Effective>, where: string): void {
  const given = alternatives(effective).sort(([, one], [, other]) => one.distance - other.distance)
  /** Key: word of `oneOf`. */
  const nearest: Map<string, { flag: string; distance: number }> = new Map()
  for (const [name, { distance }] of given) {
    const { oneOf = '', flag }: Setting = settings[name]
    const nearer = nearest.get(oneOf)
    if (nearer === undefined) {
      nearest.set(oneOf, { flag: flagName(flag), distance })
    } else if (nearer.distance === distance) {
      throw new UsageError(`${where}${nearer.flag} and ${flagName(flag)} are both given; give one`)
    } else {
      effective.set(name, notSet(`: ${nearer.flag} counts`))
    }
  }
}

/** The settings that were given and are one of several that say the same. */
function alternatives(effective: EffectiveSettings): [SettingName, Effective][] {
  return [...effective].filter(
    ([name, { distance }]) => 'oneOf' in settings[name] && distance < byDefault,
  )
}

/** What stands beside "sites" holds for each of them that has none of its own. */
function sitesOf(
  common: EffectiveSettings,
  file: SettingsFile,
): ReadonlyMap<string, EffectiveSettings> {
  const ofSites: ReadonlySet<SettingName> = new Set(siteSettingNames)
  const perSite = [...common].filter(([name]) => ofSites.has(name))
  const useless = alternatives(new Map(perSite)).map(([name]) => flagName(settings[name].flag))
  if (file.sites.size > 0 && useless.length > 0) {
    throw new UsageError(
      `the settings file has "sites", so there is no use for ${useless.join(' and ')}`,
    )
  }
  return new Map(
    [...file.sites].map(([site, own]) => {
      const effective: Map<SettingName, Effective> = new Map()
      for (const [name, shared] of perSite) {
        const given = own.get(name)
        effective.set(name, given === undefined ? shared : parse(name, given, inFile))
      }
      keepOneOf(effective, `site ${site}: `)
      return [site, effective]
    }),
  )
}

/** The values that a command gets. Key: name of the setting. */
export function valuesOf(effective: EffectiveSettings): Record<string, unknown> {
  for (const [name, { text }] of effective) {
    const { flag, env, help, required }: Setting = settings[name]
    if (required && text === undefined) {
      throw new UsageError(
        `${flagName(flag)} is missing (or environment variable ${env}); it is ${help}`,
      )
    }
  }
  return Object.fromEntries([...effective].map(([name, { value }]) => [name, value]))
}

/** Whether a setting was given anywhere, or has its default. */
export function isGiven({ effective }: Loaded, name: SettingName): boolean {
  return (effective.get(name)?.distance ?? byDefault) < byDefault
}

/** The sites of the settings file as a command gets them. */
export function siteValues({ sites }: Loaded): SiteValues[] {
  // Each value is what the schema of its setting gives.
  return [...sites].map(([name, own]) => ({ ...valuesOf(own), name }) as SiteValues)
}

/** Environment variables that are one letter away from ours. Short words are too often of others. */
function slips(env: Environment): string[] {
  const ours = Object.values(settings).map((setting) => setting.env)
  const known: ReadonlySet<string> = new Set(ours)
  return Object.keys(env).flatMap((name) => {
    if (!name.includes('_') || known.has(name)) return []
    const meant = ours.find((own) => leven(own, name, { maxDistance: 2 }) === 1)
    const isSlip = meant !== undefined
    return isSlip ? [`environment variable ${name} is none of ours; did you mean ${meant}?`] : []
  })
}
