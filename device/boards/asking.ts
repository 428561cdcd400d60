import type { Transport } from 'firmata-io'

export const REPORT_VERSION = 0xf9

/** How often a board is asked for its version until it says it. */
const askEveryMs = 500

/** A question that is asked again until it is answered. */
export class Asking {
  readonly #transport: Transport
  readonly #afterMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(transport: Transport, afterMs: number) {
    this.#transport = transport
    this.#afterMs = afterMs
  }

  start(first: readonly number[]): void {
    this.stop()
    const ask = (bytes: readonly number[]) => {
      this.#transport.write(Buffer.from(bytes))
      this.#timer = setTimeout(() => ask([REPORT_VERSION]), askEveryMs)
    }
    if (this.#afterMs === 0) ask(first)
    else this.#timer = setTimeout(() => ask(first), this.#afterMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
