import type { Logger } from '../log.ts'

/** Reason codes from here on are refusals (MQTT 5, section 2.4; 3.1.1, section 3.9.3). */
const firstRefusal = 0x80
/** Rights are given while programs run: what was refused is tried again so often. */
export const againMs = 60_000

/** What a broker does not let this connection write or read. */
export class Refusals {
  readonly #broker: string
  readonly #log: Logger
  /** Key: what was refused, and its topic or filter. The value says it for people. */
  readonly #refused: Map<string, string> = new Map()

  /** @param broker its name in the log */
  constructor(broker: string, log: Logger) {
    this.#broker = broker
    this.#log = log
  }

  get list(): readonly string[] {
    return [...this.#refused.values()]
  }

  /** Takes the answer to a publish or a subscribe; the log tells of each topic once. */
  answered(what: 'publish' | 'subscribe', topic: string, code: unknown): 'granted' | 'refused' {
    const isRefused = typeof code === 'number' && code >= firstRefusal
    const key = `${what} ${topic}`
    const before = this.#refused.get(key)
    if (!isRefused) {
      if (before !== undefined) this.#log.info(`${this.#broker}: ${topic} is not refused any more`)
      this.#refused.delete(key)
      return 'granted'
    }
    const problem = `it refuses to let us ${what} to ${topic} (reason ${code})`
    this.#refused.set(key, problem)
    if (before === undefined) this.#log.warn(`${this.#broker}: ${problem}; trying again`)
    return 'refused'
  }
}
