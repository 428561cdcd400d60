import { homeFolder } from './home.ts'
import { defaultText, type Environment, isSwitch, type Setting } from './setting.ts'

/** What `--help` of a command says of a setting. */
export function helpText(setting: Setting, command: string, env: Environment): string {
  const standard = defaultForPeople(setting, command, env)
  return `${setting.help}${standard === '' ? '' : ` (default: ${standard})`} [${setting.env}]`
}

/** The default as people read it; empty where a word would tell nothing, as of a switch. */
export function defaultForPeople(
  setting: Setting,
  command: string | undefined,
  env: Environment,
): string {
  if (isSwitch(setting)) return ''
  const text = defaultText(setting, command, env) ?? ''
  const home = `${homeFolder()}/`
  return text.startsWith(home) ? `~/${text.slice(home.length)}` : text
}
