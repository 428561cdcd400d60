import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { FatalError, messageOf } from '../../../common/errors.ts'
import { keyOf, usualPlaces } from '../../settings/file.ts'
import { settingNames, settings } from '../../settings/settings.ts'
import { settingsForPeople, settingsText, writeSettingsFile } from '../settings-text.ts'
import type { Setup } from '../setup.ts'

const secretKeys = new Set(
  settingNames.filter((name) => 'secret' in settings[name] && name !== 'wpConfig').map(keyOf),
)

/** Where the settings go: `--config`, the file that there is, or the folder of this user's settings. */
function placeOfFile({ context: { config, env } }: Setup): string {
  const places = usualPlaces(env)
  const [, own = 'visitor-counter.yaml'] = places
  return resolve(config ?? places.find((place) => existsSync(place)) ?? own)
}

/** Shows the settings file and writes it; its path, or undefined when it is not wanted. */
export async function askFile(setup: Setup): Promise<string | undefined> {
  const { talk, answers } = setup
  talk.step('7. The settings file')
  const path = placeOfFile(setup)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const change = withoutQuestions(answers.forFile())
  for (const line of settingsForPeople(before, change, secretKeys).trimEnd().split('\n')) {
    talk.say(`  ${line}`)
  }
  const old = before === '' ? '' : `; the old one is kept as ${path}.old`
  const isWanted = await talk.confirm({
    text: `Write this to ${path}, readable by you alone${old}?`,
    flag: '--yes',
  })
  if (!isWanted) return undefined
  try {
    await writeSettingsFile(path, settingsText(before, change))
  } catch (error) {
    throw new FatalError(`${path} could not be written: ${messageOf(error)}; give --config`)
  }
  talk.say(`Written: ${path}`)
  return path
}

/** Answers to questions of the set-up itself are no settings. */
function withoutQuestions(change: ReturnType<Setup['answers']['forFile']>): typeof change {
  const own = ['yes', 'flash', 'service', 'zip', 'log-level', 'log-format']
  return { ...change, set: new Map([...change.set].filter(([key]) => !own.includes(key))) }
}
