import * as v from 'valibot'
import type { Logger } from '../../common/log.ts'
import {
  Broker,
  type BrokerAddress,
  describeBroker,
  type Received,
} from '../../common/mqtt/broker.ts'
import { clientIdOf } from '../../common/mqtt/client-id.ts'
import { everySite, parseTopic } from '../../common/mqtt/topics.ts'
import { SiteDocument } from '../publish/mqtt/messages.ts'
import type { SiteState } from './poller.ts'

export interface ReplicaOptions {
  readonly from: BrokerAddress
  /** Of this process, 16 letters and digits. */
  readonly id: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Told after each message that brought something. */
  readonly onRound: () => void
}

const keepaliveSeconds = 10

type Known = v.InferOutput<typeof SiteDocument>

/** Whether a document is of the site whose topic it came by: one that is not would speak for another. */
function isOf(name: string): (document: Known) => boolean {
  return ({ site, counts }) => [site, ...counts.map((count) => count.site)].every((s) => s === name)
}

/** What a broker has said of a site. */
interface Heard {
  document?: Known
  status?: string
  database?: string
}

/**
 * The sites of a broker, as the bridges that read their databases publish them. It keeps what it has
 * heard: neither a bridge that is away nor a broker takes a number from it, they only get old.
 */
export class Replica {
  readonly #options: ReplicaOptions
  readonly #broker: Broker
  /** Key: name of the site. */
  readonly #sites: Map<string, Heard> = new Map()
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
      subscriptions: ['site', 'status', 'database'].map((leaf) => `${everySite}/${leaf}`),
      onUp: () => {
        this.#isUp = true
      },
      onDown: () => {
        this.#isUp = false
      },
      onMessage: (message) => this.#hear(message),
    })
  }

  /** The sites that are known; one without readings while none is. */
  get states(): SiteState[] {
    const known = [...this.#sites.values()].flatMap((heard) => {
      const { document } = heard
      return document === undefined ? [] : [{ heard, document }]
    })
    if (known.length === 0) {
      const failure = this.#isUp
        ? undefined
        : `no connection to ${describeBroker(this.#options.from)}`
      return [{ name: undefined, last: undefined, failure }]
    }
    return known
      .sort(({ document: a }, { document: b }) => a.place - b.place || (a.site < b.site ? -1 : 1))
      .map(({ heard, document: { place: _, ...last } }) => ({
        name: undefined,
        last: { ...last, prefix: '' },
        failure: this.#failure(heard, last.counts),
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

  /** A bridge that has just gone is not yet a failure: another may take over. */
  #failure({ status, database }: Heard, counts: Known['counts']): string | undefined {
    if (database === 'offline') return 'the bridge does not reach its database'
    const dueMs = Math.max(...counts.map(({ asOf, everyMs }) => Date.parse(asOf) + 2 * everyMs))
    if (dueMs >= this.#options.now()) return undefined
    if (!this.#isUp) return `no connection to ${describeBroker(this.#options.from)}`
    return status === 'online' ? undefined : 'the bridge that reads the database is away'
  }

  #hear({ topic, payload }: Received): void {
    const { log, onRound } = this.#options
    const { site = '', rest } = parseTopic(topic) ?? {}
    const heard = this.#sites.get(site) ?? {}
    this.#sites.set(site, heard)
    if (rest === 'status') heard.status = payload
    if (rest === 'database') heard.database = payload
    if (rest === 'site' && payload === '') this.#sites.delete(site)
    if (rest === 'site' && payload !== '') {
      const parsed = v.safeParse(
        v.pipe(v.string(), v.parseJson(), SiteDocument, v.check(isOf(site), 'of another site')),
        payload,
      )
      if (!parsed.success) {
        log.warn(`${topic} is no document of a bridge: ${parsed.issues[0].message}`)
        return
      }
      if (heard.document === undefined) {
        log.info(`${site}: ${parsed.output.source}, from ${describeBroker(this.#options.from)}`)
      }
      heard.document = parsed.output
    }
    onRound()
  }
}
