import { type ModuleWiring, mirrored, turned } from '../../../device/displays/module-wiring.ts'
import type { Pair } from '../../../hardware/wiring/wiring.ts'
import { patternIntensity, patterns, suspicion } from '../pattern.ts'
import type { Setup } from '../setup.ts'
import type { Trial } from '../trial.ts'
import { wireLines } from './display.ts'

/** What is seen of the figures, and what that makes of the wiring that they were drawn with. */
const looks: readonly {
  readonly label: string
  readonly value: 'right' | 'order' | 'nothing' | ((wiring: ModuleWiring) => ModuleWiring)
}[] = [
  { label: 'Upright, and in their order from the left', value: 'right' },
  { label: 'On their side, their tops to the left', value: (wiring) => turned(wiring, 3) },
  { label: 'On their side, their tops to the right', value: (wiring) => turned(wiring, 1) },
  { label: 'On their heads', value: (wiring) => turned(wiring, 2) },
  { label: 'In a mirror', value: mirrored },
  { label: 'Upright, with the last of them at the left, in pairs', value: 'order' },
  { label: 'Otherwise, or not at all', value: 'nothing' },
]

/** Shows the test pattern on a matrix until its figures stand upright, in their order. */
export async function askModules(
  { talk, answers, context }: Setup,
  trial: Trial,
  pair: Pair | undefined,
): Promise<void> {
  const isGiven =
    answers.get('moduleWiring') !== undefined || answers.get('digitOrder') !== undefined
  for (;;) {
    const [pattern] = patterns(await trial.open())
    await trial.show(pattern?.text ?? '', patternIntensity)
    if (isGiven) return
    const seen = await talk.choose(
      { text: 'The display shows the figures 1 2 3 … How do they stand?', flag: '--module-wiring' },
      looks,
    )
    if (seen === 'right') return
    const {
      modules = 4,
      digitOrder,
      moduleWiring,
    } = await answers.values(['modules', 'digitOrder', 'moduleWiring'])
    if (seen === 'order') {
      const positions = Array.from({ length: modules }, (_, module) => module + 1)
      if (digitOrder === undefined) answers.set('digitOrder', positions.join())
      else answers.remove('digitOrder')
      talk.say('Then the module at the board is the leftmost (--digit-order). Once more:')
    } else if (seen === 'nothing') {
      talk.say(suspicion)
      if (pair !== undefined) for (const line of wireLines(pair)) talk.say(line)
      if (context.signal.aborted) return
      await talk.ask({ text: 'Mend it, then press Enter.', flag: '--module-wiring', usual: '' })
    } else {
      const wiring = seen(moduleWiring)
      answers.set('moduleWiring', wiring)
      talk.say(`Then the modules are ${wiring} (--module-wiring). Once more:`)
    }
  }
}
