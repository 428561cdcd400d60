/**
 * Aborts pending promises when something they depend on has ended. `Promise.race` with one long promise
 * would keep every raced value in memory while that promise is pending (nodejs/node#17469), 1.2 KB a query.
 */
export class Abortable {
  #reason: Error | undefined
  readonly #waiting: Set<(reason: Error) => void> = new Set()

  /** Rejects every pending promise, and every later one, with the reason; the first reason counts. */
  end(reason: Error): void {
    this.#reason ??= reason
    for (const fail of this.#waiting) fail(this.#reason)
  }

  /** Settles as the promise does, or rejects at the end. */
  async before<T>(promise: Promise<T>): Promise<T> {
    let fail: (reason: Error) => void = () => undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject
        this.#waiting.add(fail)
        promise.then(resolve, reject)
        if (this.#reason !== undefined) reject(this.#reason)
      })
    } finally {
      this.#waiting.delete(fail)
    }
  }
}
