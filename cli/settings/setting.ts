import type * as v from 'valibot'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * One setting, declared here and nowhere else: the loader, `--help`, the table of `docs/settings.md`, `settings`
 * and the tests read it from this. Its name in the program is its flag in camel case; its key in the
 * settings file is the flag without dashes.
 */
export interface Setting {
  /** As Commander writes it: `--poll <duration>`, or `--json` for a switch. */
  readonly flag: `--${string}`
  readonly env: string
  readonly help: string
  /**
   * Turns the text into the value; its message says what is allowed, in words that follow "it must be".
   * Without one the value is any text, or true or false for a switch.
   */
  readonly schema?: v.GenericSchema<string, unknown>
  /** The text that is taken when none is given; the value is undefined without one. */
  readonly default?: string | ((env: Environment) => string)
  /** Where a command has another default. Key: name of the command. */
  readonly defaultOf?: Readonly<Record<string, string>>
  /** A command that lists it cannot do without. */
  readonly required?: true
  /** Not to be repeated in an error, a log or a listing. */
  readonly secret?: true
  /** Separated by commas; in the settings file it may be a list. */
  readonly list?: true
  /** Each of several `sites` of the settings file may have its own. */
  readonly perSite?: true
  /** Settings with the same word here exclude each other: the one that is given nearest to the user counts. */
  readonly oneOf?: string
}

/** The settings of a subject. Key: name in the program. */
export type Settings = Readonly<Record<string, Setting>>

/** What a command gets for a setting. */
export type ValueOf<Of extends Setting> = Of extends { flag: `${string} ${string}` }
  ? Of extends { default: unknown } | { required: true }
    ? Parsed<Of>
    : Parsed<Of> | undefined
  : boolean

type Parsed<Of> = Of extends { schema: infer Schema extends v.GenericSchema }
  ? v.InferOutput<Schema>
  : string

/** A flag without a value. */
export function isSwitch({ flag }: Setting): boolean {
  return !flag.includes(' ')
}

/** A flag without what stands for its value. */
export function flagName(flag: string): string {
  return flag.replace(/ .*/, '')
}

/** The default of a setting as text, for a command or for all that have none of their own. */
export function defaultText(
  setting: Setting,
  command: string | undefined,
  env: Environment,
): string | undefined {
  if (isSwitch(setting)) return 'false'
  const { default: common, defaultOf = {} } = setting
  const own = command === undefined ? undefined : defaultOf[command]
  return own ?? (typeof common === 'function' ? common(env) : common)
}
