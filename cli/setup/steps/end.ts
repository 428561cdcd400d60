import type { Setup } from '../setup.ts'
import type { Desk } from './board.ts'

/** What is there now, and how to go on. */
export async function sayEnd(
  { talk, answers, context }: Setup,
  desk: Desk,
  written: string | undefined,
): Promise<void> {
  if (written === undefined) {
    talk.say('Nothing was written.')
    return
  }
  const config = context.config === undefined ? '' : ` --config ${context.config}`
  const isHere = answers.get('countUrl') === undefined
  talk.step('8. There you are')
  const lines = [
    ...(isHere ? [`  visitor-counter serve${config}`] : []),
    ...(desk === 'esphome' ? [] : [`  visitor-counter device${config}`]),
  ]
  talk.say(`To start ${lines.length > 1 ? 'them, each in a terminal of its own' : 'it'}:`)
  for (const line of lines) talk.say(line)
  if (isHere) talk.say('The page is then at http://127.0.0.1:8787/')
  talk.say(`When something is odd: visitor-counter doctor${config}`)
}
