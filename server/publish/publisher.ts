/** Takes the readings of a bridge to others, on a connection of its own. */
export interface Publisher {
  /** Begins in the background: what is away holds no bridge back. */
  start(): void
  /**
   * Told when a round of queries is over, also one that failed.
   *
   * @param site whose round it was; undefined where that has no name yet
   */
  update(site?: string): void
  stop(): Promise<void>
  /** What it adds to `/health`; its keys are those of no other publisher. */
  health?(): Record<string, unknown>
}
