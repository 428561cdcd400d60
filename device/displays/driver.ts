import type { Cell, Frame } from '../face/frame.ts'
import type { ModuleWiring } from './module-wiring.ts'

/** How bytes come to a chip. */
export type Bus = 'spi' | 'i2c' | 'two-wire' | 'three-wire'

/** Bytes for a chip on one of four kinds of wires. */
export type Transfer =
  /** Most significant bit first, latched when chip select rises at the end. */
  | { readonly bus: 'spi'; readonly bytes: readonly number[] }
  /** One write to an address of 7 bits. */
  | { readonly bus: 'i2c'; readonly address: number; readonly bytes: readonly number[] }
  /** Start, bytes with the least significant bit first and a bit for the chip's answer, stop. */
  | { readonly bus: 'two-wire'; readonly bytes: readonly number[] }
  /** Least significant bit first, while the strobe (chip select) is low. */
  | { readonly bus: 'three-wire'; readonly bytes: readonly number[] }

/** What a key at the display asks for. */
export type Press =
  | { readonly do: 'next' }
  /** @param most the brightest step that the display has */
  | { readonly do: 'darker' | 'brighter'; readonly most: number }

/** Keys at a chip, for a board that asks it for them by itself. */
export interface Keys {
  /** Has the chip give the state of its keys. A display driven meanwhile needs `settings` before each write. */
  readonly command: number
  /** That the state has. */
  readonly bytes: number
  /** What is asked for by the keys that are down in one state and were not in the one before. */
  presses(before: readonly number[], state: readonly number[]): readonly Press[]
}

/** What a chip takes over in one instant: a digit, a row of dots, all of the digits it has. */
export interface Register {
  /** The places that it draws, 0 the leftmost. */
  readonly places: readonly number[]
  readonly bytes: readonly number[]
}

/**
 * Drives a display, which is one chip or several side by side. Pure: frames to what a chip is to hold,
 * and that to what has to be sent. Which registers are sent, and in which order, is decided in
 * `transfers.ts` for all displays alike.
 */
export interface DisplayDriver {
  /** Places that it has. */
  readonly digits: number
  /** Whether they have points. */
  readonly points: boolean
  readonly keys?: Keys
  /** What draws a frame: of every frame the same registers in the same order. */
  registers(frame: Frame): readonly Register[]
  /**
   * Sets a register.
   *
   * @param index its position in what `registers` returns
   * @param before what it holds, where that is known: less may have to be sent then
   */
  write(index: number, register: Register, before?: Register): Transfer
  /**
   * Only where a register is a line of dots through all places: an order of the lines from one picture to
   * another in which no figure that is half drawn looks like one above both.
   *
   * @returns undefined where there is none
   */
  lineOrder?(shown: readonly Cell[], wanted: readonly Cell[]): readonly number[] | undefined
  /** Sets all registers at once, in any order, where that takes less than one after the other. */
  writeAll?(registers: readonly Register[]): readonly Transfer[]
  /**
   * Makes the display dark, and ready for the rest, whatever state its chips are in.
   *
   * @param shown what it shows, where that is known
   */
  dark(shown?: Frame): readonly Transfer[]
  /** What else its chips must be told, as the brightness; it leaves what is dark dark. */
  settings(frame: Frame): readonly Transfer[]
  /** Lights it up, or makes it dark where the frame is. */
  light(frame: Frame): readonly Transfer[]
}

/** What is known of a display besides its kind. */
export interface DisplayOptions {
  /** As many as the usual module has when undefined. */
  readonly digits?: number | undefined
  /** Whether the module has decimal points; as the usual one when undefined. */
  readonly points?: boolean | undefined
  /**
   * The chip's own position of each place, leftmost first; as the usual modules are wired when
   * undefined. For modules that are mirrored, or whose halves are swapped. Of a matrix it is that of each
   * module, counted from the board.
   */
  readonly digitOrder?: readonly number[] | undefined
  /** On I2C, the leftmost first; one as the usual module has it when undefined. */
  readonly addresses?: readonly number[] | undefined
  /** Of a matrix, 8 columns each; as many as are usual when undefined. */
  readonly modules?: number | undefined
  /** Of a matrix; as the usual modules are made when undefined. */
  readonly moduleWiring?: ModuleWiring | undefined
}

/** A kind of display. Each is a file of its own and one line in `index.ts`. */
export interface Display {
  /** As `--display` calls it. */
  readonly id: string
  readonly bus: Bus
  /** Of the usual module. */
  readonly digits: number
  /** Whether modules with so many digits usually have decimal points. */
  points(digits: number): boolean
  /** @throws RangeError that names the setting, when there is no such module */
  open(options: DisplayOptions): DisplayDriver
}
