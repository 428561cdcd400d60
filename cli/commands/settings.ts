import { didYouMean } from '../../common/did-you-mean.ts'
import { UsageError } from '../../common/errors.ts'
import { type Command, command } from '../command.ts'
import { keyOf, usualPlaces } from '../settings/file.ts'
import { type Effective, loadSettings } from '../settings/load.ts'
import type { Setting } from '../settings/setting.ts'
import { type SettingName, settingNames, settings } from '../settings/settings.ts'

/** The command `settings`, which knows those of the other commands. */
export function settingsOf(commands: readonly Command[]): Command {
  return command({
    name: 'settings',
    group: 'To look into',
    example: 'visitor-counter settings serve',
    summary: 'the settings of a command, or all, as they are in effect, and where each came from',
    argument: '[command]',
    settings: ['json'],
    async run({ json }, { args: [name], env, config, stdout, warnings }) {
      const names = name === undefined ? settingNames : namesOf(commands, name)
      const loaded = await loadSettings(names, {
        command: name,
        flags: {},
        env,
        config,
      })
      const rows = [
        ...rowsOf(loaded.effective, ''),
        ...[...loaded.sites].flatMap(([site, own]) => rowsOf(own, `sites: ${site}: `)),
      ]
      if (json) {
        for (const row of rows) stdout.write(`${JSON.stringify(row)}\n`)
        return
      }
      const where = loaded.path ?? `none; looked for ${usualPlaces(env).join(', ')}`
      stdout.write(`settings file: ${where}\n`)
      for (const warning of warnings) stdout.write(`warning: ${warning}\n`)
      const width = Math.max(...rows.map(({ setting }) => setting.length))
      const valueWidth = Math.max(...rows.map(({ value = '' }) => value.length))
      for (const { setting, value = '', origin } of rows) {
        stdout.write(`${setting.padEnd(width)}  ${value.padEnd(valueWidth)}  ${origin}\n`)
      }
    },
  })
}

function namesOf(commands: readonly Command[], name: string): readonly SettingName[] {
  const found = commands.find((each) => each.name === name)
  if (found !== undefined) return [...found.settings, 'logFormat', 'logLevel']
  const known = commands.map((each) => each.name)
  throw new UsageError(
    `there is no command "${name}"${didYouMean(name, known) || `; known are ${known.join(', ')}`}`,
  )
}

interface Row {
  readonly setting: string
  /** As it was given; undefined when nothing was. */
  readonly value: string | undefined
  readonly origin: string
}

function rowsOf(effective: ReadonlyMap<SettingName, Effective>, within: string): Row[] {
  return [...effective].map(([name, { text, origin }]) => {
    const { secret }: Setting = settings[name]
    const isHidden = secret && text !== undefined && origin !== 'default'
    return { setting: `${within}${keyOf(name)}`, value: isHidden ? '…' : text, origin }
  })
}
