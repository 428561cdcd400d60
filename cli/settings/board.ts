import * as v from 'valibot'
import { didYouMean } from '../../common/did-you-mean.ts'
import { deviceName } from '../../common/particle-cloud.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import { displays } from '../../device/displays/index.ts'
import { moduleWirings } from '../../device/displays/module-wiring.ts'
import { esphomeBoards, esphomeDisplays } from '../../hardware/esphome/configuration.ts'
import type { BoardId } from '../../hardware/wiring/board-spec.ts'
import type { Settings } from './setting.ts'
import { choice, either, listOf, OnOff, parsed, whole } from './types.ts'

/** A board that stands alone, with ESPHome: the command `esphome` is for it, no other. */
interface EsphomeBoard {
  readonly kind: 'esphome'
  readonly id: BoardId
}

const boardForms = [
  'serial:<path>',
  'tcp:<host>[:<port>]',
  'voodoospark:<host>[:<port>]',
  'particle:<device>',
  'raspi[:<device>]',
  'io:<package>',
  'virtual',
  ...esphomeBoards.map(({ id }) => id),
]
const boardMessage = either(boardForms)
const boardKinds = boardForms.map(kindOf)
const Board = parsed(parseBoard, (text) => boardMessage + boardMeant(text))

function kindOf(board: string): string {
  return board.replace(/[:[].*/s, '')
}

const networkPorts = { tcp: 3030, voodoospark: 48_879 } as const

/** A port without its kind is what most people type first. */
function boardMeant(text: string): string {
  if (/^(\/dev\/|COM\d)/i.test(text)) return `; did you mean serial:${text}?`
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?$/.test(text)) return `; did you mean tcp:${text}?`
  return didYouMean(kindOf(text), boardKinds)
}

function parseBoard(text: string): BoardSetting | EsphomeBoard | undefined {
  const alone = esphomeBoards.find(({ id }) => id === text)
  if (alone !== undefined) return { kind: 'esphome', id: alone.id }
  const [, kind = '', rest = ''] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? []
  switch (kind) {
    case 'virtual':
      return rest === '' ? { kind } : undefined
    case 'raspi':
      if (rest === '') return { kind, device: undefined }
      return /^(i2c-\d+|spidev\d+\.\d+)$/.test(rest) ? { kind, device: rest } : undefined
    case 'serial':
      return rest === '' ? undefined : { kind, path: rest }
    case 'particle':
      return deviceName.test(rest) ? { kind, device: rest } : undefined
    case 'io':
      return /^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/.test(rest) ? { kind, plugin: rest } : undefined
    case 'tcp':
    case 'voodoospark': {
      const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(rest)
      const host = match?.[1] ?? match?.[2]
      const port = Number(match?.[3] ?? networkPorts[kind])
      return host === undefined || port > 65_535 ? undefined : { kind, host, port }
    }
    default:
      return undefined
  }
}

const pinsMessage = 'different pins from 0 to 127, as data=2,clock=3,cs=4'
const Pin = whole(0, 127, pinsMessage)
/** What is printed on modules. Key: in small letters. */
const pads: Readonly<Record<string, string>> = {
  din: 'data',
  dio: 'data',
  mosi: 'data',
  sda: 'data',
  clk: 'clock',
  sck: 'clock',
  scl: 'clock',
  load: 'cs',
  ss: 'cs',
  stb: 'cs',
}

function pinMeant(text: string): string {
  const names = [...text.matchAll(/([A-Za-z]+) *=/g)].map(([, name = '']) => name)
  const wrong = names.find((name) => !['data', 'clock', 'cs'].includes(name))
  if (wrong === undefined) return ''
  const meant = pads[wrong.toLowerCase()]
  return meant === undefined
    ? didYouMean(wrong, ['data', 'clock', 'cs'])
    : `; did you mean ${meant}, where the module has ${wrong}?`
}

const Pins = v.pipe(
  parsed(
    (text) => {
      const pairs = text.split(',').map((pair) => pair.trim().split('='))
      const known = pairs.every(([name = '']) => ['data', 'clock', 'cs'].includes(name))
      return known ? pairs : undefined
    },
    (text) => pinsMessage + pinMeant(text),
  ),
  v.transform((pairs): unknown => Object.fromEntries(pairs)),
  v.strictObject({ data: Pin, clock: Pin, cs: v.optional(Pin) }, pinsMessage),
  v.check((pins) => {
    const used = Object.values(pins).filter((pin) => pin !== undefined)
    return new Set(used).size === used.length
  }, pinsMessage),
)

const orderMessage = 'the position of each digit from the left, as 8,7,6,5,4,3,2,1'
const DigitOrder = listOf(
  (position) => (/^\d{1,2}$/.test(position) ? Number(position) - 1 : undefined),
  orderMessage,
)

const addressesMessage = 'I2C addresses from 0x70 to 0x77, the leftmost first, as 0x70,0x71'
const Addresses = v.pipe(
  listOf((address) => (/^0x7[0-7]$/.test(address) ? Number(address) : undefined), addressesMessage),
  v.check(
    (addresses) => new Set(addresses).size === addresses.length,
    `different ${addressesMessage}`,
  ),
)

const displayNames = [
  ...new Set([...displays.map(({ id }) => id), ...esphomeDisplays, 'terminal'] as const),
]

/** The board, and the display at it. */
export const boardSettings = {
  board: {
    flag: '--board <board>',
    env: 'BOARD',
    help: `the board with the display: ${boardMessage}`,
    schema: Board,
  },
  display: {
    flag: '--display <chip>',
    env: 'DISPLAY_CHIP',
    help: `the display: ${either(displayNames)}`,
    schema: choice(displayNames),
    default: 'max7219',
  },
  digits: {
    flag: '--digits <count>',
    env: 'DISPLAY_DIGITS',
    help: 'how many digits it has (default: as the usual module)',
    schema: whole(1, 32, 'a number from 1 to 32'),
  },
  modules: {
    flag: '--modules <count>',
    env: 'DISPLAY_MODULES',
    help: 'how many modules of 8x8 dots a matrix has (default: 4)',
    schema: whole(4, 16, 'a number from 4 to 16'),
  },
  moduleWiring: {
    flag: '--module-wiring <wiring>',
    env: 'MODULE_WIRING',
    help: `how the modules of a matrix are made, or turned: ${either(moduleWirings)}; see --test-pattern`,
    schema: choice(moduleWirings),
    default: 'fc16',
  },
  decimalPoints: {
    flag: '--decimal-points <on|off>',
    env: 'DECIMAL_POINTS',
    help: 'whether the display has decimal points (default: on; off for a TM1637 with 4 digits, most of which have a colon instead)',
    schema: OnOff,
  },
  digitOrder: {
    flag: '--digit-order <order>',
    env: 'DIGIT_ORDER',
    help: `where modules are mirrored or swapped: ${orderMessage}; of a matrix that of each module, counted from the board; see --test-pattern`,
    schema: DigitOrder,
    list: true,
  },
  addresses: {
    flag: '--addresses <addresses>',
    env: 'DISPLAY_ADDRESSES',
    help: `of HT16K33 backpacks: ${addressesMessage}`,
    schema: Addresses,
    default: '0x70',
    list: true,
  },
  pins: {
    flag: '--pins <pins>',
    env: 'DISPLAY_PINS',
    help: 'the pins of the board that the display is on, as data=2,clock=3,cs=4 (default: see wiring.md)',
    schema: Pins,
    list: true,
  },
  cpu: {
    flag: '--cpu',
    env: 'SIMULATED_CPU',
    help: "a simulated ATmega328P that runs the counter's firmware, in place of a board that speaks as StandardFirmata does",
  },
  hex: {
    flag: '--hex <file>',
    env: 'HEX_FILE',
    help: "a program of one's own for an Arduino, as Intel HEX (default: the counter's firmware)",
  },
} satisfies Settings
