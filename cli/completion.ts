import type { Command } from './command.ts'
import { flagName, isSwitch, type Setting } from './settings/setting.ts'
import { settings } from './settings/settings.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

interface Flag {
  readonly name: string
  readonly help: string
  readonly isSwitch: boolean
  /** Whether its value is a path. */
  readonly takesFile: boolean
}

const common: readonly Flag[] = [
  { name: '--config', help: 'a file with settings', isSwitch: false, takesFile: true },
  { name: '--help', help: 'says what there is', isSwitch: true, takesFile: false },
]

function flagsOf({ settings: names }: Command): Flag[] {
  const own = [...names, 'logFormat' as const, 'logLevel' as const].map((name): Flag => {
    const setting: Setting = settings[name]
    return {
      name: flagName(setting.flag),
      help: (setting.help.split(/[:;(,]/)[0] ?? '').trim(),
      isSwitch: isSwitch(setting),
      takesFile: /<(path|file|folder)>/.test(setting.flag),
    }
  })
  return [...own, ...common]
}

/** A script by which a shell completes commands and flags; it asks no program when Tab is pressed. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
  }
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) =>
      `    ${command.name}) flags='${flagsOf(command)
        .map(({ name }) => name)
        .join(' ')}' ;;`,
  )
  const files = [...new Set(commands.flatMap(flagsOf).filter(({ takesFile }) => takesFile))]
  return `# bash completion of visitor-counter
_visitor_counter() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} flags=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case $before in
    ${[...new Set(files.map(({ name }) => name))].join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$flags" -- "$word"))
}
complete -F _visitor_counter visitor-counter
`
}

function zsh(commands: readonly Command[]): string {
  const quoted = (text: string) => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&')
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`)
  const cases = commands.map((command) => {
    const flags = flagsOf(command).map(({ name, help, isSwitch: alone, takesFile }) => {
      const value = alone ? '' : `:value:${takesFile ? '_files' : ''}`
      return `      '${name}[${quoted(help)}]${value}'`
    })
    return `    ${command.name}) _arguments \\\n${flags.join(' \\\n')} ;;`
  })
  return `#compdef visitor-counter
# zsh completion of visitor-counter
_visitor_counter() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _visitor_counter ]; then
  _visitor_counter "$@"
else
  compdef _visitor_counter visitor-counter
fi
`
}

function fish(commands: readonly Command[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const lines = commands.flatMap((command) => [
    `complete -c visitor-counter -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
    ...flagsOf(command).map(({ name, help, isSwitch: alone, takesFile }) => {
      const value = alone ? '-f' : takesFile ? '-r' : '-x'
      return `complete -c visitor-counter -n '__fish_seen_subcommand_from ${command.name}' ${value} -l ${name.slice(2)} -d ${quoted(help)}`
    }),
  ])
  return `# fish completion of visitor-counter\n${lines.join('\n')}\n`
}
