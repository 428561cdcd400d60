import type { Sent } from './memory.ts'

export interface DeliveryOptions {
  /** What is to be shown now; undefined while it is not known. */
  readonly value: () => number | undefined
  /** Sends it; rejects unless it was accepted. */
  readonly send: (value: number) => Promise<void>
  /** From one sending to the next, at least; Infinity for none at all. */
  readonly pauseMs: () => number
  /** After which a value that has not changed is sent again. */
  readonly refreshMs: number
  /** How long to wait after a failure; Infinity for no other attempt. */
  readonly retryMs: (error: unknown, failures: number) => number
  readonly onAccepted: (sent: Sent) => void
  readonly now: () => number
}

/** However far away the next sending is: a clock may be set meanwhile. */
const longestSleepMs = 60_000

/**
 * Brings a changing value to one receiver: only when it has changed or has to be refreshed, with a pause
 * between two, one at a time. What is sent is always the value of that moment; none is queued.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  /** What was accepted last; undefined when the receiver may show something else. */
  #accepted: number | undefined
  #acceptedMs: number
  /** In a row. */
  #failures = 0
  /** Of the last failure, and how long to wait after it. */
  #failedMs = 0
  #retryMs = 0
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #running = false

  /** @param sent what an earlier run of the program has sent */
  constructor(options: DeliveryOptions, sent: Sent | undefined) {
    this.#options = options
    this.#accepted = sent?.value
    this.#acceptedMs = sent?.atMs ?? 0
  }

  start(): void {
    this.#running = true
    this.look()
  }

  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#timer)
    await this.#sending
  }

  /** The receiver has come back: it is told anew, however it failed before. */
  renew(): void {
    this.#accepted = undefined
    this.#failures = 0
    this.#retryMs = 0
    this.look()
  }

  /** Sends if it is time to, or sees to it that it will be. */
  look(): void {
    if (!this.#running || this.#sending !== undefined) return
    clearTimeout(this.#timer)
    const value = this.#options.value()
    if (value === undefined) return
    const waitMs = this.#dueMs(value) - this.#options.now()
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.look(), Math.min(waitMs, longestSleepMs))
      return
    }
    this.#sending = this.#send(value).then(() => {
      this.#sending = undefined
      this.look()
    })
  }

  #dueMs(value: number): number {
    const { pauseMs, refreshMs, now } = this.#options
    const nowMs = now()
    // A clock that has been set back does not wait for the old time to come again.
    const past = (ms: number) => (ms > nowMs ? 0 : ms)
    const restMs = this.#accepted === value ? refreshMs : 0
    const nextMs = past(this.#acceptedMs) + Math.max(restMs, pauseMs())
    return Math.max(nextMs, past(this.#failedMs) + this.#retryMs)
  }

  async #send(value: number): Promise<void> {
    const { send, retryMs, onAccepted, now } = this.#options
    const atMs = now()
    try {
      await send(value)
      this.#accepted = value
      this.#acceptedMs = atMs
      this.#failures = 0
      this.#retryMs = 0
      onAccepted({ value, atMs })
    } catch (error) {
      // It may have come through nevertheless: what the receiver shows is not known any more.
      this.#accepted = undefined
      this.#failures += 1
      this.#failedMs = now()
      this.#retryMs = retryMs(error, this.#failures)
    }
  }
}
