import { UsageError } from '../../common/errors.ts'
import type { Setup } from './setup.ts'
import { askBoard } from './steps/board.ts'
import { askDisplay } from './steps/display.ts'
import { askService, sayEnd } from './steps/end.ts'
import { askFace } from './steps/face.ts'
import { askFile } from './steps/file.ts'
import { askNumber } from './steps/number.ts'
import { askPattern } from './steps/pattern.ts'
import { askWordpress } from './steps/wordpress.ts'
import { Trial } from './trial.ts'

/** What is to be said of a set-up that is ended in the middle. */
export interface Progress {
  /** Path of the settings file, once it is there. */
  written: string | undefined
}

/** What there is of a set-up that wrote no settings. */
export function leftBehind(made: readonly string[]): string {
  return made.length === 0
    ? 'Nothing was written.'
    : `No settings were written; ${made.join(' and ')} stay.`
}

/** The whole set-up, a step at a time. */
export async function converse(setup: Setup, progress: Progress): Promise<void> {
  const { talk, answers, context } = setup
  if (context.sites.length > 0) {
    throw new UsageError(
      'the settings file has "sites", which setup does not ask about: change it by hand, or give another with --config',
    )
  }
  talk.say(
    'This asks where the number is and where the display is, tries both, and writes the settings file. Enter takes what stands in brackets; Ctrl-C ends it, and nothing is written before you say so.',
  )
  const { examined: first } = await askWordpress(setup)
  const examined = first === undefined ? undefined : await askNumber(setup, first)
  const desk = await askBoard(setup)
  if (desk === 'terminal') answers.set('display', 'terminal')
  let trial: Trial | undefined
  if (desk === 'board') {
    const pair = await askDisplay(setup)
    trial = new Trial(setup)
    await askPattern(setup, trial, pair)
  }
  await askFace(setup, trial, examined)
  progress.written = await askFile(setup)
  await trial?.close()
  const { written } = progress
  if (written === undefined) {
    talk.say(leftBehind(setup.made))
    return
  }
  const isRunning = await askService(setup, written)
  await sayEnd(setup, desk, written, isRunning)
}
