import { FatalError, UsageError } from '../../../common/errors.ts'
import type { Examined, Finding } from '../../../server/doctor.ts'
import { checkBridge } from '../../checks/bridge.ts'
import { findingText, problem } from '../../checks/finding.ts'
import { checkSite } from '../../checks/site.ts'
import { type SettingName, siteSettingNames } from '../../settings/settings.ts'
import { siteOptions } from '../../sites.ts'
import type { Setup } from '../setup.ts'

/** A way to the number, and what it has to be told. One record in `ways`. */
interface Way {
  readonly label: string
  /** Given with a flag, the first of these says that it is this way. */
  readonly names: readonly SettingName[]
  ask(setup: Setup): Promise<void>
}

const ways: readonly Way[] = [
  {
    label: 'A wp-config.php, or the folder of a WordPress, on this machine',
    names: ['wpConfig'],
    async ask({ talk, answers }) {
      const text = 'The path of the wp-config.php:'
      answers.set(
        'wpConfig',
        await talk.ask({ text, flag: '--wp-config', usual: answers.before('wpConfig') }),
      )
    },
  },
  {
    label: 'The address of its database, with a user and a password',
    names: ['database'],
    ask: askDatabase,
  },
  {
    label: 'A machine that ssh reaches: the web server, or an account at a hoster',
    names: ['ssh', 'sshKey', 'sshKnownHosts'],
    ask: askSsh,
  },
  {
    label: 'A WordPress where only PHP runs, with the plugin of "visitor-counter agent"',
    names: ['wordpress', 'agentKey'],
    async ask({ talk, answers }) {
      const text = 'Its address, as https://www.example.com:'
      const usual = answers.before('wordpress')
      answers.set('wordpress', await talk.ask({ text, flag: '--wordpress', usual }))
    },
  },
  {
    label: 'A bridge that runs elsewhere, or an address that prints the number',
    names: ['countUrl'],
    async ask({ talk, answers }) {
      const usual = answers.before('countUrl')
      const text = 'The address, of a bridge with / at the end:'
      answers.set('countUrl', await talk.ask({ text, flag: '--count-url', usual }))
      const token = await talk.ask({
        text: 'Its token, if it wants one:',
        flag: '--token',
        usual: answers.before('token') ?? '',
        secret: true,
      })
      if (token !== '') answers.set('token', token)
    },
  },
]

/** What says which way it is. */
export const waysSettings = ways.flatMap(({ names }) => names)

async function askDatabase({ talk, answers }: Setup): Promise<void> {
  const flag = '--database'
  const address = await talk.ask({
    text: 'The machine of the database, with :port where it is not 3306, or the path of a socket:',
    flag,
    usual: '127.0.0.1',
  })
  const name = await talk.ask({ text: 'The name of the database:', flag, usual: 'wordpress' })
  const user = await talk.ask({ text: 'The user:', flag, usual: 'counter' })
  const password = await talk.ask({ text: 'The password:', flag, usual: '', secret: true })
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  const place = address.startsWith('/')
    ? `localhost/${encodeURIComponent(name)}?socketPath=${encodeURIComponent(address)}`
    : `${address}/${encodeURIComponent(name)}`
  answers.set('database', `mysql://${account}@${place}`)
}

async function askSsh({ talk, answers }: Setup): Promise<void> {
  const host = 'The machine, as user@host or user@host:port (or a name of your ~/.ssh/config):'
  answers.set('ssh', await talk.ask({ text: host, flag: '--ssh', usual: answers.before('ssh') }))
  const path = await talk.ask({
    text: 'The folder of the WordPress there, from the root:',
    flag: '--wp-config',
    usual: answers.before('wpConfig') ?? '/var/www/html',
  })
  answers.set('wpConfig', path)
}

/** What is known of the number after the first step. */
export interface Number {
  /** Undefined for an address that only prints a number. */
  readonly examined: Examined | undefined
}

/** Asks where the WordPress is until its number can be read. */
export async function askWordpress(setup: Setup): Promise<Number> {
  const { talk, answers } = setup
  talk.step('1. Your WordPress')
  const isGiven = () => waysSettings.some((name) => answers.get(name) !== undefined)
  if (!isGiven()) await chooseWay(setup)
  for (;;) {
    const found = await look(setup)
    if (found !== undefined) return found
    if (setup.yes) throw new FatalError('the number cannot be read; nothing was written')
    answers.remove(...waysSettings)
    await chooseWay(setup)
  }
}

async function chooseWay(setup: Setup): Promise<void> {
  const { talk, answers, machine } = setup
  const before = answers.before('wpConfig')
  const found = machine.findWpConfigs()
  const options = [
    ...(before === undefined ? [] : [{ label: `${before}, as so far`, path: before }]),
    ...found
      .filter(({ path }) => path !== before)
      .map(({ path, isReadable }) => ({
        label: isReadable ? path : `${path}, which this user may not read`,
        path,
      })),
  ]
  const way = await talk.choose(
    {
      text: 'Where is its number to be read?',
      flag: '--wp-config, --database, --ssh, --wordpress or --count-url',
    },
    [
      ...options.map(({ label, path }) => ({
        label,
        value: async () => answers.set('wpConfig', path),
      })),
      ...ways.map(({ label, ask }) => ({ label, value: () => ask(setup) })),
    ],
    // Without one there is nothing to propose.
    options.length > 0 ? 0 : -1,
  )
  await way()
}

/** Looks at it as `doctor` does; undefined when there is no number. */
async function look({ talk, answers, context }: Setup): Promise<Number | undefined> {
  const { stdout, env } = context
  let failed = false
  const show = (finding: Finding) => {
    failed ||= finding.status === 'problem'
    // The readings come in the next step, in words.
    const isReading = finding.status === 'ok' && finding.subject.includes('.')
    if (!isReading) stdout.write(findingText(finding, stdout, env))
  }
  talk.say('')
  try {
    const values = await answers.values([...siteSettingNames, 'countUrl', 'token', 'stateDir'])
    if (answers.get('countUrl') !== undefined) {
      await checkBridge(values.countUrl, values.token, show)
      return failed ? undefined : { examined: undefined }
    }
    let examined: Examined | undefined
    for (const site of await siteOptions(values, context)) {
      examined = await checkSite(site, context.log, context.signal, show)
    }
    return failed || examined === undefined ? undefined : { examined }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    show(problem('settings', error, 'correct it, or choose another way'))
    return undefined
  }
}

/** Looks again after an answer that may change what is read. */
export async function lookAgain(setup: Setup): Promise<Examined | undefined> {
  return (await look(setup))?.examined
}
