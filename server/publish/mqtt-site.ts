import * as v from 'valibot'
import { Broker, type BrokerAddress, type Message, type Received } from '../../broker.ts'
import type { Logger } from '../../log.ts'
import { parseTopic, topics } from '../../topics.ts'
import type { SiteState } from '../readings/poller.ts'
import type { Turn } from '../readings/turn.ts'
import { type HomeAssistant, haStatusTopic } from './home-assistant.ts'
import { obsolete, SiteDocument, siteMessages } from './messages.ts'
import { type Role, Seat } from './seat.ts'

export interface MqttSiteOptions {
  readonly address: BrokerAddress
  readonly site: string
  /** Of this process, 16 letters and digits. */
  readonly id: string
  /** Undefined where Home Assistant is not to find the site. */
  readonly homeAssistant: HomeAssistant | undefined
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Told when it is another's turn to read the site, or another has read it. */
  readonly onTurn: () => void
}

/** So soon a reader that has lost its power is missed. */
const keepaliveSeconds = 5
/** Home Assistant that has just come up is busy; as many bridges should not all answer at once. */
const birthMs = { least: 2000, most: 20_000 }

/**
 * One site at a broker, over a connection of its own: a connection has one will. What the broker has
 * retained is compared with what it should have, and only the difference is sent: after a broker has
 * been away a subscriber with a persistent session gets what it missed, and nothing twice.
 */
export class MqttSite {
  readonly #options: MqttSiteOptions
  readonly #broker: Broker
  readonly #seat: Seat
  /** What the broker has retained, as far as we know. Key: topic. */
  readonly #retained: Map<string, string> = new Map()
  /** Whether the connection that is being made has the will. */
  #hasWill = false
  #state: { readonly state: SiteState; readonly place: number } | undefined
  #waiting: (() => void)[] = []
  #birth: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: MqttSiteOptions) {
    const { address, site, id, homeAssistant, random, log, onTurn } = options
    this.#options = options
    this.#seat = new Seat({
      ...{ id, random },
      publishClaim: (payload) => this.#broker.publish({ topic: topics.claim(site), payload }),
      hello: (payload) => this.#broker.publish({ topic: topics.hello(site), payload }, false),
      resign: () => this.#resign(),
      reconnect: () => void this.#broker.reconnect(),
      onChange: () => {
        const { role } = this.#seat
        if (role === 'reader') log.info(`${site}: this process reads the database`)
        if (role === 'standby') log.info(`${site}: another process reads the database; standing by`)
        if (role === 'alone') log.warn(`${site}: reading the database without the MQTT broker`)
        for (const resolve of this.#waiting.splice(0)) resolve()
        onTurn()
        this.#send()
      },
      onTold: () => this.#send(),
    })
    this.#broker = new Broker({
      ...{ address, random, log },
      clientId: `vc${id}`,
      keepaliveSeconds,
      subscriptions: [
        topics.all(site),
        ...(homeAssistant ? [haStatusTopic, homeAssistant.topic(site)] : []),
      ],
      will: () => {
        this.#hasWill = this.#seat.wantsWill
        return this.#hasWill ? { topic: topics.status(site), payload: 'offline' } : undefined
      },
      onConnect: () => {
        this.#retained.clear()
        this.#seat.connected(this.#hasWill)
      },
      onUp: () => this.#seat.up(),
      onDown: () => this.#seat.down(),
      onMessage: (message) => this.#hear(message),
    })
  }

  get role(): Role {
    return this.#seat.role
  }

  start(): void {
    this.#broker.start()
  }

  async turn(): Promise<Turn> {
    if (this.#seat.role === 'undecided' && !this.#stopped) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    const { site } = this.#options
    const document = this.#retained.get(topics.site(site))
    if (this.#seat.role !== 'standby') return { whose: 'ours' }
    const failure =
      this.#retained.get(topics.database(site)) === 'offline'
        ? 'the process that reads the database does not reach it'
        : undefined
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), SiteDocument), document)
    if (!parsed.success) return { whose: 'theirs', last: undefined, failure }
    const { place: _, ...last } = parsed.output
    return { whose: 'theirs', last: { ...last, prefix: '' }, failure }
  }

  /** Publishes what has changed, if it is this process that reads the site. */
  update(state: SiteState, place: number): void {
    this.#state = { state, place }
    this.#send()
  }

  /** Says goodbye first, so that another may take over at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#birth)
    if (this.#seat.mayPublish) this.#resign()
    this.#seat.stop()
    for (const resolve of this.#waiting.splice(0)) resolve()
    await this.#broker.stop()
  }

  #resign(): void {
    this.#broker.publish({ topic: topics.status(this.#options.site), payload: 'offline' })
  }

  #hear({ topic, payload, retained }: Received): void {
    if (topic === haStatusTopic) {
      if (payload === 'online' && !retained) this.#afterBirth()
      return
    }
    const rest = parseTopic(topic)?.rest
    if (rest === 'hello') {
      this.#seat.hearHello(payload)
      return
    }
    // What a reader hears of its own site, but for these two, is its own voice.
    if (rest === 'claim') this.#seat.hearClaim(payload)
    if (rest === 'status') this.#seat.hearStatus(payload)
    if (retained || !this.#seat.mayPublish || rest === 'claim' || rest === 'status') {
      if (payload === '') this.#retained.delete(topic)
      else this.#retained.set(topic, payload)
    }
    if (rest === 'status') this.#send()
    if (this.#seat.role === 'standby' && (rest === 'site' || rest === 'database')) {
      this.#options.onTurn()
    }
  }

  #send(): void {
    if (!this.#seat.mayPublish || this.#state === undefined || this.#stopped) return
    const { homeAssistant, now } = this.#options
    const { state, place } = this.#state
    for (const topic of obsolete(state, this.#retained)) this.#publish({ topic, payload: '' })
    for (const message of [
      ...(homeAssistant?.messages(state, this.#retained) ?? []),
      ...siteMessages(state, place, this.#retained, now()),
    ]) {
      if (this.#retained.get(message.topic) !== message.payload) this.#publish(message)
    }
  }

  #publish({ topic, payload }: Message): void {
    this.#broker.publish({ topic, payload })
    if (payload === '') this.#retained.delete(topic)
    else this.#retained.set(topic, payload)
  }

  /**
   * Home Assistant has started: it gets the discovery document again, and subscribes to the states
   * that it names, which are retained.
   */
  #afterBirth(): void {
    const { homeAssistant, site, random } = this.#options
    if (homeAssistant === undefined) return
    clearTimeout(this.#birth)
    this.#birth = setTimeout(
      () => {
        this.#retained.delete(homeAssistant.topic(site))
        this.#send()
      },
      birthMs.least + random() * (birthMs.most - birthMs.least),
    )
  }
}
