import { messageOf } from '../../../common/errors.ts'
import type { Logger } from '../../../common/log.ts'
import type { BrokerAddress } from '../../../common/mqtt/address.ts'
import { Broker } from '../../../common/mqtt/broker.ts'
import type { AppOptions } from '../../formats/awtrix.ts'
import { awtrixNgApp } from '../../formats/awtrix-ng.ts'
import { awtrix3App } from '../../formats/awtrix3.ts'
import type { AgedReading } from '../../readings/aged-reading.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Publisher } from '../publisher.ts'
import { shownReading } from '../shown-reading.ts'
import { type Clock, clockName } from './clock.ts'
import { type AppDocuments, appName, pushOverHttp } from './http.ts'

export interface AwtrixOptions {
  readonly clocks: readonly Clock[]
  /** Undefined where no clock is at a broker. */
  readonly broker: { readonly address: BrokerAddress; readonly clientId: string } | undefined
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** A reading also gets old without a round of queries. */
const lookMs = 1000
/** An app lives for three of these after its bridge has died. */
const refreshSeconds = 60
/** A clock draws a change a second later, and has better things to do than to be told each one. */
const leastMs = 5000
const keepaliveSeconds = 30

/** What a clock was told last. */
interface Told {
  readonly text: string
  readonly ms: number
}

/**
 * Pushes an app to clocks with AWTRIX 3 or NG, again each minute: apps live in the memory of a clock, and
 * vanish when nobody pushes them any more.
 */
export function awtrixPublisher(
  options: AwtrixOptions,
): (source: { sites(): readonly SiteState[] }) => Publisher {
  return ({ sites }) => new AwtrixPublisher(options, sites)
}

class AwtrixPublisher implements Publisher {
  readonly #options: AwtrixOptions
  readonly #sites: () => readonly SiteState[]
  readonly #broker: Broker | undefined
  #isUp = false
  /** Key: a clock. */
  readonly #told: Map<Clock, Told> = new Map()
  /** Key: a clock that an answer is awaited of. */
  readonly #busy: Map<Clock, Promise<void>> = new Map()
  /** What is wrong. Key: a clock. */
  readonly #worries: Map<Clock, string> = new Map()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: AwtrixOptions, sites: () => readonly SiteState[]) {
    this.#options = options
    this.#sites = sites
    const { broker, random, log } = options
    this.#broker =
      broker &&
      new Broker({
        ...broker,
        keepaliveSeconds,
        // AWTRIX NG says it with each connection, and has forgotten its apps then.
        subscriptions: options.clocks.flatMap(({ at }) =>
          'prefix' in at ? `${at.prefix}/state/prefix` : [],
        ),
        random,
        log,
        onUp: () => {
          this.#isUp = true
          this.update()
        },
        onDown: () => {
          this.#isUp = false
        },
        onMessage: ({ topic, retained }) => {
          if (retained) return
          for (const clock of options.clocks) {
            const { at } = clock
            if ('prefix' in at && topic === `${at.prefix}/state/prefix`) this.#told.delete(clock)
          }
          this.update()
        },
      })
  }

  start(): void {
    this.#broker?.start()
    this.#timer = setInterval(() => this.update(), lookMs)
  }

  update(): void {
    for (const clock of this.#options.clocks) this.#look(clock)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await Promise.all([...this.#busy.values(), this.#broker?.stop()])
  }

  health(): Record<string, unknown> {
    // Addresses of other devices are for the log: /health is for everyone.
    const worries = this.#worries.size
    return { awtrix: worries === 0 ? 'ok' : `${worries} of ${this.#options.clocks.length} away` }
  }

  /** Of what is not known nothing is pushed: an app that is there goes by itself. */
  #look(clock: Clock): void {
    const nowMs = this.#options.now()
    const reading = shownReading(this.#sites(), clock.query, nowMs)
    if (reading === undefined || reading === 'theirs') return
    if (this.#isStopped || this.#busy.has(clock) || ('prefix' in clock.at && !this.#isUp)) return
    const text = `${reading.value} ${reading.stale}`
    const before = this.#told.get(clock)
    const sinceMs = nowMs - (before?.ms ?? Number.NEGATIVE_INFINITY)
    if (sinceMs < (text === before?.text ? refreshSeconds * 1000 : leastMs)) return
    // A clock that is away is tried again as often as one that is there is told.
    this.#told.set(clock, { text, ms: nowMs })
    const pushed = this.#push(
      clock,
      documents(reading, { icon: clock.icon, every: refreshSeconds }),
    )
      .then(() => this.#worry(clock, undefined))
      .catch((error: unknown) => {
        this.#told.set(clock, { text: '', ms: nowMs + refreshSeconds * 1000 - leastMs })
        this.#worry(clock, messageOf(error))
      })
      .finally(() => this.#busy.delete(clock))
    this.#busy.set(clock, pushed)
  }

  async #push({ at }: Clock, app: AppDocuments): Promise<void> {
    if ('url' in at) return await pushOverHttp(at.url, app)
    // Both: which version a clock has is not to be seen at its topics, and each leaves the other's alone.
    const both = [
      [`${at.prefix}/custom/${appName}`, app.awtrix3],
      [`${at.prefix}/cmd/apps/pushed/${appName}`, app.awtrixNg],
    ] as const
    for (const [topic, document] of both) {
      this.#broker?.publish({ topic, payload: JSON.stringify(document) }, false)
    }
  }

  #worry(clock: Clock, worry: string | undefined): void {
    const { log } = this.#options
    if (this.#isStopped || this.#worries.get(clock) === worry) return
    if (worry === undefined) {
      this.#worries.delete(clock)
      log.info(`AWTRIX, ${clockName(clock)}: all is well again`)
    } else {
      this.#worries.set(clock, worry)
      log.warn(`AWTRIX, ${clockName(clock)}: ${worry}; trying again`)
    }
  }
}

/** An app whose bridge has died vanishes, instead of being marked as the routes for cron lines have it. */
function documents(reading: AgedReading, push: AppOptions): AppDocuments {
  return {
    awtrix3: { ...awtrix3App(reading, push), lifetimeMode: 0 },
    awtrixNg: { ...awtrixNgApp(reading, push), lifetimeExpiry: 'remove' },
  }
}
