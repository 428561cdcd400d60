import type { Query } from '../wordpress/database/database.ts'
import { readHourlyLimit } from '../wordpress/database/hourly-limit.ts'

const hourMs = 3_600_000
/** Of an hourly limit of the account, which may be WordPress's own. */
const ourPart = 0.1
/** Polls and recounts share our part. */
const halfOfIt = 0.5

/** How often the account of the database lets us ask. */
export class Allowance {
  #isAsked = false
  /** Statements an hour that the account may send; undefined where there is no limit. */
  #hourlyLimit: number | undefined

  /** Asks once; resolves with the limit when it has just been learnt. */
  async learn(query: Query): Promise<number | undefined> {
    if (this.#isAsked) return undefined
    this.#isAsked = true
    this.#hourlyLimit = await readHourlyLimit(query).catch(() => undefined)
    return this.#hourlyLimit
  }

  /** From one time to the next of work with so many statements, at least; in milliseconds. */
  everyMs(statements: number): number {
    if (this.#hourlyLimit === undefined) return 0
    return (statements * hourMs) / (this.#hourlyLimit * ourPart * halfOfIt)
  }
}
