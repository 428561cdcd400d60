export interface Publisher {
  start(): void
  update(): void /* a round brought something */
  stop(): Promise<void>
  health?(): Record<string, unknown>
}
