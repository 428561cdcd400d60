import type { CPU } from 'avr8js'

// ATmega328P data sheet (DS40002061), chapter 27, "Boot Loader Support", and 31, "Instruction Set Summary".
export const SPM = 0x95e8
const SPMCSR = 0x57
const COMMAND_MASK = 0x1f
const FILL_BUFFER = 0x01
const ERASE_PAGE = 0x03
const WRITE_PAGE = 0x05
const PAGE_BYTES = 128
const Z = 30

/** How a program writes the flash that it is in: word by word into a buffer, and that into a page. */
export class SelfProgramming {
  readonly #flash: Uint8Array
  readonly #buffer = new Uint8Array(PAGE_BYTES).fill(0xff)

  constructor(flash: Uint8Array) {
    this.#flash = flash
  }

  /** What SPM does, as SPMCSR says, at once. */
  store({ data }: CPU): void {
    const address = (data[Z] ?? 0) | ((data[Z + 1] ?? 0) << 8)
    const inPage = address % PAGE_BYTES
    const page = address - inPage
    const command = (data[SPMCSR] ?? 0) & COMMAND_MASK
    data[SPMCSR] = 0
    switch (command) {
      case FILL_BUFFER:
        this.#buffer.set([data[0] ?? 0, data[1] ?? 0], inPage & ~1)
        break
      case ERASE_PAGE:
        this.#flash.fill(0xff, page, page + PAGE_BYTES)
        break
      case WRITE_PAGE:
        // Writing clears bits, erasing sets them.
        for (const [at, byte] of this.#buffer.entries()) {
          this.#flash[page + at] = (this.#flash[page + at] ?? 0xff) & byte
        }
        this.#buffer.fill(0xff)
        break
      default:
        // The read-while-write section is never busy here.
        break
    }
  }
}
