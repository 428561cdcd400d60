import * as v from 'valibot'
import { didYouMean } from '../../common/did-you-mean.ts'
import { deviceName } from '../../common/particle-cloud.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import { displays } from '../../device/displays/index.ts'
import { esphomeBoards, esphomeDisplays } from '../../hardware/esphome/configuration.ts'
import type { BoardId } from '../../hardware/wiring/boards.ts'
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
const Board = parsed(parseBoard, (text) => boardMessage + didYouMean(kindOf(text), boardKinds))

function kindOf(board: string): string {
  return board.replace(/[:[].*/s, '')
}

const networkPorts = { tcp: 3030, voodoospark: 48_879 } as const

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
const Pins = v.pipe(
  listOf((pair) => pair.split('='), pinsMessage),
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
    schema: whole(1, 16, 'a number from 1 to 16'),
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
    help: `where modules are mirrored or swapped: ${orderMessage}; see --test-pattern`,
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
