import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { CommanderError, Command as Program } from 'commander'
import * as v from 'valibot'
import { DatabaseError, FatalError, UsageError } from '../common/errors.ts'
import { createLog, type LogLevel } from '../common/log.ts'
import type { Command } from './command.ts'
import { board } from './commands/board.ts'
import { demo } from './commands/demo.ts'
import { device } from './commands/device.ts'
import { doctor } from './commands/doctor.ts'
import { flash } from './commands/flash.ts'
import { serve } from './commands/serve.ts'
import { serviceManager } from './process/service-manager.ts'
import { loadSettings } from './settings/load.ts'
import { settings } from './settings/settings.ts'

const commands: readonly Command[] = [demo, serve, device, board, doctor, flash]

/** Exit codes: fine, something outside failed, wrong usage. */
const FINE = 0
const FAILED = 1
const WRONG_USAGE = 2

function buildProgram(): Program {
  const { version, description } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string; description: string }
  const program = new Program('visitor-counter').description(description).version(version)
  strict(program)
  for (const command of commands) {
    const sub = program.command(command.name).description(command.summary)
    strict(sub)
    for (const name of [...command.settings, 'logLevel'] as const) {
      const { flag, value, env, help, schema } = settings[name]
      const standard = v.getDefault(schema)
      const isTold = typeof standard === 'string' && value !== '' && !help.includes('default')
      const otherwise = isTold ? ` (default: ${standard.replace(homedir(), '~')})` : ''
      sub.option(`${flag} ${value}`.trim(), `${help}${otherwise} [${env}]`)
    }
    sub.option('--config <file>', 'a file with settings, one a line as "poll: 5s"')
    sub.action(() => run(command, flagsOf(sub)))
  }
  return program
}

/** Refusals come out through `main`, as one line and with our exit code. */
function strict(program: Program): void {
  program
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ outputError: () => undefined })
}

/** Flags as text; a switch without a value is `true`. Key: name of the setting. */
function flagsOf(sub: Program): Record<string, string | undefined> {
  const options = sub.opts<Record<string, string | boolean>>()
  const flags: Record<string, string | undefined> = { config: undefined }
  for (const [option, value] of Object.entries(options)) flags[option] = String(value)
  return flags
}

async function run(command: Command, given: Record<string, string | undefined>): Promise<void> {
  const { config, ...options } = given
  // commander names an option by its flag; two commands may have settings of the same flag.
  const flags = Object.fromEntries(
    [...command.settings, 'logLevel' as const].map((name) => [
      name,
      options[camelCase(settings[name].flag)],
    ]),
  )
  const { env, stdout, stderr } = process
  const names = [...command.settings, 'logLevel' as const]
  const { values, sites } = await loadSettings(names, { flags, env, config })
  const level = (values['logLevel'] ?? command.logLevel ?? 'info') as LogLevel
  const log = await createLog(level, stderr.isTTY === true)
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  // Whoever read what we print has gone, as `head` does: the command ends.
  stdout.on('error', stop)
  stderr.on('error', stop)
  const manager = serviceManager({ env, pid: process.pid, log })
  try {
    // The listing in `command()` ties the type of `values` to the settings that were loaded.
    await command.run(values as never, {
      env,
      stdout,
      log,
      sites,
      ready: manager.ready,
      signal: controller.signal,
    })
  } finally {
    manager.stop()
  }
}

function camelCase(flag: string): string {
  return flag.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv)
    return FINE
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return FINE
      // Without a command commander has printed the help, and says nothing more.
      if (error.code !== 'commander.help') complain(refusalOf(error))
      return WRONG_USAGE
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

/** What commander refuses, without the value of an option that there is not: it may be a secret. */
function refusalOf({ message }: CommanderError): string {
  return message.replace(/^error: /, '').replace(/(option '(?:--[^=]*(?==)|-[^-])).*'/s, "$1'")
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

// What Node says of libraries it keeps from users as long as these lie in node_modules; ours are bundled.
process.noDeprecation = true
process.exitCode = await main(process.argv)
