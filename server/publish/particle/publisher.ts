import { backoffMs } from '../../../common/backoff.ts'
import { messageOf } from '../../../common/errors.ts'
import type { Logger } from '../../../common/log.ts'
import {
  type CloudDevice,
  CloudError,
  type ParticleCloud,
  showFunction,
} from '../../../common/particle-cloud.ts'
import type { Metric, Period } from '../../../reading.ts'
import { agedReading } from '../../readings/aged-reading.ts'
import { chooseCount, chooseSite, nameOf } from '../../readings/choose-count.ts'
import type { SiteState } from '../../readings/poller.ts'
import { keyOf } from '../../readings/round.ts'
import type { Publisher } from '../publisher.ts'
import { pauseMs } from './budget.ts'
import { Delivery } from './delivery.ts'
import { ParticleMemory } from './memory.ts'

/** A device of the Particle Cloud, and what it is to show. */
export interface Desk {
  /** Name or id. */
  readonly device: string
  /** Visitors where the plugin has them, else views, when undefined. */
  readonly metric: Metric | undefined
  readonly period: Period
  /** The first when undefined. */
  readonly site: string | undefined
}

export interface ParticleOptions {
  readonly cloud: ParticleCloud
  /** One call for each device, which answers; or one event for all of them, which does not. */
  readonly mode: 'function' | 'event'
  /** In the mode `event` all show the same. */
  readonly desks: readonly Desk[]
  /** Data operations a month. */
  readonly budget: number
  readonly stateDir: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** What the firmware knows it by. */
const countEvent = 'visitors/count'
/** A cloud function answers 32 bits; the firmware answers this for all larger numbers too. */
const largestAnswer = 2_147_483_647

const leastPauseMs = 60_000
/** The firmware says that nothing comes any more after twice that. */
export const refreshMs = 900_000
/** The listing of the devices is free of operations. */
const lookMs = 60_000
/** A token that is refused stays refused, unless the cloud has erred. */
const refusedLookMs = 3_600_000

const retries = {
  away: { firstMs: 5000, mostMs: 300_000 },
  limit: { firstMs: 90_000, mostMs: 900_000 },
  device: { firstMs: 60_000, mostMs: 900_000 },
} as const

/** Shows readings on devices that run the firmware of `hardware/photon`. */
export function particlePublisher(
  options: ParticleOptions,
): (source: { sites(): readonly SiteState[] }) => Publisher {
  return (source) => new ParticlePublisher(options, () => source.sites())
}

class ParticlePublisher implements Publisher {
  readonly #options: ParticleOptions
  readonly #sites: () => readonly SiteState[]
  readonly #memory: ParticleMemory
  /** Made when the memory has been read. Key: a desk, or the event. */
  #deliveries: ReadonlyMap<string, Delivery> = new Map()
  /** Of each desk that the cloud told of; undefined while it is offline. Key: as in the settings. */
  readonly #sessions: Map<string, string | undefined> = new Map()
  /** What is wrong. Key: a desk, or `the cloud`, or `the budget`. */
  readonly #worries: Map<string, string> = new Map()
  #refused = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: ParticleOptions, sites: () => readonly SiteState[]) {
    this.#options = options
    this.#sites = sites
    this.#memory = new ParticleMemory({
      directory: options.stateDir,
      now: options.now,
      onTrouble: (message) => options.log.warn(message),
    })
  }

  start(): void {
    this.#looking = this.#begin()
  }

  update(): void {
    for (const delivery of this.#deliveries.values()) delivery.look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const ends = [...this.#deliveries.values()].map((delivery) => delivery.stop())
    this.#options.cloud.close()
    await Promise.all([...ends, this.#looking])
    await this.#memory.save()
  }

  health(): Record<string, unknown> {
    // The names of other devices are for the log: /health is for everyone.
    const worries = [...this.#worries].map(
      ([subject, worry]) => `${subject}: ${worry.replace(/(no such device); .*/, '$1')}`,
    )
    return {
      particle: this.#refused ? 'refused' : worries.length > 0 ? 'degraded' : 'ok',
      ...(worries.length > 0 ? { particleNote: worries.join('; ') } : {}),
      particleOperations: this.#memory.used,
      particleBudget: this.#options.budget,
    }
  }

  async #begin(): Promise<void> {
    await this.#memory.load()
    if (this.#stopped) return
    this.#deliveries = new Map(this.#open())
    await this.#look()
    if (this.#stopped) return
    for (const delivery of this.#deliveries.values()) delivery.start()
  }

  #open(): (readonly [receiver: string, Delivery])[] {
    const { mode, desks, cloud } = this.#options
    if (mode === 'function') {
      return desks.map((desk) => {
        const call = async (value: number) => {
          const answer = await cloud.call(desk.device, showFunction, String(value))
          if (answer === Math.min(value, largestAnswer)) return
          throw new CloudError('device', `it answers ${answer} to ${value}`, true)
        }
        return [desk.device, this.#deliver(desk.device, desk, call)]
      })
    }
    const publish = (value: number) => cloud.publish(countEvent, String(value))
    return desks.slice(0, 1).map((desk) => [countEvent, this.#deliver(countEvent, desk, publish)])
  }

  #deliver(receiver: string, desk: Desk, send: (value: number) => Promise<void>): Delivery {
    const { mode, desks, now } = this.#options
    // An event counts once, and once more for each device that gets it.
    const cost = mode === 'function' ? 1 : 1 + desks.length
    return new Delivery(
      {
        value: () => (this.#canHear(receiver) ? this.#valueFor(receiver, desk) : undefined),
        send: async (value) => {
          this.#memory.spend(receiver, cost)
          try {
            await send(value)
          } catch (error) {
            if (error instanceof CloudError && !error.passedOn) this.#memory.refund(cost)
            throw error
          }
        },
        pauseMs: () => this.#pauseMs(),
        refreshMs,
        retryMs: (error, failures) => this.#retryMs(receiver, error, failures),
        onAccepted: (sent) => {
          this.#memory.accepted(receiver, sent)
          this.#worry(receiver, undefined)
        },
        now,
      },
      this.#memory.sent(receiver),
    )
  }

  #canHear(receiver: string): boolean {
    if (this.#refused) return false
    return !this.#sessions.has(receiver) || this.#sessions.get(receiver) !== undefined
  }

  /**
   * A number that is old is not sent: that nothing comes is how the firmware learns of it. Nor is one that
   * another bridge reads, which sends it.
   */
  #valueFor(receiver: string, desk: Desk): number | undefined {
    const sites = this.#sites()
    const state = chooseSite(sites, desk)
    if (state === undefined && sites.every((each) => nameOf(each) !== undefined)) {
      const names = sites.map(nameOf).join(', ')
      this.#worry(receiver, `there is no site ${desk.site}; there are ${names}`)
    }
    if (state?.last === undefined || state.isTheirs) return undefined
    const { counts, source } = state.last
    const count = chooseCount(counts, desk)
    if (count === undefined) {
      const offered = counts.map(keyOf).join(', ')
      this.#worry(receiver, `${source} does not count what it is to show; it has ${offered}`)
      return undefined
    }
    const { value, stale } = agedReading(count, state, this.#options.now())
    return stale ? undefined : value
  }

  #pauseMs(): number {
    const { mode, desks, budget, now } = this.#options
    const { used } = this.#memory
    const costOfAll = mode === 'function' ? desks.length : 1 + desks.length
    const pause = pauseMs({ budget, used, costOfAll }, leastPauseMs, now())
    if (pause === Number.POSITIVE_INFINITY) {
      this.#worry('the budget', 'used up; nothing is sent until the next month')
    } else if (pause > leastPauseMs) {
      this.#worry('the budget', 'running short; numbers are sent less often')
    } else {
      this.#worry('the budget', undefined)
    }
    return pause
  }

  #retryMs(receiver: string, error: unknown, failures: number): number {
    const kind = error instanceof CloudError ? error.kind : 'away'
    if (kind === 'token') {
      this.#refuse()
      this.#lookIn(refusedLookMs)
    } else this.#worry(receiver, messageOf(error))
    const retry = kind === 'limit' || kind === 'device' ? retries[kind] : retries.away
    return backoffMs(failures, retry, this.#options.random)
  }

  /** Asks which devices are online, and again later. */
  async #look(): Promise<void> {
    const { cloud, desks } = this.#options
    try {
      const listed = await cloud.devices()
      this.#refused = false
      this.#worry('the cloud', undefined)
      for (const { device } of desks) this.#see(device, listed)
      this.update()
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'token') this.#refuse()
      else this.#worry('the cloud', messageOf(error))
    }
    this.#lookIn(this.#refused ? refusedLookMs : lookMs)
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
    }, ms)
  }

  /** A desk that has come back, or has been away between two looks, is told anew. */
  #see(desk: string, listed: readonly CloudDevice[]): void {
    const wanted = desk.toLowerCase()
    const found = listed.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted)
    const session = found?.session
    const isBack = this.#sessions.has(desk) && session !== this.#sessions.get(desk)
    this.#sessions.set(desk, session)
    if (session !== undefined) {
      const receiver = this.#options.mode === 'function' ? desk : countEvent
      if (isBack) this.#deliveries.get(receiver)?.renew()
      if (isBack) this.#worry(desk, undefined)
      return
    }
    const names = listed.map(({ name }) => name).join(', ')
    const unknown = `the account has no such device; it has ${names === '' ? 'none' : names}`
    this.#worry(desk, found === undefined ? unknown : 'offline')
  }

  #refuse(): void {
    this.#refused = true
    this.#worry(
      'the cloud',
      'the Particle Cloud refuses the access token; nothing is sent any more. Make a new one and start again with it',
    )
  }

  #worry(subject: string, worry: string | undefined): void {
    const { log } = this.#options
    if (this.#stopped || this.#worries.get(subject) === worry) return
    if (worry === undefined) {
      this.#worries.delete(subject)
      log.info(`Particle, ${subject}: all is well again`)
    } else {
      this.#worries.set(subject, worry)
      log.warn(`Particle, ${subject}: ${worry}`)
    }
  }
}
