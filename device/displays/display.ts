import type { Frame } from '../face/frame.ts'

/** Bytes for a chip on one of three kinds of wires. */
export type Transfer =
  /** Most significant bit first, latched when chip select rises at the end. */
  | { readonly bus: 'spi'; readonly bytes: readonly number[] }
  /** One write to an address of 7 bits. */
  | { readonly bus: 'i2c'; readonly address: number; readonly bytes: readonly number[] }
  /** Start, bytes with the least significant bit first and a bit for the chip's answer, stop. */
  | { readonly bus: 'tm1637'; readonly bytes: readonly number[] }

/** A display chip, or several that make one display: frames to what has to be sent for them. Pure. */
export interface Display {
  readonly digits: number
  readonly bus: Transfer['bus']
  /** All that the chip must be told to show the frame, whatever state it is in; dark until it is told. */
  init(frame: Frame): Transfer[]
  /** The same for a chip that should be in that state already; it stays lit. */
  refresh(frame: Frame): Transfer[]
  /** What changes from one frame to the next; nothing when they look the same. */
  changes(shown: Frame, frame: Frame): Transfer[]
}

/** The registers of several chips, in the order of digits that people see. */
export interface DigitPlaces {
  readonly digits: number
  /**
   * The chip's own position of each place, leftmost first; as the usual modules are wired when left
   * out. For modules that are mirrored, or whose halves are swapped.
   */
  readonly digitOrder?: readonly number[]
}
