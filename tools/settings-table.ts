import { commands } from '../cli/commands/index.ts'
import { defaultForPeople } from '../cli/settings/help.ts'
import { flagName, type Setting } from '../cli/settings/setting.ts'
import { groups } from '../cli/settings/settings.ts'

/** A page with the table of all settings between its two marks. */
export function withTable(page: string): string {
  return page.replace(
    /(<!-- settings.*-->\n).*(?=<!-- \/settings -->)/s,
    (_, mark: string) => `${mark}\n${table()}\n`,
  )
}

function table(): string {
  const rows = Object.entries(groups).flatMap(([heading, group]) => [
    [`**${heading}**`, '', '', '', ''],
    ...Object.entries(group).map(([name, setting]) => row(name, setting)),
  ])
  const head = [
    ['flag', 'environment', 'default', 'command', ''],
    ['---', '---', '---', '---', '---'],
  ]
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function row(name: string, setting: Setting): string[] {
  const users = commands.filter(({ settings }) => settings.some((each) => each === name))
  const of =
    name === 'logLevel' || name === 'logFormat'
      ? 'all'
      : users.map((command) => command.name).join(', ')
  const standard = code(defaultForPeople(setting, undefined, {}))
  const others = Object.entries(setting.defaultOf ?? {}).map(
    ([command, text]) => `${command} ${code(text)}`,
  )
  return [
    code(flagName(setting.flag)),
    code(setting.env),
    [standard, ...others].join(', '),
    of,
    // A reader of Markdown takes < for the begin of an element.
    setting.help.replace(/[<|*]/g, '\\$&'),
  ]
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}
