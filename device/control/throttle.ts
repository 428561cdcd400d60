/** Passes the newest value on, at most so often. */
export class Throttle<Value> {
  readonly #pass: (value: Value) => void
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #next: { readonly value: Value } | undefined

  constructor(everyMs: number, pass: (value: Value) => void) {
    this.#everyMs = everyMs
    this.#pass = pass
  }

  put(value: Value): void {
    if (this.#timer !== undefined) {
      this.#next = { value }
      return
    }
    this.#pass(value)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const next = this.#next
      this.#next = undefined
      if (next !== undefined) this.put(next.value)
    }, this.#everyMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
