/** So long after somebody has looked the numbers are kept fresh. */
const watchedMs = 60_000

/** Whether somebody looks at the numbers: then the database is read as often as it bears. */
export class Watchers {
  readonly #monotonic: () => number
  readonly #hasStreams: () => boolean
  readonly #listeners: Set<() => void> = new Set()
  #seenMs = Number.NEGATIVE_INFINITY

  /**
   * @param monotonic milliseconds of a clock that never jumps
   * @param hasStreams whether there is an open event stream
   */
  constructor(monotonic: () => number, hasStreams: () => boolean) {
    this.#monotonic = monotonic
    this.#hasStreams = hasStreams
  }

  get isWatched(): boolean {
    return this.#hasStreams() || this.#monotonic() - this.#seenMs < watchedMs
  }

  /** Somebody has asked for a number. */
  see(): void {
    const wasWatched = this.isWatched
    this.#seenMs = this.#monotonic()
    if (wasWatched) return
    for (const listener of this.#listeners) listener()
  }

  /** Told when somebody looks after nobody has; what it returns ends that. */
  onWatched(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
