import { isDue } from '../../../common/clock.ts'
import type { Logger } from '../../../common/log.ts'
import type { BrokerAddress } from '../../../common/mqtt/address.ts'
import { Broker, type Message, type Received } from '../../../common/mqtt/broker.ts'
import { clientIdOf } from '../../../common/mqtt/client-id.ts'
import { afterBirthMs, haStatusTopic } from '../../../common/mqtt/home-assistant.ts'
import { LeaderElection, type Role } from '../../../common/mqtt/leader-election.ts'
import { againMs } from '../../../common/mqtt/refusals.ts'
import { parseTopic, topics } from '../../../common/mqtt/topics.ts'
import type { Leadership } from '../../readings/leadership.ts'
import type { SiteState } from '../../readings/poller.ts'
import { Drafts } from './drafts.ts'
import type { HomeAssistant } from './home-assistant.ts'
import { obsolete, siteMessages, staleness } from './messages.ts'
import { SiteHeard } from './site-heard.ts'

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

/**
 * One site at a broker, over a connection of its own: a connection has one will. What the broker has
 * retained is compared with what it should have, and only the difference is sent: after a broker has
 * been away a subscriber with a persistent session gets what it missed, and nothing twice.
 */
export class MqttSite {
  readonly #options: MqttSiteOptions
  readonly #broker: Broker
  readonly #election: LeaderElection
  /** What the broker has retained, as far as we know. Key: topic. */
  readonly #retained: Map<string, string> = new Map()
  readonly #drafts: Drafts = new Drafts()
  /** What another process has published. */
  readonly #heard: SiteHeard
  /** What the broker does not take, and when it last said so. Key: topic. */
  readonly #refusedMs: Map<string, number> = new Map()
  /** Whether the connection that is being made has the will. */
  #hasWill = false
  #state: { readonly state: SiteState; readonly place: number } | undefined
  /** Of the readings that were last published. */
  #stale = ''
  /** What tells the round that was published last from others. */
  #round = ''
  #waiting: (() => void)[] = []
  #birth: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: MqttSiteOptions) {
    const { address, site, id, homeAssistant, random, log, onTurn } = options
    this.#options = options
    this.#heard = new SiteHeard(site)
    this.#election = new LeaderElection({
      id,
      random,
      publishClaim: (payload) => this.#broker.publish({ topic: topics.claim(site), payload }),
      hello: (payload) => this.#broker.publish({ topic: topics.hello(site), payload }, false),
      resign: () => this.#resign(),
      reconnect: () => void this.#broker.reconnect(),
      onChange: () => {
        const { role } = this.#election
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
      address,
      random,
      log,
      clientId: clientIdOf(id, site),
      keepaliveSeconds,
      needsRetained: true,
      subscriptions: [
        topics.all(site),
        ...(homeAssistant ? [haStatusTopic, homeAssistant.topic(site)] : []),
      ],
      will: () => {
        this.#hasWill = this.#election.wantsWill
        return this.#hasWill ? { topic: topics.status(site), payload: 'offline' } : undefined
      },
      onConnect: () => {
        this.#retained.clear()
        this.#election.connected(this.#hasWill)
      },
      onUp: () => this.#election.up(),
      onDown: () => this.#election.down(),
      onMessage: (message) => this.#hear(message),
      onRefused: (topic) => {
        this.#retained.delete(topic)
        this.#refusedMs.set(topic, options.now())
      },
    })
  }

  get role(): Role {
    return this.#election.role
  }

  /** What is wrong with the broker, for people. */
  get problems(): readonly string[] {
    return this.#broker.problems
  }

  start(): void {
    this.#broker.start()
  }

  async leadership(): Promise<Leadership> {
    if (this.#election.role === 'undecided' && !this.#stopped) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    if (this.#election.role !== 'standby') return { leader: 'us' }
    const { last, isAway } = this.#heard
    const failure = isAway ? 'the process that reads the database does not reach it' : undefined
    return { leader: 'other', last: last && { ...last, prefix: '' }, failure }
  }

  /** Publishes what has changed, if it is this process that reads the site. */
  update(state: SiteState, place: number): void {
    this.#state = { state, place }
    this.#stale = staleness(state, this.#options.now())
    const round = `${place} ${this.#stale} ${state.last?.counts.map(({ asOf, value }) => asOf + value)}`
    if (round === this.#round && this.#refusedMs.size === 0) return
    this.#round = round
    this.#send()
  }

  /** Publishes what time alone has changed: a reading gets old. */
  look(state: SiteState, place: number): void {
    const stale = staleness(state, this.#options.now())
    const isRefused = this.#refusedMs.size > 0
    if (stale === this.#stale && !isRefused && this.#state?.state.last === state.last) return
    this.update(state, place)
  }

  /** The site is gone: the process that has its seat removes the retained topics from the broker. */
  async retire(): Promise<void> {
    if (this.#election.mayPublish) {
      this.#state = undefined
      for (const topic of [...this.#retained.keys()]) this.#publish({ topic, payload: '' })
    }
    await this.#end()
  }

  /** Says goodbye first, so that another may take over at once. */
  async stop(): Promise<void> {
    if (this.#election.mayPublish) this.#resign()
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#birth)
    this.#election.stop()
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
      this.#election.hearHello(payload)
      return
    }
    // What a reader hears of its own site, but for these two, is its own voice.
    if (rest === 'claim') this.#election.hearClaim(payload)
    if (rest === 'status') this.#election.hearStatus(payload)
    if (retained || !this.#election.mayPublish || rest === 'claim' || rest === 'status') {
      if (payload === '') this.#retained.delete(topic)
      else this.#retained.set(topic, payload)
    }
    if (rest === 'status') this.#send()
    if (this.#election.mayPublish || rest === undefined) return
    const problem = this.#heard.hear(rest, payload)
    if (problem !== undefined) this.#options.log.warn(`${topic} ${problem}`)
    else if (this.#election.role === 'standby') this.#options.onTurn()
  }

  #send(): void {
    if (!this.#election.mayPublish || this.#state === undefined || this.#stopped) return
    const { homeAssistant, now } = this.#options
    const { state, place } = this.#state
    for (const topic of obsolete(state, this.#retained)) this.#publish({ topic, payload: '' })
    for (const message of [
      ...(homeAssistant?.messages(state, this.#retained) ?? []),
      ...siteMessages(state, place, this.#retained, this.#drafts, now()),
    ]) {
      if (this.#retained.get(message.topic) !== message.payload) this.#publish(message)
    }
  }

  #publish({ topic, payload }: Message): void {
    const refusedMs = this.#refusedMs.get(topic) ?? Number.NEGATIVE_INFINITY
    if (!isDue(this.#options.now(), refusedMs, againMs)) return
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
    this.#birth = setTimeout(() => {
      this.#retained.delete(homeAssistant.topic(site))
      this.#send()
    }, afterBirthMs(random))
  }
}
