import type { BoardSpec } from './board-spec.ts'
import { boards } from './boards.ts'
import { description } from './diagram.ts'
import { displays, needsLevelShifter, supplyVolts } from './displays.ts'
import { levelShifter } from './level-shifter.ts'
import {
  command,
  connectionsOf,
  defaultPins,
  esphomeCommand,
  type Pair,
  pairs,
  pinName,
  type Wire,
  wires,
} from './wiring.ts'

/** Where the drawing of a pair is, from the root of the repository. */
export function diagramPath({ board, display }: Pair): string {
  return `hardware/wiring/diagrams/${board.id}-${display.id}.svg`
}

/** The whole of wiring.md. Pure. */
export function wiringDocument(): string {
  const blocks = [
    '# Wiring',
    'Which wire goes where, for every board and display that the counter drives. This page and its drawings are made from the tables in `hardware/wiring/`: change those, then `npm run wiring`.',
    boards.map((board) => `- [${board.name}](#${anchor(board.name)})`).join('\n'),
    ...beforeWiring(),
    ...theDisplays(),
    ...theShifter(),
    ...theParts(),
    ...boards.flatMap(boardSection),
  ]
  return `${blocks.join('\n\n')}\n`
}

function beforeWiring(): string[] {
  return [
    '## Before you begin',
    [
      '- Power off before you touch a wire: unplug the USB cable. Check VCC and GND twice; exchanged they destroy the display.',
      '- Board and display share one ground. If the display has a supply of its own, its GND goes to the GND of the board as well.',
      '- A board whose pins work at 3.3 V must never get 5 V on them. Give each display the VCC that its table says.',
      '- `visitor-counter device --test-pattern` with the settings below shows 1 2 3 … from the left, so that a wrong wire or order of digits can be seen.',
      '- `192.168.1.20`, `/dev/ttyACM0` and `my-photon` stand for yours. `--pins` is left out where the program assumes these very pins.',
      '- Other pins do as well, if `--pins` says so; take them all from 0 to 7 or all from 8 to 15, so that Firmata changes them in one message.',
    ].join('\n'),
  ]
}

function theDisplays(): string[] {
  return [
    '## Which display',
    'For up to four digits take an HT16K33: two wires, no level shifter, and an update is a few bytes; a blog that passes 9,999 is shortened there, to `12E3`. For up to eight take a MAX7219.',
    table(
      ['display', 'take it for', 'supply', 'current', 'takes as high'],
      displays.map(({ name, choose, supplyVolts: fixed, current, inputHigh }) => [
        name,
        choose,
        fixed ? `${fixed} V` : 'that of the board’s pins',
        current,
        inputHigh,
      ]),
    ),
    ...displays.map(({ name, notes }) => `**${name}.** ${notes.join(' ')}`),
  ]
}

function theShifter(): string[] {
  const with33 = boards.filter(({ logicVolts }) => logicVolts === 3.3).map(({ name }) => name)
  const list = new Intl.ListFormat('en').format(with33)
  return [
    '## Level shifter',
    `A MAX7219 at 5 V is sure of a high only from 3.5 V on, and the pins of ${list} give 3.3 V: it may work today and show wrong digits tomorrow. A ${levelShifter.name} in its three lines makes it right; a 74HCT125 does as well, and a 74HCT245 with legs of its own. The bidirectional modules with transistors (BSS138) are made for I2C and may be too slow for the SPI of a Raspberry Pi. HT16K33, TM1637 and TM1638 need none.`,
    table(
      [levelShifter.name, 'leg of the chip', 'goes to'],
      [
        [levelShifter.supply.name, legs(levelShifter.supply), '5 V'],
        ...levelShifter.toGround.map((pin) => [pin.name, legs(pin), 'ground']),
        ...levelShifter.channels.flatMap(({ line, input, output, legs: [inLeg, outLeg] }) => [
          [input, `${inLeg}`, `${line} of the board`],
          [output, `${outLeg}`, `${line} of the display`],
        ]),
      ],
    ),
    'Put 100 nF from its VCC to its GND too.',
  ]
}

function legs(pin: { readonly legs: readonly number[] }): string {
  return pin.legs.join(', ')
}

function theParts(): string[] {
  return [
    '## What to buy',
    table(
      ['part', 'for'],
      [
        [
          'one of the displays, as a ready module',
          'HT16K33 “4-digit 7-segment backpack” or “quad alphanumeric”, MAX7219 “8-digit 7-segment module”, TM1637 “4-digit” or “6-digit display”, TM1638 “LED & KEY”, MAX7219 matrix “FC-16” or “4 in 1 dot matrix”',
        ],
        [
          'one of the boards, with a USB cable that carries data',
          'a Raspberry Pi that runs the counter needs no other board',
        ],
        ['5 to 8 jumper wires', 'socket to socket; for the Uno, pin to socket'],
        [
          `level shifter ${levelShifter.name}, as a module, or the chip on a small breadboard`,
          'MAX7219 at a 3.3 V board',
        ],
        [
          'capacitors: 10 µF (10 V or more) and 100 nF',
          'MAX7219, if its module has none; another 100 nF for the level shifter',
        ],
        [
          'supply 5 V, 1 A, with the plug of the board',
          'board and display together; a Raspberry Pi feeds the display from its own supply',
        ],
      ],
    ),
  ]
}

function boardSection(board: BoardSpec): string[] {
  const { name, logicVolts, connections, notes } = board
  return [
    `## ${name}`,
    `Its pins work at ${logicVolts} V. ${notes.join(' ')}`,
    ...(connections.length === 0
      ? []
      : [
          table(
            ['`--board`', 'needs'],
            connections.map(({ setting, needs }) => [`\`${setting}\``, needs]),
          ),
        ]),
    ...(board.esphome ? [aloneWithEsphome] : []),
    ...pairs.filter((pair) => pair.board === board).flatMap(pairSection),
  ]
}

const aloneWithEsphome =
  'With [ESPHome](docs/esphome.md) it stands alone on the desk, without a computer: `visitor-counter esphome` makes its configuration.'

function pairSection(pair: Pair): string[] {
  const { board, display } = pair
  const laid = wires(pair)
  const through = needsLevelShifter(board, display)
  const pins = board.connections.length === 0 ? undefined : defaultPins(board.id, display.bus)
  const columns: [title: string, cell: (wire: Wire) => string][] = [
    ['display', ({ from, pad }) => (pad.optional ? `${from}, if there is one` : from)],
    ['board', ({ pin }) => pinName(pin)],
    ['carries', (wire) => carried(wire, pair)],
    ...(through ? [['level shifter', shifterCell] as [string, (wire: Wire) => string]] : []),
    ...(pins ? [['`--pins`', pinsCell] as [string, (wire: Wire) => string]] : []),
  ]
  return [
    `### ${board.name} and ${display.name}`,
    table(
      columns.map(([title]) => title),
      laid.map((wire) => columns.map(([, cell]) => cell(wire))),
    ),
    `![${description(pair)}](${diagramPath(pair)})`,
    [
      ...(board.esphome && display.esphome ? [esphomeCommand(pair)] : []),
      ...connectionsOf(pair).map((connection) => command(pair, connection)),
    ]
      .map((line) => `    ${line}`)
      .join('\n'),
  ]
}

function carried({ pad: { purpose } }: Wire, { board, display }: Pair): string {
  switch (purpose) {
    case 'supply':
    case 'logic':
      return `${supplyVolts(board, display)} V`
    case 'ground':
      return 'ground'
    default:
      return purpose
  }
}

function shifterCell({ via }: Wire): string {
  return via ? `${via.input} → ${via.output}` : ''
}

function pinsCell({ pad: { purpose }, number }: Wire): string {
  return number === undefined ? '' : `${purpose}=${number}`
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
