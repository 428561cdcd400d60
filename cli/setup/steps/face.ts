import { numberText } from '../../../device/face/number.ts'
import { label } from '../../../reading.ts'
import type { Examined } from '../../../server/doctor.ts'
import type { Setup } from '../setup.ts'
import type { Trial } from '../trial.ts'
import { grouped } from './number.ts'

/**
 * What it shall show, and how bright, to be seen at once.
 *
 * @param examined undefined where the number comes from elsewhere
 */
export async function askFace(
  setup: Setup,
  trial: Trial | undefined,
  examined: Examined | undefined,
): Promise<void> {
  const { talk, answers } = setup
  talk.step('6. What it shows, and how bright')
  if (examined !== undefined && answers.get('show') === undefined) {
    const [usual] = examined.counts
    const show = await talk.choose<string | undefined>(
      { text: 'What shall it show?', flag: '--show' },
      [
        ...examined.counts.map((count) => ({
          label: `${label(count)}: ${grouped(count.value)}`,
          value: count === usual ? undefined : `${count.metric}.${count.period}`,
        })),
        ...(examined.counts.length > 1 ? [{ label: 'Several in turn', value: 'several' }] : []),
      ],
    )
    if (show === 'several') await askSeveral(setup, examined)
    else if (show !== undefined) answers.set('show', show)
  }
  if (trial === undefined) return
  const shown = answers.get('show')?.split(',')[0]?.split(':')[0]
  const value = (
    examined?.counts.find(({ metric, period }) => shown === `${metric}.${period}`) ??
    examined?.counts[0]
  )?.value
  const digits = await trial.open()
  const text = value === undefined ? '8'.repeat(digits) : numberText(value, digits)
  if (value !== undefined && /E/.test(text)) {
    talk.say(
      `The display has ${digits} places for ${grouped(value)}: it is shortened to ${text.trim()}.`,
    )
  }
  const { brightness } = await answers.values(['brightness'])
  await trial.show(text, brightness)
  if (answers.get('brightness') !== undefined) return
  let level = String(brightness)
  for (;;) {
    const next = await talk.ask({
      text: 'How bright, from 0 to 15, or off? Each is shown at once; Enter keeps it.',
      flag: '--brightness',
      usual: level,
      check: (answer) =>
        /^(off|\d|1[0-5])$/.test(answer) ? undefined : 'Please type a number from 0 to 15, or off.',
    })
    if (next === level) break
    level = next
    await trial.show(text, level === 'off' ? 'off' : Number(level))
  }
  if (level !== String(brightness)) answers.set('brightness', level)
}

async function askSeveral({ talk, answers }: Setup, { counts }: Examined): Promise<void> {
  const answer = await talk.ask({
    text: 'Their numbers in the list above, with commas, as 1,2:',
    flag: '--show',
    usual: '1,2',
    check: (answer) =>
      answer.split(',').every((each) => counts[Number(each) - 1] !== undefined)
        ? undefined
        : `Please type numbers from 1 to ${counts.length}, with commas.`,
  })
  const chosen = answer.split(',').flatMap((each) => counts[Number(each) - 1] ?? [])
  answers.set('show', chosen.map(({ metric, period }) => `${metric}.${period}`).join())
}
