import { UsageError } from '../../../common/errors.ts'
import { displayOf } from '../../../device/displays/index.ts'
import type { Pair } from '../../../hardware/wiring/wiring.ts'
import { chipOf } from '../../display-at.ts'
import { judge, patternIntensity, patterns } from '../pattern.ts'
import type { Setup } from '../setup.ts'
import type { Trial } from '../trial.ts'
import { wireLines } from './display.ts'
import { askModules } from './modules.ts'

/** Shows the test pattern until it is read from the left as it should be. */
export async function askPattern(
  setup: Setup,
  trial: Trial,
  pair: Pair | undefined,
): Promise<void> {
  const { talk, answers, context } = setup
  talk.step('5. The test pattern')
  const { display: kind } = await answers.values(['display'])
  if (kind === 'max7219-matrix') return askModules(setup, trial, pair)
  // Of an answer that is given the owner has seen that it is right.
  const isGiven = answers.get('digitOrder') !== undefined
  for (;;) {
    const digits = await trial.open()
    const pictures = patterns(digits)
    const { display, digitOrder } = await answers.values(['display', 'digitOrder'])
    const positions = digitOrder?.map((position) => position + 1) ?? usualOrder(display, digits)
    const readings: string[] = []
    for (const { text, title } of pictures) {
      await trial.show(text, patternIntensity)
      if (isGiven) return
      const answer = await talk.ask({
        text: `The display shows figures${title}. What do you read, from the left ("nothing" when it is dark)?`,
        flag: '--digit-order or --digits',
        usual: text,
        check: (answer) =>
          /^(nothing|none|dark|[\d\s.-]+)$/i.test(answer)
            ? undefined
            : 'Please type the figures that you read, as 12345678, or "nothing".',
      })
      readings.push(answer.replace(/\D/g, ''))
    }
    const verdict = judge(readings, positions, displayOf(chipOf(display)))
    switch (verdict.kind) {
      case 'right':
        return
      case 'order':
        answers.set('digitOrder', verdict.order.join())
        talk.say(
          `Then the order of the digits is ${verdict.order.join()} (--digit-order). Once more:`,
        )
        break
      case 'digits':
        await tryDigits(setup, verdict.digits)
        break
      case 'suspect':
        talk.say(verdict.why)
        if (pair !== undefined) for (const line of wireLines(pair)) talk.say(line)
        if (context.signal.aborted) return
        await talk.ask({ text: 'Mend it, then press Enter.', flag: '--digit-order', usual: '' })
    }
  }
}

/** With fewer digits than the usual module, where there is such a module. */
async function tryDigits({ talk, answers }: Setup, digits: number): Promise<void> {
  const before = answers.get('digits')
  answers.set('digits', String(digits))
  answers.remove('digitOrder')
  try {
    const { display } = await answers.values(['display', 'digits'])
    displayOf(chipOf(display)).open({ digits })
    talk.say(`Then it has ${digits} digits (--digits). Once more:`)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof UsageError)) throw error
    if (before === undefined) answers.remove('digits')
    else answers.set('digits', before)
    talk.say(`${error.message}. Please look once more which figures are lit.`)
  }
}

/** How the usual module is wired; from 1. */
function usualOrder(display: string, digits: number): number[] {
  return display === 'tm1637' && digits === 6
    ? [3, 2, 1, 6, 5, 4]
    : Array.from({ length: digits }, (_, place) => place + 1)
}
