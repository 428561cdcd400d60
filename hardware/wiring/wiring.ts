import type { BusPins } from '../../device/boards/board.ts'
import type { Bus } from '../../device/displays/driver.ts'
import {
  type BoardId,
  type BoardSpec,
  type Connection,
  firmataLines,
  type Pin,
} from './board-spec.ts'
import { boards } from './boards.ts'
import {
  type DisplayModule,
  displays,
  needsLevelShifter,
  type Pad,
  type Purpose,
  supplyVolts,
} from './displays.ts'
import { type Channel, levelShifter } from './level-shifter.ts'

/** A wire from a display to a board. */
export interface Wire {
  /** The pad of the display. */
  readonly from: string
  /** The pin of the board, as printed there. */
  readonly to: string
  /** What `--pins` calls that pin, where it has a number. */
  readonly number?: number
  /** What the line goes through, and where in and out. */
  readonly via?: Channel & { readonly part: 'level shifter' }
  readonly note?: string
  readonly pad: Pad
  readonly pin: Pin
}

/** One board with one display. */
export interface Pair {
  readonly board: BoardSpec
  readonly display: DisplayModule
}

/** Every board with every display that something drives there. */
export const pairs: readonly Pair[] = boards.flatMap((board) =>
  displays
    .filter(({ esphome }) => esphome || board.connections.length > 0)
    .map((display) => ({ board, display })),
)

/** Which wire goes where, in the order of the display's pads. */
export function wires({ board, display }: Pair): Wire[] {
  return display.pads.map((pad) => {
    const pin = pinFor(pad, board, display)
    const channel = needsLevelShifter(board, display)
      ? levelShifter.channels.find(({ line }) => line === pad.purpose)
      : undefined
    return {
      from: pad.label,
      to: pin.label,
      ...(pin.number === undefined ? {} : { number: pin.number }),
      ...(channel ? { via: { part: 'level shifter' as const, ...channel } } : {}),
      ...(pad.optional ? { note: 'where the module has this pad' } : {}),
      pad,
      pin,
    }
  })
}

/**
 * The pins that a display is on when nobody says otherwise; undefined where `--pins` has no say: on I2C,
 * and on an SPI of the board's own.
 *
 * @param boardId undefined for a board of which no more is known than that it speaks Firmata
 */
export function defaultPins(boardId: BoardId | undefined, bus: Bus): BusPins | undefined {
  const board = boards.find(({ id }) => id === boardId)
  if (bus === 'i2c' || (bus === 'spi' && board?.spi !== undefined)) return undefined
  const { data, clock, cs } = board?.lines ?? firmataLines
  return { data: data.number, clock: clock.number, cs: cs.number }
}

/** A pin with its other names, as `19 (MOSI, GPIO10)`. */
export function pinName({ label, names = [] }: Pin): string {
  return names.length === 0 ? label : `${label} (${names.join(', ')})`
}

/** The text of `--pins`. */
export function pinsSetting(pins: Omit<BusPins, 'cs'> & Partial<BusPins>): string {
  const cs = pins.cs === undefined ? '' : `,cs=${pins.cs}`
  return `data=${pins.data},clock=${pins.clock}${cs}`
}

/** The board that a kind of `--board`, such as `particle`, stands for, where it can be only one. */
export function boardOf(kind: string): BoardId | undefined {
  // Any package there is, raspi-io only by example.
  if (kind === 'io') return undefined
  const [only, ...others] = boards.filter(({ connections }) =>
    connections.some((connection) => kindOf(connection) === kind),
  )
  return others.length > 0 ? undefined : only?.id
}

/** The ways in which the device program can drive a display at a board, the usual one first. */
export function connectionsOf({ board, display }: Pair): Connection[] {
  return board.connections.filter(({ buses }) => buses.includes(display.bus))
}

/** The command that drives the display; without `--pins` where the program assumes the same pins. */
export function command({ board, display }: Pair, connection: Connection): string {
  const setting = (boardId: BoardId | undefined) => {
    const pins = defaultPins(boardId, display.bus)
    if (pins === undefined) return ''
    const { data, clock, cs } = pins
    return ` --pins ${pinsSetting(hasPad(display, 'cs') ? { data, clock, cs } : { data, clock })}`
  }
  const needed = setting(board.id)
  const assumed = setting(boardOf(kindOf(connection)))
  const base = `visitor-counter device --board ${connection.setting} --display ${display.id}`
  return needed === assumed ? base : base + needed
}

/** The command that makes a configuration for ESPHome, on the same wires. */
export function esphomeCommand({ board, display }: Pair): string {
  return `visitor-counter esphome --board ${board.id} --display ${display.id} --out desk`
}

function hasPad({ pads }: DisplayModule, wanted: Purpose): boolean {
  return pads.some(({ purpose }) => purpose === wanted)
}

function pinFor(pad: Pad, board: BoardSpec, display: DisplayModule): Pin {
  switch (pad.purpose) {
    case 'supply':
    case 'logic':
      return board.supply[supplyVolts(board, display)]
    case 'ground':
      return board.supply.ground
    case 'sda':
    case 'scl':
      return board.i2c[pad.purpose]
    case 'data':
    case 'clock':
    case 'cs':
      return ((display.bus === 'spi' ? board.spi : undefined) ?? board.lines)[pad.purpose]
  }
}

function kindOf({ setting }: Connection): string {
  return setting.split(':', 1).join()
}
