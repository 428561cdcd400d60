import { fstatSync, readFileSync } from 'node:fs'
import { CommanderError, Option, Command as Program } from 'commander'
import { DatabaseError, FatalError, Interrupted, UsageError } from '../common/errors.ts'
import { createLog, type LogFormat, type LogLevel } from '../common/log.ts'
import type { Command } from './command.ts'
import { commands } from './commands/index.ts'
import { serviceManager } from './process/service-manager.ts'
import { helpText } from './settings/help.ts'
import { isGiven, loadSettings, siteValues, valuesOf } from './settings/load.ts'
import { groups, type SettingName } from './settings/settings.ts'

const configHelp =
  'a file with settings, one a line as "poll: 5s" (default: visitor-counter.yaml in the current folder, in ~/.config/visitor-counter or in /etc/visitor-counter)'

/** Exit codes: fine, something outside failed, wrong usage. */
const FINE = 0
const FAILED = 1
const WRONG_USAGE = 2
/** As a shell has it for a program that SIGINT has ended. */
const INTERRUPTED = 130

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
  readonly description: string
}

function buildProgram(): Program {
  const { version, description } = manifest
  const program = new Program('visitor-counter')
    .description(description)
    .version(version, '-v, --version')
  strict(program)
  for (const command of commands) {
    const sub = program
      .command(command.name)
      .description(command.summary)
      .helpGroup(`${command.group}:`)
      .addHelpText('after', `\nExample:\n  ${command.example}`)
    strict(sub)
    if (command.argument !== undefined) sub.argument(command.argument)
    const names: ReadonlySet<string> = new Set(settingNames(command))
    for (const [heading, group] of Object.entries(groups)) {
      for (const [name, setting] of Object.entries(group)) {
        if (!names.has(name)) continue
        const help = helpText(setting, command.name, process.env)
        sub.addOption(new Option(setting.flag, help).helpGroup(`${heading}:`))
      }
    }
    sub.option('--config <file>', configHelp)
    sub.action(() => run(command, sub))
  }
  return program
}

/** Every command logs. */
function settingNames({ settings }: Command): readonly SettingName[] {
  return [...settings, 'logFormat', 'logLevel']
}

/** Refusals come out through `main`, as one line and with our exit code. */
function strict(program: Program): void {
  program
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ outputError: () => undefined })
}

async function run(command: Command, program: Program): Promise<void> {
  const { env, stdin, stdout, stderr } = process
  // A flag is text; a switch without a value is `true`.
  const { config, ...flags } = Object.fromEntries(
    Object.entries(program.opts<Record<string, string | true>>()).map(([name, given]) => [
      name,
      String(given),
    ]),
  )
  const { name } = command
  const loaded = await loadSettings(settingNames(command), {
    command: name,
    flags,
    env,
    config,
    mayBeNew: command.writesConfig === true,
  })
  const values = valuesOf(loaded.effective)
  const log = await createLog({
    level: values['logLevel'] as LogLevel,
    format: values['logFormat'] as LogFormat,
    terminal: stderr.isTTY === true,
    journal: isJournal(env['JOURNAL_STREAM']),
  })
  for (const warning of loaded.warnings) log.warn(warning)
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  // The reader of the output has closed it, as `head` does: the command ends.
  stdout.on('error', stop)
  stderr.on('error', stop)
  const manager = serviceManager({ env, pid: process.pid, log })
  try {
    // The listing in `command()` ties the type of `values` to the settings that were loaded.
    await command.run(values as never, {
      env,
      stdin,
      stdout,
      log,
      args: program.args,
      sites: siteValues(loaded),
      config,
      settingsFile: loaded.path,
      warnings: loaded.warnings,
      effective: loaded.effective,
      isGiven: (setting) => isGiven(loaded, setting),
      version: manifest.version,
      ready: manager.ready,
      signal: controller.signal,
    })
  } finally {
    manager.stop()
  }
}

/** Whether standard error is the stream that systemd means: a child of a service may have another (systemd.exec(5)). */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false
  try {
    const { dev, ino } = fstatSync(2)
    return stream === `${dev}:${ino}`
  } catch {
    return false
  }
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv)
    return FINE
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return FINE
      // Without a command Commander has printed the help, and there is nothing to add.
      if (error.code !== 'commander.help') complain(refusalOf(error))
      return WRONG_USAGE
    }
    if (error instanceof Interrupted) {
      complain(error.message)
      return INTERRUPTED
    }
    if (error instanceof UsageError) {
      complain(error.message)
      return WRONG_USAGE
    }
    if (error instanceof FatalError || error instanceof DatabaseError) {
      complain(error.message)
      return FAILED
    }
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return FAILED
  }
}

/** What commander refuses, as a line, without the value of an option that there is not: it may be a secret. */
function refusalOf({ message }: CommanderError): string {
  const [refusal = '', advice] = message.replace(/^error: /, '').split('\n(Did you mean ')
  const named = refusal.replace(/(option '(?:--[^=]*(?==)|-[^-])).*'/s, "$1'")
  return advice === undefined ? named : `${named}; did you mean ${advice.replace(/\?\)$/, '?')}`
}

/**
 * One line; what looks like a user and a password in an address is left out, wherever it comes from. Our
 * own examples stay.
 */
function complain(message: string): void {
  process.stderr.write(
    `visitor-counter: ${message.replace(/:(?!\/\/user:password@|(?<=\/\/user:)password@)\S*@/g, ':…@')}\n`,
  )
}

// Node hides deprecations of code in node_modules from users; the libraries of this program are bundled.
process.noDeprecation = true
process.exitCode = await main(process.argv)
