/**
 * The end of something that others wait on. They wait through this and not by `Promise.race` with one
 * long promise: that keeps what every race was about for as long as the promise is pending
 * (nodejs/node#17469), 1.2 KB a query.
 */
export class Abortable {
  #reason: Error | undefined
  readonly #waiting: Set<(reason: Error) => void> = new Set()

  /** Has all who wait, and all who come later, fail with the reason; the first one counts. */
  end(reason: Error): void {
    this.#reason ??= reason
    for (const fail of this.#waiting) fail(this.#reason)
  }

  /** What the promise gives, if it does before the end. */
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
