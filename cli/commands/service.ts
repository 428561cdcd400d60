import { didYouMean } from '../../common/did-you-mean.ts'
import { FatalError, UsageError } from '../../common/errors.ts'
import { command } from '../command.ts'
import { serviceSettings } from '../service/settings.ts'

const actions = ['install', 'remove', 'status'] as const

/** What tells it where there is no systemd. Key: platform. */
const statusElsewhere: Readonly<Record<string, string>> = {
  darwin: 'launchctl list | grep wp-visitor-counter',
  win32:
    'schtasks /Query /TN "visitor-counter serve" & schtasks /Query /TN "visitor-counter device"',
}

export const service = command({
  name: 'service',
  group: 'To run',
  example: 'visitor-counter service install',
  summary: 'makes services of the system of serve and device: install, remove or status',
  argument: '<action>',
  settings: serviceSettings,
  async run(values, { args: [action = ''], env, stdout, sites, settingsFile }) {
    const { installServices, removeServices } = await import('../service/install.ts')
    const say = (line: string) => stdout.write(`${line}\n`)
    switch (action) {
      case 'install': {
        if (settingsFile === undefined) {
          throw new UsageError(
            'there is no settings file yet: "visitor-counter setup" writes one, or give --config',
          )
        }
        const runs = await installServices({ values, sites, settingsFile, env, say })
        if (runs)
          say('They run, and start by themselves. Their log: journalctl -u "visitor-counter-*" -f')
        return
      }
      case 'remove':
        if (await removeServices({ env, say })) say('The settings file stays where it is.')
        return
      case 'status': {
        const elsewhere = statusElsewhere[process.platform]
        if (elsewhere !== undefined) return void say(elsewhere)
        const { serviceStatus } = await import('../service/status.ts')
        const statuses = await serviceStatus(['serve', 'device'])
        for (const { role, enabled, active } of statuses) {
          const state = enabled === 'not-found' ? 'not installed' : `${active}, ${enabled}`
          say(`visitor-counter-${role}: ${state}`)
        }
        if (!statuses.some(({ active }) => active === 'active')) {
          throw new FatalError('none of them runs; "visitor-counter service install" makes them')
        }
        return
      }
      default:
        throw new UsageError(
          `service: "${action}" is not known; it must be install, remove or status${didYouMean(action, actions)}`,
        )
    }
  },
})
