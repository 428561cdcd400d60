import { Interrupted } from '../../common/errors.ts'
import { command } from '../command.ts'
import { homeFolder } from '../settings/home.ts'
import { siteSettingNames } from '../settings/settings.ts'

export const setup = command({
  name: 'setup',
  group: 'To begin',
  example: 'visitor-counter setup --wp-config /var/www/html/wp-config.php',
  summary: 'asks, tries and writes the settings file; each question has a flag',
  settings: [
    ...siteSettingNames,
    'stateDir',
    'zip',
    'countUrl',
    'token',
    'site',
    'show',
    'board',
    'particleToken',
    'display',
    'digits',
    'modules',
    'moduleWiring',
    'digitOrder',
    'addresses',
    'pins',
    'brightness',
    'flash',
    'service',
    'yes',
  ],
  writesConfig: true,
  async run(values, context) {
    const { Answers } = await import('../setup/answers.ts')
    const { Conversation } = await import('../setup/conversation.ts')
    const { findWpConfigs, usualRoots } = await import('../setup/find-wp-config.ts')
    const { converse, leftBehind } = await import('../setup/converse.ts')
    const { thisMachine } = await import('../setup/usb-boards.ts')
    const { env, stdin, stdout, signal, effective, config } = context
    const interrupted = new AbortController()
    const talk = new Conversation({
      input: stdin,
      output: stdout,
      yes: values.yes,
      interrupt: () => interrupted.abort(),
    })
    const stops: (() => unknown)[] = [() => talk.close()]
    const progress = { written: undefined as string | undefined }
    const made: string[] = []
    const ended = new Promise<never>((_, reject) => {
      const end = () => {
        stdout.write('\n')
        const { written } = progress
        const what = written === undefined ? leftBehind(made) : `The settings are in ${written}.`
        reject(new Interrupted(what))
      }
      for (const each of [signal, interrupted.signal])
        each.addEventListener('abort', end, { once: true })
    })
    try {
      await Promise.race([
        ended,
        converse(
          {
            talk,
            answers: new Answers({ effective, env, config }),
            context,
            yes: values.yes,
            stops,
            made,
            machine: {
              usb: thisMachine,
              findWpConfigs: () => findWpConfigs(usualRoots(homeFolder()), Date.now),
            },
          },
          progress,
        ),
      ])
    } finally {
      for (const stop of stops.reverse()) await stop()
      // The opening of a port, or a database that does not answer, cannot be aborted.
      setTimeout(() => process.exit(), 100).unref()
    }
  },
})
