import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from '../../common/errors.ts'
import type { Database, Query } from '../wordpress/database/database.ts'
import { type OpenDays, toTally } from '../wordpress/sources/source.ts'
import { Background } from './background.ts'
import { type Counting, counting } from './counting.ts'
import type { Found } from './find-source.ts'
import { FullCount } from './full-count.ts'
import { daysOf, isDayOrNow, type Ledger } from './ledger.ts'
import { type Paces, type Rest, restFactor } from './pace.ts'
import type { SiteKnowledge } from './site-knowledge.ts'
import type { Checkpoint } from './store.ts'

export interface BackgroundCountsOptions {
  readonly database: Database
  readonly knowledge: SiteKnowledge
  readonly paces: Paces
  /** How many sites share the database. */
  readonly share: number
  /** From one recount to the next, at least. */
  readonly recountMs: () => number
  /** Of a first count that an earlier run did not end. */
  readonly checkpoint: Checkpoint | undefined
  /** Keys or days of each part of a count, where that is not to follow from what they cost. */
  readonly partSize: number | undefined
  /** Waits while the database rests; rejects when it is aborted. */
  readonly sleep: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined
  /** Told how far the first count has come, and with undefined that all numbers are known. */
  readonly onCounting: ((counting: Counting | undefined) => void) | undefined
  /** Told when it fails: the readings go on from what there was before. */
  readonly onError: (error: Error) => void
}

const recount = 'recount'
/** While somebody waits for the first numbers the count may take half of the database's time. */
const firstRestFactor = 2
/** Small parts are read one after the other for so long, before the database has its rest. */
const turnMs = 250
/** For how long a round waits for numbers that are not known yet: in a small table they come at once. */
const patienceMs = 3000

/**
 * What takes the database long, on its connection for slow work: the count of all closed days, and the
 * visitors of periods that are not the sum of their days.
 */
export class BackgroundCounts {
  readonly #options: BackgroundCountsOptions
  readonly #recounts = new Background((error) => this.#onError(error))
  readonly #periods = new Background((error) => this.#onError(error))
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** While there is no ledger to go on from. */
  #firstCount: FullCount | undefined
  #checkpoint: Checkpoint | undefined
  #isCounting = false
  /** What a server has said whose account has used up its hour. */
  #exhausted: DatabaseError | undefined
  readonly #stopping = new AbortController()
  /** Ends the recount that is under way. */
  #recountEnd = new AbortController()
  /** Whether what is under way is a first count. */
  #isFirst = false
  /** When the last round began, in milliseconds since 1970. */
  #roundMs = 0

  constructor(options: BackgroundCountsOptions) {
    this.#options = options
    this.#checkpoint = options.checkpoint
    this.#sleep = options.sleep ?? ((ms, signal) => sleep(ms, undefined, { signal, ref: false }))
  }

  /** The days that the first count leaves out; undefined before its first step. */
  get open(): OpenDays | undefined {
    return this.#firstCount?.open
  }

  /** What is not yet counted at all; the next run goes on from it. */
  get checkpoint(): Checkpoint | undefined {
    return this.#firstCount?.checkpoint ?? this.#checkpoint
  }

  /**
   * Throws, once, that the account may send nothing more in this hour: it goes for the polls, too.
   *
   * @throws DatabaseError of the kind `exhausted`
   */
  throwIfExhausted(): void {
    const error = this.#exhausted
    this.#exhausted = undefined
    if (error !== undefined) throw error
  }

  /** Tells that all numbers are known, when they are. */
  tellWhenComplete(): void {
    if (this.#isCounting && this.#options.knowledge.isComplete) this.#tell(undefined)
  }

  /**
   * Begins what is due. Nothing waits for that but the first numbers of all, for a while.
   *
   * @param roundMs when the round began that asks, in milliseconds since 1970
   * @throws what has failed, as long as not all numbers are known
   */
  async run(found: Found, roundMs: number): Promise<void> {
    const { knowledge, paces } = this.#options
    this.#roundMs = roundMs
    if (this.#stopping.signal.aborted) return
    const isFirst = !knowledge.isCounted(found)
    // Days are cut or counted in another way from now on: what a recount would find is of no use.
    if (isFirst && !this.#isFirst && this.#recounts.isRunning) {
      this.#recountEnd.abort()
      await this.#recounts.run(async () => undefined)
      paces.forget(recount)
    }
    const missing = isFirst ? this.#recounts : this.#periods
    const isWaitedFor = !knowledge.isComplete && !missing.isRunning
    if (isWaitedFor) this.#tell(counting(this.#firstCount?.progress))
    const runs = Promise.all([
      this.#recounts.run(() => this.#noting(this.#recount(found))),
      this.#periods.run(() => this.#noting(this.#readPeriods(found))),
    ])
    if (!isWaitedFor) return
    const given = new AbortController()
    const patience = sleep(patienceMs, undefined, { signal: given.signal, ref: false })
    await Promise.race([runs, patience.catch(() => undefined)])
    given.abort()
    const error = [this.#recounts.error, this.#periods.error].find(
      (each) => each !== undefined && each.name !== 'AbortError',
    )
    if (error === undefined || knowledge.isComplete) return
    if (error === this.#exhausted) this.#exhausted = undefined
    throw error
  }

  /** Ends what goes on, apart from a query, which the database ends when it is closed. */
  stop(): void {
    this.#stopping.abort()
    this.#recountEnd.abort()
  }

  async #noting(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'exhausted') this.#exhausted = error
      throw error
    }
  }

  #onError(error: Error): void {
    const { knowledge, onError } = this.#options
    if (error.name === 'AbortError') return
    knowledge.doubt(error)
    // Of what is missing altogether the round tells.
    if (knowledge.isComplete) onError(error)
  }

  async #recount(known: Found): Promise<void> {
    const { knowledge, paces, recountMs } = this.#options
    const isFirst = !knowledge.isCounted(known)
    this.#isFirst = isFirst
    this.#recountEnd = new AbortController()
    // Days that were cut or counted in another way: at once, unless that has just failed.
    if (isFirst && paces.of(recount)?.failure === undefined) paces.forget(recount)
    await paces.when(recount, this.#roundMs, (rest) => this.#count(rest, isFirst), recountMs)
    const failure = paces.of(recount)?.failure
    if (isFirst && failure !== undefined) throw failure
  }

  /** Looks for the plugin again and counts its closed days, part by part, each as of one moment. */
  async #count(rest: Rest, isFirst: boolean): Promise<void> {
    const { database, knowledge, share } = this.#options
    const { signal } = this.#recountEnd
    const factor = share * (isFirst ? firstRestFactor : restFactor)
    let count: FullCount | undefined
    let costMs = 0
    for (let steps = 1; ; steps += 1) {
      const ledger = await this.#inTurn(rest, async (query) => {
        const begunMs = database.stopwatch('snapshot')
        count ??= this.#begin(await knowledge.find(query), isFirst)
        const ledger = await count?.step(query)
        costMs += Math.max(0, database.stopwatch('snapshot') - begunMs)
        return ledger
      })
      if (count === undefined) return
      if (ledger !== undefined) {
        // Since the count began the plugin may have been updated.
        const found = steps === 1 ? count.found : await knowledge.find(database.query)
        this.#finish(count, found, ledger)
        return
      }
      if (isFirst) {
        this.#checkpoint = count.checkpoint
        this.#tell(counting(count.progress))
      }
      if (costMs < turnMs) continue
      await rest(() => this.#sleep((factor - 1) * costMs, signal))
      signal.throwIfAborted()
      costMs = 0
    }
  }

  /** Slow work has one connection, and to wait for it costs the database nothing. */
  async #inTurn<T>(rest: Rest, work: (query: Query) => Promise<T>): Promise<T> {
    let begin = () => {}
    const waited = rest(
      () =>
        new Promise<void>((resolve) => {
          begin = resolve
        }),
    )
    try {
      return await this.#options.database.snapshot((query) => {
        begin()
        return work(query)
      })
    } finally {
      begin()
      await waited
    }
  }

  #begin(found: Found, isFirst: boolean): FullCount | undefined {
    const { database, knowledge, partSize: size } = this.#options
    if (!knowledge.isOf(found)) {
      // The next round begins with the other one.
      knowledge.lookAgain()
      return undefined
    }
    const count = new FullCount({
      found,
      moment: knowledge.moment(found),
      checkpoint: isFirst ? this.#checkpoint : undefined,
      stopwatch: () => database.stopwatch('snapshot'),
      size,
      onBadRow: knowledge.onBadRow,
    })
    if (isFirst) {
      knowledge.take(found)
      this.#firstCount = count
    }
    return count
  }

  #finish({ found: counted }: FullCount, found: Found, ledger: Ledger): void {
    const { knowledge } = this.#options
    this.#firstCount = undefined
    this.#checkpoint = undefined
    const isSame = found.source.id === counted.source.id
    if (isSame && found.plan.layout === counted.plan.layout) knowledge.close(found, ledger)
    else knowledge.lookAgain()
  }

  #tell(counting: Counting | undefined): void {
    this.#isCounting = counting !== undefined
    this.#options.onCounting?.(counting)
  }

  /** Asks for the periods that are not the sum of their days, each when it is due. */
  async #readPeriods(found: Found): Promise<void> {
    const { knowledge, paces } = this.#options
    const { plan, source } = found
    const asked = plan.offers.filter(({ metric }) => plan.distinct?.includes(metric))
    for (const period of new Set(asked.map((offer) => offer.period))) {
      if (plan.period === undefined || period === 'online' || isDayOrNow(period)) continue
      const moment = knowledge.moment(found)
      const sql = plan.period(daysOf(period, moment.today), moment)
      await paces.poll(period, this.#roundMs, async (rest) => {
        const [row] = await this.#inTurn(rest, (query) => query(sql))
        const counts = toTally(row, source.name)
        for (const metric of plan.distinct ?? []) {
          knowledge.keep(found, metric, period, counts, moment, period)
        }
      })
    }
  }
}
