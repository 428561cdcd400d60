/** Work that the rounds do not wait for, one run of it at a time. */
export class Background {
  readonly #onError: (error: Error) => void
  #running: Promise<void> | undefined
  #error: Error | undefined

  /** @param onError told of each failure that is another than the one before */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Of the last run; undefined when it came to its end. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Resolves at the end of the run, which may have been under way before; never rejects. */
  run(work: () => Promise<void>): Promise<void> {
    this.#running ??= work()
      .then(() => {
        this.#error = undefined
      })
      .catch((error: Error) => {
        const isNews = error.message !== this.#error?.message
        this.#error = error
        if (isNews) this.#onError(error)
      })
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }
}
