import { messageOf } from '../../../common/errors.ts'
import { esphome } from '../../commands/esphome.ts'
import { installServices, rolesOf } from '../../service/install.ts'
import { serviceSettings } from '../../service/settings.ts'
import type { Setup } from '../setup.ts'
import type { Desk } from './board.ts'

/** Asks whether it is to start by itself, and makes services of it; whether they run. */
export async function askService(setup: Setup, written: string): Promise<boolean> {
  const { talk, answers, context } = setup
  talk.step('8. After a power cut')
  const { service, ...values } = await answers.values([...serviceSettings, 'service'])
  const options = { values, sites: [], settingsFile: written, env: context.env }
  if (rolesOf(options).length === 0) return false
  const isWanted =
    service ??
    (await talk.confirm(
      {
        text: 'Shall it start by itself, now and after a power cut? It needs sudo.',
        flag: '--service',
      },
      false,
    ))
  if (!isWanted) {
    if (service !== undefined) talk.say('Not by itself, as --service says.')
    return false
  }
  try {
    return await installServices({ ...options, say: (line) => talk.say(line) })
  } catch (error) {
    talk.say(`It does not start by itself: ${messageOf(error)}`)
    return false
  }
}

/** What is there now, and how to go on. */
export async function sayEnd(
  { talk, answers, context }: Setup,
  desk: Desk,
  written: string,
  isRunning: boolean,
): Promise<void> {
  const config = context.config === undefined ? '' : ` --config ${written}`
  const isHere = answers.get('countUrl') === undefined
  talk.step('9. There you are')
  if (desk === 'esphome') {
    talk.say(
      'The configuration for ESPHome, which --out <folder> of "visitor-counter esphome" writes:\n',
    )
    await esphome.run((await answers.values(esphome.settings, 'esphome')) as never, context)
  }
  const runsHere = isHere || desk !== 'esphome'
  if (!isRunning && runsHere) {
    const lines = [
      ...(isHere ? [`  visitor-counter serve${config}`] : []),
      ...(desk === 'esphome' ? [] : [`  visitor-counter device${config}`]),
    ]
    talk.say(`To start ${lines.length > 1 ? 'them, each in a terminal of its own' : 'it'}:`)
    for (const line of lines) talk.say(line)
    talk.say(`To have it start by itself later:\n  visitor-counter service install${config}`)
  }
  if (isHere) {
    const { host, port } = await answers.values(['host', 'port'], 'serve')
    talk.say(`The page with the number:\n  http://${host}:${port}/`)
  }
  if (isRunning) talk.say('The log:\n  journalctl -u "visitor-counter-*" -f')
  talk.say(`When something is odd:\n  visitor-counter doctor${config}`)
}
