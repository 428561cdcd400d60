import type { Transfer } from '../displays/display.ts'

/** The pins of the board that the display's wires are on. */
export interface Pins {
  readonly data: number
  readonly clock: number
  readonly cs: number
}

/** A connected board that can carry transfers to a display. */
export interface Board {
  /** For people: "StandardFirmata 2.5 at tcp:10.0.0.7:3030". */
  readonly name: string
  /**
   * Sends the transfers and waits until the board has carried them out; without transfers, until it
   * has answered at all.
   *
   * @throws Error when the board does not confirm in time
   */
  send(transfers: readonly Transfer[]): Promise<void>
  /** Resolves with the reason when the board is gone, or has lost what it was told. */
  readonly lost: Promise<Error>
  close(): void
}

/** Connects to a board; rejects when it is not there, does not become ready, or the signal says to stop. */
export type OpenBoard = (signal: AbortSignal) => Promise<Board>
