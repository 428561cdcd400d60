import { didYouMean } from '../../common/did-you-mean.ts'
import { UsageError } from '../../common/errors.ts'
import { type Command, command } from '../command.ts'
import { completionScript, shells } from '../completion.ts'

/** The command `completion`, which knows the other commands. */
export function completionOf(commands: readonly Command[]): Command {
  return command({
    name: 'completion',
    group: 'To look into',
    example:
      'visitor-counter completion bash > ~/.local/share/bash-completion/completions/visitor-counter',
    summary: 'a script by which bash, zsh or fish completes commands and flags',
    argument: '<shell>',
    settings: [],
    async run(_, { args: [name = ''], stdout }) {
      const shell = shells.find((each) => each === name)
      if (shell === undefined) {
        throw new UsageError(
          `completion: "${name}" is not known; it must be bash, zsh or fish${didYouMean(name, shells)}`,
        )
      }
      stdout.write(completionScript(shell, commands))
    },
  })
}
