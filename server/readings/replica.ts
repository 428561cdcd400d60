import type { Logger } from '../../common/log.ts'
import { type BrokerAddress, describeBroker } from '../../common/mqtt/address.ts'
import { Broker, type Received } from '../../common/mqtt/broker.ts'
import { clientIdOf } from '../../common/mqtt/client-id.ts'
import { everySite, parseTopic } from '../../common/mqtt/topics.ts'
import { SiteHeard } from '../publish/mqtt/site-heard.ts'
import type { SiteState } from './poller.ts'

export interface ReplicaOptions {
  readonly from: BrokerAddress
  /** Of this process, 16 letters and digits. */
  readonly id: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Told after each message that brought something, and of which site. */
  readonly onRound: (site: string) => void
}

const keepaliveSeconds = 10
/** How long nobody need vouch for a number: a standby takes 2 to 3 seconds to take over. */
const graceMs = 10_000

/** A site, and since when it has been vouched for by nobody. */
interface Known {
  readonly heard: SiteHeard
  /** When its bridge was last known to be there. */
  onlineMs: number
}

/**
 * The sites of a broker, as the bridges that read their databases publish them. It keeps what it has
 * heard: neither a bridge that is away nor a broker takes a number from it, they only get old.
 */
export class Replica {
  readonly #options: ReplicaOptions
  readonly #broker: Broker
  /** Key: name of the site. */
  readonly #sites: Map<string, Known> = new Map()
  #isUp = false

  constructor(options: ReplicaOptions) {
    const { from, id, random, log } = options
    this.#options = options
    this.#broker = new Broker({
      address: from,
      clientId: clientIdOf(id, 'replica'),
      keepaliveSeconds,
      random,
      log,
      subscriptions: ['site', 'status', 'database', '+/+/attributes'].map(
        (leaf) => `${everySite}/${leaf}`,
      ),
      onUp: () => {
        this.#isUp = true
      },
      onDown: () => {
        if (this.#isUp) for (const known of this.#sites.values()) this.#vouch(known)
        this.#isUp = false
      },
      onMessage: (message) => this.#hear(message),
    })
  }

  /** The sites that are known; one without readings while none is. */
  get states(): SiteState[] {
    const sites = [...this.#sites.values()].flatMap((known) => {
      const { last, place } = known.heard
      return last === undefined ? [] : [{ known, last, place }]
    })
    if (sites.length === 0) {
      const failure = this.#isUp
        ? undefined
        : `no connection to ${describeBroker(this.#options.from)}`
      return [{ name: undefined, last: undefined, failure }]
    }
    return sites
      .sort((a, b) => a.place - b.place || (a.last.site < b.last.site ? -1 : 1))
      .map(({ known, last }) => ({
        name: undefined,
        last: { ...last, prefix: '' },
        failure: this.#failure(known),
      }))
  }

  /** There is nothing to remember: the broker does that. */
  async load(): Promise<void> {}

  async start(): Promise<void> {
    this.#broker.start()
  }

  async stop(): Promise<void> {
    await this.#broker.stop()
  }

  /** A bridge or a broker that has just gone is not yet a failure: another may take over. */
  #failure({ heard, onlineMs }: Known): string | undefined {
    if (heard.isAway) return 'the bridge does not reach its database'
    if (this.#isUp && heard.isOnline) return undefined
    const counts = heard.last?.counts ?? []
    const readMs = Math.max(...counts.map(({ asOf }) => Date.parse(asOf)))
    if (this.#options.now() - Math.max(readMs, onlineMs) <= graceMs) return undefined
    return this.#isUp
      ? 'the bridge that reads the database is away'
      : `no connection to ${describeBroker(this.#options.from)}`
  }

  /** Notes that its bridge is there at this moment, if it is. */
  #vouch(known: Known): void {
    if (known.heard.isOnline) known.onlineMs = this.#options.now()
  }

  #hear({ topic, payload }: Received): void {
    const { log, onRound } = this.#options
    const { site, rest } = parseTopic(topic) ?? {}
    if (site === undefined || rest === undefined) return
    const known = this.#sites.get(site) ?? {
      heard: new SiteHeard(site),
      onlineMs: Number.NEGATIVE_INFINITY,
    }
    if (this.#isUp) this.#vouch(known)
    const isNew = known.heard.last === undefined
    const problem = known.heard.hear(rest, payload)
    if (problem !== undefined) {
      log.warn(`${topic} ${problem}`)
      return
    }
    this.#sites.set(site, known)
    const { last } = known.heard
    if (isNew && last !== undefined) {
      log.info(`${site}: ${last.source}, from ${describeBroker(this.#options.from)}`)
    }
    if (rest === 'site' && payload === '') this.#sites.delete(site)
    onRound(site)
  }
}
