/** Lets helpers of tests run in a program: takes what they hang on a test, and ends it. */
export class Cleanup {
  readonly #ends: (() => unknown)[] = []

  readonly after = (end: () => unknown): void => {
    this.#ends.push(end)
  }

  /** What was begun last ends first. After an end that fails, `end()` goes on with the others. */
  async end(): Promise<void> {
    for (let last = this.#ends.pop(); last !== undefined; last = this.#ends.pop()) await last()
  }
}
