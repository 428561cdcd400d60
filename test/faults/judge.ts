/** A number that is shown without the status point is no older than this. */
const unmarkedMs = 90_000
/** After a step of the clock an age says nothing for so long. */
const ageMs = 120_000

/** Between a commit and our knowing of it, on a busy machine; in real time. */
const slackMs = 1000

/** What `/v1/count` says, of which this is looked at. */
export interface CountDocument {
  readonly value: number
  /** Seconds. */
  readonly age: number
}

/** Knows the true number at each moment, and judges by it what bridges and the display say. */
export class Judge {
  /** What has been wrong so far. */
  readonly wrongs: string[]
  /** Answers and displays that have been judged. */
  readonly judged: { answers: number; displays: number }
  readonly #base: number
  readonly #speed: number
  /** Truths, and since when. */
  readonly #truths: { readonly value: number; readonly sinceMs: number }[]
  /** Bridges that have had a reading since they began: from then on none may answer without one. */
  readonly #known: Set<string> = new Set()
  #truth: number
  #steppedMs = Number.NEGATIVE_INFINITY

  /**
   * @param base the true number at the start
   * @param speed how much faster than real time ages grow
   * @param shared by the judges of all sites
   */
  constructor(
    base: number,
    speed: number,
    shared: { wrongs: string[]; judged: { answers: number; displays: number } },
  ) {
    this.wrongs = shared.wrongs
    this.judged = shared.judged
    this.#base = base
    this.#truth = base
    this.#speed = speed
    this.#truths = [{ value: base, sinceMs: performance.now() }]
  }

  get truth(): number {
    return this.#truth
  }

  /** Counts a visit before it is written: a bridge may see it before we hear that it is done. */
  async visit(write: () => Promise<unknown>): Promise<void> {
    this.#truth += 1
    try {
      await write()
    } catch (error) {
      this.#truth -= 1
      throw error
    }
    this.#truths.push({ value: this.#truth, sinceMs: performance.now() })
  }

  /** A bridge has lost what it knew. */
  forget(bridge: string): void {
    this.#known.delete(bridge)
  }

  /** The clock has been stepped. */
  stepped(): void {
    this.#steppedMs = performance.now()
  }

  /** @param text what is on the digits, without blanks */
  display(text: string): void {
    this.judged.displays += 1
    const [, digits, point] = /^(\d+)(\.?)$/.exec(text) ?? []
    if (digits === undefined) {
      if (!/^-*\.?$/.test(text)) this.wrongs.push(`the display shows ${JSON.stringify(text)}`)
      return
    }
    const value = Number(digits)
    const oldest = this.#truthAt(performance.now() - unmarkedMs / this.#speed)
    if (!this.#hasBeen(value)) this.#isWrong('the display shows', value)
    else if (point === '' && value < oldest) {
      this.wrongs.push(`the display shows ${value} as if it were new; it is ${this.#truth}`)
    }
  }

  /** @param askedMs when it was asked, of `performance.now()` */
  answer(bridge: string, askedMs: number, document: CountDocument): void {
    this.judged.answers += 1
    this.#known.add(bridge)
    const { value, age } = document
    if (!this.#hasBeen(value)) {
      this.#isWrong(`${bridge} answers`, value)
      return
    }
    if (performance.now() - this.#steppedMs < ageMs) return
    // True when the database was read, which is `age` seconds, rounded down, before the answer.
    const least = this.#truthAt(askedMs - ((age + 1) * 1000) / this.#speed - slackMs)
    if (value < least) {
      this.wrongs.push(`${bridge} answers ${value}, ${age} s old; it was ${least}`)
    }
  }

  /** An answer without a number. */
  refusal(bridge: string, text: string): void {
    this.judged.answers += 1
    if (this.#known.has(bridge)) this.wrongs.push(`${bridge} answers ${text}`)
  }

  #isWrong(who: string, value: number): void {
    this.wrongs.push(`${who} ${value} of ${this.#base} to ${this.#truth}`)
  }

  #hasBeen(value: number): boolean {
    return value >= this.#base && value <= this.#truth
  }

  #truthAt(ms: number): number {
    return this.#truths.findLast(({ sinceMs }) => sinceMs <= ms)?.value ?? this.#base
  }
}
