import { FatalError } from '../../../common/errors.ts'
import { label } from '../../../reading.ts'
import type { Examined } from '../../../server/doctor.ts'
import type { Setup } from '../setup.ts'
import { askWordpress, lookAgain, waysSettings } from './wordpress.ts'

/** A count for people, as `47,496`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

/** Shows the number until it is the one that is meant. */
export async function askNumber(setup: Setup, first: Examined): Promise<Examined> {
  const { talk, answers } = setup
  talk.step('2. The number')
  const given = first.network.find(({ name }) => name === answers.get('site'))
  let examined = given === undefined ? first : { ...first, site: given.name, counts: given.counts }
  for (;;) {
    const { counts, source, site, network, others } = examined
    const show = answers.get('show')
    const shown =
      counts.find(({ metric, period }) => show?.startsWith(`${metric}.${period}`)) ?? counts[0]
    if (shown === undefined) throw new FatalError(`${source.name} on ${site} has no number to show`)
    talk.say(`${site}, ${source.name}: ${label(shown).toLowerCase()}, ${grouped(shown.value)}.`)
    const isRight =
      show !== undefined ||
      (await talk.confirm({ text: 'Is this what you see in WordPress?', flag: '--show' }))
    if (isRight) return examined
    const change = await talk.choose<() => Promise<Examined | undefined>>(
      { text: 'Which one is it?', flag: '--show, --source or --site' },
      [
        ...counts
          .filter((count) => count !== shown)
          .map((count) => ({
            label: `${label(count)}: ${grouped(count.value)}`,
            value: async () => {
              answers.set('show', `${count.metric}.${count.period}`)
              return examined
            },
          })),
        ...others.map(({ id, name }) => ({
          label: `What ${name} counts`,
          value: async () => {
            answers.set('source', id)
            return lookAgain(setup)
          },
        })),
        ...network
          .filter(({ name }) => name !== site)
          .map(({ name, counts }) => ({
            label: `The site ${name}`,
            value: async () => {
              answers.set('site', name)
              return { ...examined, site: name, counts }
            },
          })),
        {
          label: 'Another WordPress',
          value: async () => {
            answers.remove(...waysSettings, 'source', 'tablePrefix', 'sql')
            return (await askWordpress(setup)).examined
          },
        },
      ],
    )
    examined = (await change()) ?? examined
  }
}
