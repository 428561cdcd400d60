// Atmel AVR061, "STK500 Communication Protocol", version 1: what boot loaders know of it.
const RESP_OK = 0x10
const RESP_IN_SYNC = 0x14
const CRC_EOP = 0x20
const GET_SYNC = 0x30
const ENTER_PROGMODE = 0x50
const LEAVE_PROGMODE = 0x51
const LOAD_ADDRESS = 0x55
const PROG_PAGE = 0x64
const READ_PAGE = 0x74
const READ_SIGN = 0x75
const FLASH_MEMORY = 0x46

/** Of flash, in bytes (ATmega328P data sheet, table 27-12). */
export const pageBytes = 128
/** A boot loader writes a page in 9 ms, and one on a busy USB hub may take its time. */
const answerMs = 1000
const syncMs = 150

/** A serial port with a board at its end. */
export interface SerialLine {
  write(bytes: Uint8Array): Promise<void>
  /** The next bytes; fewer where they have not come in time. */
  read(count: number, withinMs: number): Promise<Uint8Array>
  /** Forgets what has come. */
  discard(): void
  setBaudRate(baudRate: number): Promise<void>
  /** Restarts the board as the IDE does; nothing happens on a line without DTR. */
  pulseDtr(): Promise<void>
  close(): Promise<void>
}

/** The boot loader has not answered as the protocol says; it may do so after another restart. */
export class OutOfSync extends Error {
  override name = 'OutOfSync'
}

/** Talks with the boot loader of an Arduino. Each call throws `OutOfSync` where the answer is not in order. */
export class Stk500 {
  readonly #line: SerialLine

  constructor(line: SerialLine) {
    this.#line = line
  }

  /** Whether a boot loader answers, at this speed and by now; noise of the restart is passed over. */
  async sync(): Promise<boolean> {
    await this.#line.write(Uint8Array.of(GET_SYNC, CRC_EOP))
    const [first, second] = await this.#line.read(2, syncMs)
    if (first !== RESP_IN_SYNC || second !== RESP_OK) {
      this.#line.discard()
      return false
    }
    // What it was asked before may be answered late; nothing of that may be taken for another answer.
    await this.#line.read(64, 20)
    return true
  }

  /** Three bytes, 0x1e950f for an ATmega328P. */
  async signature(): Promise<number> {
    const bytes = await this.#ask([READ_SIGN], 3)
    return bytes.reduce((all, byte) => (all << 8) | byte, 0)
  }

  async enter(): Promise<void> {
    await this.#ask([ENTER_PROGMODE])
  }

  async leave(): Promise<void> {
    await this.#ask([LEAVE_PROGMODE])
  }

  async writePage(address: number, bytes: Uint8Array): Promise<void> {
    await this.#load(address)
    await this.#ask([PROG_PAGE, bytes.length >> 8, bytes.length & 0xff, FLASH_MEMORY, ...bytes])
  }

  async readPage(address: number, count: number): Promise<Uint8Array> {
    await this.#load(address)
    return this.#ask([READ_PAGE, count >> 8, count & 0xff, FLASH_MEMORY], count)
  }

  /** Addresses count words. */
  async #load(address: number): Promise<void> {
    await this.#ask([LOAD_ADDRESS, (address >> 1) & 0xff, address >> 9])
  }

  async #ask(command: readonly number[], count = 0): Promise<Uint8Array> {
    this.#line.discard()
    await this.#line.write(Uint8Array.of(...command, CRC_EOP))
    const answer = await this.#line.read(count + 2, answerMs)
    const inOrder =
      answer.length === count + 2 && answer[0] === RESP_IN_SYNC && answer[count + 1] === RESP_OK
    if (!inOrder) throw new OutOfSync('the boot loader does not answer as it should')
    return answer.slice(1, count + 1)
  }
}
