import type { Bus, DisplayDriver, Press, Transfer } from '../displays/driver.ts'
import type { Frame } from '../face/frame.ts'

/** What a pin does to its wire: drives it, or leaves it to a pull-up and to the chip. */
export type Level = 0 | 1 | 'released'

/** Levels that pins take at one instant. Key: pin number. */
export type PinLevels = ReadonlyMap<number, Level>

/** A connected board, as far as a display needs one. */
export interface Board {
  /** For people: "StandardFirmata.ino at tcp:10.0.0.7:3030". */
  readonly name: string
  /**
   * Takes transfers to the display, all with one write where the board allows it, and waits until they
   * are carried out; without any, until the board has answered at all.
   *
   * @throws BoardReset when the board has been reset: it listens again when `onReset` is called; Error
   *   when it does not answer
   */
  send(transfers: readonly Transfer[]): Promise<void>
  /**
   * Shows a frame, in place of transfers, on a board that knows by itself when the number is old. The same
   * errors as `send`.
   *
   * @param how to a dark display all of it, or what is to be done by then
   */
  show?(
    display: DisplayDriver,
    frame: Frame,
    how: 'initialize' | 'refresh' | 'change',
  ): Promise<void>
  /** What is wrong with the wires to the display, as far as a board can tell; for people. */
  readonly displayTrouble?: string | undefined
  /** Told of each press of a key at the display, on a board that asks it for them. */
  onPress?(listener: (press: Press) => void): void
  /** Told when a board that was reset listens again; it has forgotten what it was told. */
  onReset(listener: () => void): void
  /** Resolves with the reason when the board is gone. */
  readonly lost: Promise<Error>
  close(): void
}

/** The board has been reset; it is there, and must be told everything again once it listens. */
export class BoardReset extends Error {
  override name = 'BoardReset'
}

/** What a board must be set up for. */
export interface Wiring {
  readonly bus: Bus
  /** Unused on I2C, whose pins are the board's own. */
  readonly pins: BusPins
  /** Whether the display is too large for the memory of a board with our own firmware. */
  readonly exceedsPictures?: boolean
}

/** Pins of the board that wires are on; `cs` is not used by every chip. */
export interface BusPins {
  readonly data: number
  readonly clock: number
  readonly cs: number
}

/** Connects to a board; rejects when it is not there, does not become ready, or the signal says to stop. */
export type OpenBoard = (wiring: Wiring, signal: AbortSignal) => Promise<Board>

/** The pins that a bus drives, where it is made of plain pins. */
export function outputPins({ bus, pins: { data, clock, cs } }: Wiring): number[] {
  switch (bus) {
    case 'spi':
    case 'three-wire':
      return [data, clock, cs]
    case 'two-wire':
      // The clock first: data that falls while the clock is pulled up would be a start.
      return [clock, data]
    case 'i2c':
      return []
  }
}
