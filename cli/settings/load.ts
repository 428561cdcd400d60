import leven from 'leven'
import * as v from 'valibot'
import { UsageError } from '../../common/errors.ts'
import { readSettingsFile, type SettingsFile } from './file.ts'
import { defaultText, type Environment, flagName, type Setting } from './setting.ts'
import { type SettingName, type SiteValues, settings } from './settings.ts'

export interface Given {
  /** Whose defaults count. */
  readonly command: string | undefined
  /** Key: name of the setting. */
  readonly flags: Readonly<Partial<Record<string, string>>>
  readonly env: Environment
  /** A settings file that must exist; without one the usual places are looked at. */
  readonly config: string | undefined
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
  { command, flags, env, config }: Given,
): Promise<Loaded> {
  const file = await readSettingsFile(config, env)
  const effective = new Map(
    names.map((name) => {
      const { env: variable, flag } = settings[name]
      const inFile = file.values.get(name)
      return [
        name,
        nearest(name, [
          [flags[name], flagName(flag)],
          // As in a Compose file, an empty variable is one that is not set.
          [env[variable] || undefined, `environment variable ${variable}`],
          [inFile?.text, inFile?.origin ?? ''],
          [defaultText(settings[name], command, env), 'default'],
        ]),
      ] as const
    }),
  )
  keepOneOf(effective, '')
  return {
    effective,
    sites: sitesOf(effective, file),
    path: file.path,
    warnings: slips(env),
  }
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

/** What was given nearest to the user, the candidates being in that order. */
function nearest(
  name: SettingName,
  candidates: readonly (readonly [text: string | undefined, origin: string])[],
): Effective {
  const distance = candidates.findIndex(([text]) => text !== undefined)
  const [text, origin = 'not set'] = candidates[distance] ?? []
  if (text === undefined) return { value: undefined, text, origin, distance: byDefault }
  const { schema, secret }: Setting = settings[name]
  const parsed = v.safeParse(schema, text)
  if (parsed.success) return { value: parsed.output, text, origin, distance }
  throw new UsageError(
    `${origin}: ${secret ? 'the value' : `"${text}"`} is not allowed; it must be ${parsed.issues[0].message}`,
  )
}

/**
 * Of settings that say the same in several ways, the one that was given nearest to the user stays.
 *
 * @param where to stand before a refusal
 */
function keepOneOf(effective: Map<SettingName, Effective>, where: string): void {
  const given = [...effective].filter(
    ([name, { distance }]) => 'oneOf' in settings[name] && distance < byDefault,
  )
  for (const [name, { distance }] of given) {
    const rivals = given.filter(([other]) => other !== name && isSameOneOf(name, other))
    const equal = rivals.find(([, rival]) => rival.distance === distance)
    if (equal !== undefined) {
      const flags = [name, equal[0]].map((each) => flagName(settings[each].flag)).sort()
      throw new UsageError(`${where}${flags.join(' and ')} are both given; give one`)
    }
    const nearer = rivals.find(([, rival]) => rival.distance < distance)
    if (nearer === undefined) continue
    const origin = `not set: ${flagName(settings[nearer[0]].flag)} counts`
    effective.set(name, { value: undefined, text: undefined, origin, distance: byDefault })
  }
}

function isSameOneOf(one: SettingName, other: SettingName): boolean {
  const [a, b]: Setting[] = [settings[one], settings[other]]
  return a?.oneOf === b?.oneOf
}

/** What stands beside "sites" holds for each of them that has none of its own. */
function sitesOf(
  common: EffectiveSettings,
  file: SettingsFile,
): ReadonlyMap<string, EffectiveSettings> {
  const perSite = [...common].filter(([name]) => 'perSite' in settings[name])
  const useless = perSite.filter(
    ([name, { distance }]) => 'oneOf' in settings[name] && distance < byDefault,
  )
  if (file.sites.size > 0 && useless.length > 0) {
    const flags = useless.map(([name]) => flagName(settings[name].flag)).join(' and ')
    throw new UsageError(`the settings file has "sites", so there is no use for ${flags}`)
  }
  return new Map(
    [...file.sites].map(([site, own]) => {
      const effective = new Map(
        perSite.map(([name, shared]) => {
          const { text, origin = '' } = own.get(name) ?? {}
          const isOwn = text !== undefined
          return [
            name,
            isOwn ? { ...nearest(name, [[text, origin]]), distance: 2 } : shared,
          ] as const
        }),
      )
      keepOneOf(effective, `site ${site}: `)
      return [site, effective]
    }),
  )
}

/** Environment variables that are one letter away from ours. Short words are too often of others. */
function slips(env: Environment): string[] {
  const ours = Object.values(settings).map((setting) => setting.env)
  return Object.keys(env).flatMap((name) => {
    if (!name.includes('_') || ours.some((own) => own === name)) return []
    const meant = ours.find((own) => leven(own, name, { maxDistance: 2 }) === 1)
    return meant === undefined
      ? []
      : [`environment variable ${name} is none of ours; did you mean ${meant}?`]
  })
}
