import type { Logger } from '../common/log.ts'
import type { EffectiveSettings } from './settings/load.ts'
import type { Environment } from './settings/setting.ts'
import type { SettingName, SiteValues, Values } from './settings/settings.ts'

/** What a command has of the context around it. */
export interface CommandContext {
  readonly env: Environment
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly log: Logger
  /** What stands behind the command without a flag; at most what its `argument` allows. */
  readonly args: readonly string[]
  /** The sites of the settings file, if it has any. */
  readonly sites: readonly SiteValues[]
  /** The settings file of `--config`. */
  readonly config: string | undefined
  /** The settings file that was read; undefined when there is none. */
  readonly settingsFile: string | undefined
  /** Names of environment variables that look like a slip, in a sentence each. */
  readonly warnings: readonly string[]
  /** The settings of the command as they were given. */
  readonly effective: EffectiveSettings
  /** Whether a setting was given, or has its default. */
  readonly isGiven: (name: SettingName) => boolean
  /** Of this program. */
  readonly version: string
  /** To be called when the command does what it is for: a service manager may wait for that. */
  readonly ready: () => void
  /** Aborted when the command is to end: Ctrl-C, or SIGTERM from a service manager. */
  readonly signal: AbortSignal
}

/** What a command is for: its heading in the help. */
type CommandGroup = 'To begin' | 'To run' | 'To look into' | 'Hardware'

export interface Command {
  readonly name: string
  readonly group: CommandGroup
  readonly summary: string
  /** A whole line to type. */
  readonly example: string
  /** As Commander writes it: `<url>`, or `[command]` where it may be left out. */
  readonly argument?: string
  readonly settings: readonly SettingName[]
  /** `--config` is the file that it writes, so there need not be one yet. */
  readonly writesConfig?: true
  /** Resolves when the command has ended; `values` are those of `settings`. */
  run(values: never, context: CommandContext): Promise<void>
}

/** A command whose `run` gets exactly the settings that it lists. */
export function command<const Names extends readonly SettingName[]>(definition: {
  name: string
  group: CommandGroup
  summary: string
  example: string
  argument?: string
  settings: Names
  writesConfig?: true
  run(values: Values<Names[number]>, context: CommandContext): Promise<void>
}): Command {
  return definition
}

/** Resolves when the command is to end. */
export function ended({ signal }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    // Signals alone keep no process alive, and a test pattern in the terminal has nothing else.
    const alive = setInterval(() => undefined, 3_600_000)
    const end = () => {
      clearInterval(alive)
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
