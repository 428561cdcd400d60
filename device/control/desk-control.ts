import type { Logger } from '../../common/log.ts'
import { type BrokerAddress, describeBroker } from '../../common/mqtt/address.ts'
import { Broker, type Received } from '../../common/mqtt/broker.ts'
import { clientIdOf } from '../../common/mqtt/client-id.ts'
import { afterBirthMs, discoveryTopic, haStatusTopic } from '../../common/mqtt/home-assistant.ts'
import { LeaderElection } from '../../common/mqtt/leader-election.ts'
import { againMs } from '../../common/mqtt/refusals.ts'
import {
  type DeskFact,
  deskTopics,
  everySite,
  parseTopic,
  topics,
} from '../../common/mqtt/topics.ts'
import { metrics, periods } from '../../reading.ts'
import type { DisplayState } from '../run.ts'
import { asSet, type Command, parseCommand } from './command.ts'
import { deskId, discovery } from './home-assistant.ts'
import { inOrder } from './offers.ts'
import { Throttle } from './throttle.ts'

export interface DeskControlOptions {
  readonly address: BrokerAddress
  /** Of the desk, one at the broker. */
  readonly name: string
  /** Of this process, 16 letters and digits. */
  readonly id: string
  /** Of this program, where Home Assistant is to find the desk. */
  readonly discovery: { readonly version: string } | undefined
  /** What the desk can show, as `visitors.today`; none where there is nothing to choose. */
  readonly readings: readonly string[]
  /** Where this broker has the counts: of which site they are; any in place of undefined. */
  readonly counts: { readonly site: string | undefined } | undefined
  readonly random: () => number
  readonly log: Logger
}

/** A desk that has lost its power is missed after one and a half of it. */
const keepaliveSeconds = 10
/** A number that rolls changes many times a second; who does not see it needs less. */
const textEveryMs = 1000
/** Until all that a site has retained has come. */
const collectMs = 300

/**
 * A desk at a broker: it says how it is, and does what it is told. One desk has a name; another of that name
 * stands by, says so, and takes no commands. Only what is said while it listens counts: a retained command
 * would be carried out again at each start.
 */
export class DeskControl {
  readonly #options: DeskControlOptions
  readonly #broker: Broker
  readonly #election: LeaderElection
  readonly #text: Throttle<string>
  readonly #facts: Map<DeskFact, string> = new Map()
  /** What the broker has from us over this connection. Key: topic. */
  readonly #sent: Map<string, string> = new Map()
  #obey: (command: Command) => void = () => undefined
  #readings: readonly string[]
  /** That the broker has. */
  readonly #counts: Set<string> = new Set()
  /** Whether the connection that is being made has the will. */
  #hasWill = false
  #isUp = false
  /** The refusal that was logged last. */
  #said = ''
  #birth: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #collecting: NodeJS.Timeout | undefined

  constructor(options: DeskControlOptions) {
    const { address, name, id, random, log } = options
    this.#options = options
    this.#readings = options.readings
    this.#text = new Throttle(textEveryMs, (text) => this.#fact('text', text))
    this.#election = new LeaderElection({
      id,
      random,
      publishClaim: (payload) => this.#broker.publish({ topic: deskTopics.claim(name), payload }),
      hello: (payload) => this.#broker.publish({ topic: deskTopics.hello(name), payload }, false),
      resign: () => this.#resign(),
      reconnect: () => void this.#broker.reconnect(),
      onChange: () => this.#tellRole(),
      onTold: () => this.#send(),
    })
    this.#broker = new Broker({
      address,
      random,
      log,
      clientId: clientIdOf(id, `desk control ${name}`),
      keepaliveSeconds,
      needsRetained: true,
      subscriptions: [
        deskTopics.status(name),
        deskTopics.claim(name),
        deskTopics.hello(name),
        deskTopics.commands(name),
        ...(options.discovery === undefined ? [] : [haStatusTopic]),
        ...readingFilters(options.counts),
      ],
      will: () => {
        this.#hasWill = this.#election.wantsWill
        return this.#hasWill ? { topic: deskTopics.status(name), payload: 'offline' } : undefined
      },
      onConnect: () => {
        this.#sent.clear()
        this.#election.connected(this.#hasWill)
      },
      onUp: () => {
        this.#isUp = true
        this.#election.up()
      },
      onDown: () => {
        this.#isUp = false
        this.#election.down()
      },
      onMessage: (message) => this.#hear(message),
      onRefused: (topic) => {
        this.#sent.delete(topic)
        clearTimeout(this.#again)
        this.#again = setTimeout(() => this.#send(), againMs)
      },
    })
  }

  /** @param obey carries out what the desk is told */
  start(obey: (command: Command) => void): void {
    this.#obey = obey
    this.#broker.start()
  }

  /** Makes known how the desk is. */
  report({ text, ...facts }: Readonly<Partial<Record<DeskFact, string>>>): void {
    for (const [fact, value] of Object.entries(facts)) this.#fact(fact as DeskFact, value)
    if (text !== undefined) this.#text.put(text)
  }

  /** Makes known what can be shown. */
  offer(readings: readonly string[]): void {
    this.#readings = readings
    this.#send()
  }

  /** Says goodbye first. */
  async stop(): Promise<void> {
    if (this.#election.mayPublish) this.#resign()
    clearTimeout(this.#birth)
    clearTimeout(this.#again)
    clearTimeout(this.#collecting)
    this.#text.stop()
    this.#election.stop()
    await this.#broker.stop()
  }

  #resign(): void {
    this.#broker.publish({ topic: deskTopics.status(this.#options.name), payload: 'offline' })
  }

  #tellRole(): void {
    const { address, name, log } = this.#options
    const { role } = this.#election
    if (role === 'reader') log.info(`${describeBroker(address)}: this desk is "${name}"`)
    if (role === 'standby') {
      log.warn(
        `${describeBroker(address)}: another desk has the name "${name}"; this one shows its count but takes no commands while that one is there; give one of them another --name`,
      )
    }
    if (role === 'alone' && this.#isUp) {
      log.warn(
        `${describeBroker(address)} does not keep what this desk says at ${deskTopics.claim(name)}, so it takes no commands; does the broker's access list let it write there?`,
      )
    }
    this.#send()
  }

  #hear({ topic, payload, retained }: Received): void {
    const { name, log } = this.#options
    switch (topic) {
      case haStatusTopic:
        if (payload === 'online' && !retained) this.#afterBirth()
        return
      case deskTopics.hello(name):
        this.#election.hearHello(payload)
        return
      case deskTopics.claim(name):
        this.#election.hearClaim(payload)
        return
      case deskTopics.status(name):
        this.#election.hearStatus(payload)
        this.#sent.set(topic, payload)
        this.#send()
        return
    }
    const count = parseTopic(topic)
    if (count !== undefined) {
      this.#count(count.rest.replace('/', '.'), payload !== '')
      return
    }
    // An empty one takes a retained command back.
    if (retained || payload === '' || !this.#election.mayPublish) return
    const [, command = ''] = /\/([^/]+)\/set$/.exec(topic) ?? []
    const parsed = parseCommand(command, payload, this.#readings)
    if (typeof parsed !== 'string') {
      this.#said = ''
      this.#obey(parsed)
      return
    }
    const problem = `${topic}: ${parsed}`
    if (problem !== this.#said) log.warn(problem)
    this.#said = problem
  }

  /** A site has a count, or has it no more. */
  #count(reading: string, isThere: boolean): void {
    if (this.#counts.has(reading) === isThere) return
    if (isThere) this.#counts.add(reading)
    else this.#counts.delete(reading)
    clearTimeout(this.#collecting)
    this.#collecting = setTimeout(() => {
      if (this.#counts.size > 0) this.offer(inOrder(this.#counts))
    }, collectMs)
  }

  #fact(fact: DeskFact, value: string): void {
    if (this.#facts.get(fact) === value) return
    this.#facts.set(fact, value)
    this.#send()
  }

  /** Whoever sees `online`, which comes last, finds all else as it is. */
  #send(): void {
    if (!this.#election.mayPublish) return
    const { name, discovery: wanted } = this.#options
    if (wanted !== undefined) {
      const document = discovery(name, this.#choice(), wanted.version)
      this.#publish(discoveryTopic(deskId(name)), JSON.stringify(document))
    }
    for (const [fact, value] of this.#facts) this.#publish(deskTopics.fact(name, fact), value)
    this.#publish(deskTopics.status(name), 'online')
  }

  /** What is shown is among what can be, or Home Assistant would not know it. */
  #choice(): readonly string[] {
    const shown = this.#facts.get('show')
    return shown === undefined || shown === asSet || this.#readings.includes(shown)
      ? this.#readings
      : [...this.#readings, shown]
  }

  #publish(topic: string, payload: string): void {
    if (this.#sent.get(topic) === payload) return
    this.#sent.set(topic, payload)
    this.#broker.publish({ topic, payload })
  }

  #afterBirth(): void {
    clearTimeout(this.#birth)
    this.#birth = setTimeout(() => {
      this.#sent.delete(discoveryTopic(deskId(this.#options.name)))
      this.#send()
    }, afterBirthMs(this.#options.random))
  }
}

/** What is made known of a display. */
export function factsOf({ isOn, step, text }: DisplayState): Partial<Record<DeskFact, string>> {
  return { power: isOn ? 'on' : 'off', brightness: String(step), text }
}

/** Filters for all numbers of a site, or of every site. */
function readingFilters(counts: DeskControlOptions['counts']): string[] {
  if (counts === undefined) return []
  const { site } = counts
  return metrics.flatMap((metric) =>
    periods.map((period) =>
      site === undefined
        ? `${everySite}/${metric}/${period}`
        : topics.reading(site, metric, period),
    ),
  )
}
