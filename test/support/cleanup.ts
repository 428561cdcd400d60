/** Stands where a program wants a test to hang its ends on, and there is none. */
export class Cleanup {
  readonly #ends: (() => unknown)[] = []

  readonly after = (end: () => unknown): void => {
    this.#ends.push(end)
  }

  /** What was begun last ends first. */
  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end()
  }
}
