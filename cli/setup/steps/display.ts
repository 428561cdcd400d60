import type { BoardSpec } from '../../../hardware/wiring/board-spec.ts'
import { boards } from '../../../hardware/wiring/boards.ts'
import { type DisplayModule, displays } from '../../../hardware/wiring/displays.ts'
import {
  boardOf,
  connectionsOf,
  defaultPins,
  type Pair,
  pinName,
  pinsSetting,
  wires,
} from '../../../hardware/wiring/wiring.ts'
import type { Setup } from '../setup.ts'

/** Asks for the display, and shows its wires at this board; undefined where the board is not known. */
export async function askDisplay(setup: Setup): Promise<Pair | undefined> {
  const { talk, answers } = setup
  talk.step('4. The display')
  const kind = answers.get('board')?.replace(/:.*/s, '') ?? ''
  const display = await chooseDisplay(setup, kind)
  if (display === undefined) return undefined
  const board = await chooseBoardSpec(setup, kind, display)
  if (board === undefined) return undefined
  const pair = { board, display }
  setPins(setup, kind, pair)
  talk.say(`\nThe wires between the ${board.name} and the ${display.name}. Unplug the board first.`)
  for (const line of wireLines(pair)) talk.say(line)
  for (const note of display.notes) talk.say(note)
  if (answers.get('pins') === undefined || answers.get('digitOrder') === undefined) {
    await talk.ask({
      text: 'Press Enter when it is wired and plugged in.',
      flag: '--yes',
      usual: '',
    })
  }
  return pair
}

async function chooseDisplay(
  { talk, answers }: Setup,
  kind: string,
): Promise<DisplayModule | undefined> {
  const given = answers.get('display')
  if (given !== undefined) return displays.find(({ id }) => id === given)
  const before = answers.before('display')
  // At the pins of a Raspberry Pi there is no way for some.
  const possible = displays.filter(
    (display) => kind !== 'raspi' || display.bus === 'spi' || display.bus === 'i2c',
  )
  const display = await talk.choose(
    { text: 'Which display is it?', flag: '--display' },
    possible.map((each) => ({ label: `${each.name}: ${each.choose}`, value: each })),
    Math.max(
      0,
      possible.findIndex(({ id }) => id === before),
    ),
  )
  answers.set('display', display.id)
  return display
}

async function chooseBoardSpec(
  { talk, answers, yes }: Setup,
  kind: string,
  display: DisplayModule,
): Promise<BoardSpec | undefined> {
  const only = boardOf(kind)
  const possible = boards.filter((board) =>
    only === undefined
      ? connectionsOf({ board, display }).some(({ setting }) => setting.startsWith(`${kind}:`))
      : board.id === only,
  )
  const [first, ...others] = possible
  if (others.length === 0) return first
  // Who says the pins has wired it, and --yes takes those that the program assumes.
  if (yes || answers.get('pins') !== undefined) return undefined
  return talk.choose<BoardSpec | undefined>(
    { text: 'Which board is it? Its pins have names of their own.', flag: '--pins' },
    [
      ...possible.map((board) => ({ label: board.name, value: board })),
      { label: 'Another one, with the pins that --pins says, or 2, 3 and 4', value: undefined },
    ],
  )
}

/** Says the pins where the program would assume others. */
function setPins({ answers }: Setup, kind: string, { board, display }: Pair): void {
  if (answers.get('pins') !== undefined) return
  const needed = defaultPins(board.id, display.bus)
  const assumed = defaultPins(boardOf(kind), display.bus)
  if (needed === undefined || JSON.stringify(needed) === JSON.stringify(assumed)) return
  const { data, clock, cs } = needed
  answers.set(
    'pins',
    pinsSetting(display.bus === 'two-wire' ? { data, clock } : { data, clock, cs }),
  )
}

/** One line a wire. */
export function wireLines(pair: Pair): string[] {
  return wires(pair).map(({ from, pin, via, note }) => {
    const through =
      via === undefined ? '' : ` through the ${via.part} (${via.output} from ${via.input})`
    return `  ${from.padEnd(5)} of the display to ${pinName(pin)} of the board${through}${note === undefined ? '' : `, ${note}`}`
  })
}
