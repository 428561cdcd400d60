import type { Frame } from '../face/frame.ts'

/** Bytes for a chip, most significant bit first, latched when its chip select rises at the end. */
export interface Transfer {
  readonly bus: 'spi'
  readonly bytes: readonly number[]
}

/** A display chip: frames to what has to be sent for them. Pure; the board does the sending. */
export interface Display {
  readonly digits: number
  /** Everything the chip must be told to show the frame, whatever state it is in. */
  full(frame: Frame): Transfer[]
  /** What changes from one frame to the next; nothing when they look the same. */
  changes(shown: Frame, frame: Frame): Transfer[]
  /** Dark. */
  off(): Transfer[]
}
