import type { Press } from '../displays/driver.ts'
import type { Frame } from '../face/frame.ts'

/** Something that shows frames: a display at a board, or a terminal. */
export interface Screen {
  start(): void
  /** Shows a frame as soon as it can. */
  show(frame: Frame): void
  /** Told of each press of a key at the display, where it has keys. */
  onPress?(listener: (press: Press) => void): void
  /** @param farewell what is left standing; as it is when undefined */
  stop(farewell: Frame | undefined): Promise<void>
}
