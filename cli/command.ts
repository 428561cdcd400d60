import type { Logger, LogLevel } from '../common/log.ts'
import type { SiteValues } from './settings/load.ts'
import type { SettingName, Values } from './settings/settings.ts'

/** What a command has of the context around it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: NodeJS.WriteStream
  readonly log: Logger
  /** The sites of the settings file, if it has any. */
  readonly sites: readonly SiteValues[]
  /** To be called when the command does what it is for: a service manager may wait for that. */
  readonly ready: () => void
  /** Aborted when the command is to end: Ctrl-C, or SIGTERM from a service manager. */
  readonly signal: AbortSignal
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly settings: readonly SettingName[]
  /** How much it logs by default; `info` when left out. */
  readonly logLevel?: LogLevel
  /** Resolves when the command has ended; `values` are those of `settings`. */
  run(values: never, context: CommandContext): Promise<void>
}

/** A command whose `run` gets exactly the settings that it lists. */
export function command<const Names extends readonly SettingName[]>(definition: {
  name: string
  summary: string
  settings: Names
  logLevel?: LogLevel
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
