import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { FatalError, messageOf, UsageError } from '../../../common/errors.ts'
import type { Examined, Finding } from '../../../server/doctor.ts'
import { checkBridge } from '../../checks/bridge.ts'
import { findingText, problem } from '../../checks/finding.ts'
import { checkSite } from '../../checks/site.ts'
import { uploadStep, writeAgentZip } from '../../commands/agent.ts'
import { homeFolder } from '../../settings/home.ts'
import { type SettingName, siteSettingNames } from '../../settings/settings.ts'
import { siteOptions } from '../../sites.ts'
import type { Setup } from '../setup.ts'

/** A way to the number, and what it has to be told. One record in `ways`. */
interface Way {
  readonly label: string
  /** What it is made of. The first one says that it is this way, when it is given with a flag. */
  readonly names: readonly SettingName[]
  ask(setup: Setup): Promise<void>
}

const ways: readonly Way[] = [
  {
    label: 'A wp-config.php, or the folder of a WordPress, on this machine',
    names: ['wpConfig'],
    async ask({ talk, answers }) {
      const text = 'The path of the wp-config.php:'
      const usual = answers.before('wpConfig')
      const path = await talk.ask({ text, flag: '--wp-config', usual })
      // No shell does it here.
      answers.set('wpConfig', path.replace(/^~(?=\/|$)/, homeFolder()))
    },
  },
  {
    label: 'The address of its database, with a user and a password',
    names: ['database'],
    ask: askDatabase,
  },
  {
    label: 'A machine that ssh reaches: the web server, or an account at a hoster',
    names: ['ssh', 'sshKey', 'sshKnownHosts', 'wpConfig'],
    ask: askSsh,
  },
  {
    label: 'A WordPress where only PHP runs, with the plugin of "visitor-counter agent"',
    names: ['wordpress', 'agentKey'],
    ask: askAgent,
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
        usual: answers.get('token') ?? answers.before('token') ?? '',
        secret: true,
      })
      if (token !== '') answers.set('token', token)
    },
  },
]

/** What says which way it is. */
const leading = ways.flatMap(({ names: [first] }) => (first === undefined ? [] : [first]))
/** What says all of it. */
export const waysSettings = [...new Set(ways.flatMap(({ names }) => names))]

async function askDatabase({ talk, answers }: Setup): Promise<void> {
  const flag = '--database'
  const address = await talk.ask({
    text: 'The machine of the database, with :port where it is not 3306, or the path of a socket:',
    flag,
    usual: '127.0.0.1',
    check: (answer) =>
      /^(\/.+|[\w.-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?)$/.test(answer)
        ? undefined
        : 'Please type a name or an address, as db.example.com:3306, or the path of a socket from the root.',
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
  if (answers.get('ssh') === undefined) {
    const text = 'The machine, as user@host or user@host:port (or a name of your ~/.ssh/config):'
    answers.set('ssh', await talk.ask({ text, flag: '--ssh', usual: answers.before('ssh') }))
  }
  if (answers.get('wpConfig') !== undefined || answers.get('database') !== undefined) return
  const path = await talk.ask({
    text: 'The folder of the WordPress there, from the root:',
    flag: '--wp-config',
    usual: answers.before('wpConfig') ?? '/var/www/html',
  })
  answers.set('wpConfig', path)
}

/** Where there is no key yet, the plugin is made here and now. */
async function askAgent({ talk, answers, made }: Setup): Promise<void> {
  const text = 'Its address, as https://www.example.com:'
  const usual = answers.before('wordpress')
  const address = await talk.ask({ text, flag: '--wordpress', usual })
  answers.set('wordpress', address)
  const { keyFileOf } = await import('../../../server/wordpress/agent/key.ts')
  const { parseWordpressUrl } = await import('../../../server/wordpress/agent/place.ts')
  try {
    const url = parseWordpressUrl(address)
    const { stateDir, agentKey, zip } = await answers.values(['stateDir', 'agentKey', 'zip'])
    const key = agentKey ?? keyFileOf(stateDir, url)
    const again = {
      text: 'There is a key for it already. Shall its plugin be made once more?',
      flag: '--yes',
    }
    if (existsSync(key) && !(await talk.confirm(again, false))) return
    const path = await writeAgentZip(url, key, zip)
    made.push(path, key)
    talk.say(`${path} is a plugin for it.\n${uploadStep}`)
  } catch (error) {
    // An address that is none is told by the look that follows.
    if (!(error instanceof UsageError)) throw error
    return
  }
  await talk.ask({ text: 'Press Enter when it is active.', flag: '--yes', usual: '' })
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
  const isGiven = (name: SettingName) => answers.get(name) !== undefined
  if (isGiven('ssh') && !setup.yes) await askSsh(setup)
  if (!leading.some(isGiven)) await chooseWay(setup, false)
  for (;;) {
    const found = await look(setup)
    if (found !== undefined) {
      keepWholePath(setup)
      return found
    }
    if (setup.yes) throw new FatalError('the number cannot be read; nothing was written')
    await chooseWay(setup, true)
  }
}

/** Whatever folder the programs are started in later, it is the same file. */
function keepWholePath({ answers }: Setup): void {
  const path = answers.get('wpConfig')
  if (path !== undefined && answers.get('ssh') === undefined) answers.set('wpConfig', resolve(path))
}

/** @param isAgain whether the way that was chosen last did not lead to a number */
async function chooseWay(setup: Setup, isAgain: boolean): Promise<void> {
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
  if (found.length === 0 && !isAgain) {
    talk.say('There is no wp-config.php in the usual folders of this machine.')
  }
  const way = await talk.choose(
    {
      text: 'Where is its number to be read?',
      flag: '--wp-config, --database, --ssh, --wordpress or --count-url',
    },
    [
      ...options.map(({ label, path }) => ({
        label,
        value: async () => {
          answers.remove(...waysSettings)
          answers.set('wpConfig', path)
        },
      })),
      ...ways.map(({ label, names, ask }) => ({
        label,
        value: async () => {
          // A key that was given with a flag goes with its way.
          const kept: readonly SettingName[] = names.slice(1).filter((name) => name !== 'wpConfig')
          answers.remove(...waysSettings.filter((name) => !kept.includes(name)))
          await ask(setup)
        },
      })),
      ...(isAgain ? [{ label: 'The same once more', value: async () => undefined }] : []),
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
    if (!(error instanceof UsageError || error instanceof FatalError)) throw error
    show(problem('settings', error, adviceFor(error)))
    return undefined
  }
}

function adviceFor(error: UsageError | FatalError): string {
  return /EACCES|permission denied/i.test(messageOf(error))
    ? 'let your user into the group that may read it (ls -l names it; sudo usermod -aG <group> $USER, then log in again), or give the address of the database'
    : 'correct it, or choose another way'
}

/** Looks again after an answer that may change what is read. */
export async function lookAgain(setup: Setup): Promise<Examined | undefined> {
  return (await look(setup))?.examined
}
