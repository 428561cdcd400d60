import type { Logger } from '../../common/log.ts'
import { type BrokerAddress, describeBroker } from '../../common/mqtt/address.ts'
import { Broker, type Message } from '../../common/mqtt/broker.ts'
import { deskTopics, everySite, parseTopic, topics } from '../../common/mqtt/topics.ts'
import type { Finding } from '../../server/doctor.ts'

/** What the account at the broker is for. */
type BrokerUse =
  | { readonly kind: 'bridge' }
  | { readonly kind: 'desk'; readonly name: string }
  /** That cannot be told from the settings. */
  | { readonly kind: 'unknown' }

export interface BrokerCheck {
  readonly address: BrokerAddress
  readonly use: BrokerUse
  /** Whether Home Assistant is to be told. */
  readonly homeAssistant: boolean
  /** Of the connection. */
  readonly clientId: string
  readonly random: () => number
}

/** How long what was published may take to come back, and what is retained to come. */
const echoMs = 2000
const collectMs = 500
const keepaliveSeconds = 20
/** No site has this name, and nobody looks at these two topics of one that says nothing else. */
const trialSite = 'doctor'
const trialDiscovery = 'homeassistant/device/visitor_counter_doctor/config'
const document = 'docs/mqtt.md has an access list'

/** Connects to a broker, and tries what the account may do there. It leaves nothing behind. */
export async function checkBroker(
  { address, use, homeAssistant, clientId, random }: BrokerCheck,
  show: (finding: Finding) => void,
): Promise<void> {
  const name = describeBroker(address)
  const say = (status: Finding['status'], text: string, advice?: string) =>
    show({ subject: 'broker', status, text, ...(advice === undefined ? {} : { advice }) })
  const hello = use.kind === 'desk' ? deskTopics.hello(use.name) : topics.hello(trialSite)
  const claim = topics.claim(trialSite)
  const own = use.kind === 'desk' ? [deskTopics.status(use.name)] : []
  const trial = new Trial(address, clientId, random, [
    ...[`${everySite}/status`, hello, claim],
    ...own,
    ...(homeAssistant ? [trialDiscovery] : []),
  ])
  try {
    const reason = await trial.connect()
    if (reason !== undefined) {
      say('problem', `${name}: ${reason}`, connectAdvice(reason, address))
      return
    }
    await trial.passed(collectMs)
    say('ok', `${name} lets us in; ${sitesText(trial.retained)}`)
    const came = await trial.say({ topic: hello, payload: clientId }, false)
    if (use.kind === 'unknown' && came === 'refused') {
      say('ok', 'the account may only read: that is enough for device --feed mqtt and serve --from')
      return
    }
    const part =
      use.kind === 'desk'
        ? deskTopics.status(use.name).replace(/status$/, '#')
        : 'visitor-counter/#'
    const rule = `give the account "topic readwrite ${part}" (Mosquitto): ${document}`
    if (came !== 'came back') {
      say('problem', troubleAt(hello, came), rule)
      return
    }
    if (use.kind === 'desk') {
      const isThere = trial.retained.get(deskTopics.status(use.name)) === 'online'
      say(
        'ok',
        `the desk "${use.name}" may speak there${isThere ? ', and does: it is online' : ''}`,
      )
    } else if (await keeps(trial, claim, clientId)) {
      say('ok', 'counts can be published there, and are retained')
    } else {
      say(
        'problem',
        'what was published is not there any more for who comes later',
        'switch retained messages on at the broker (Mosquitto: retain_available true)',
      )
    }
    if (!homeAssistant) return
    // Empty: an entity that there never was is removed.
    const told = await trial.say({ topic: trialDiscovery, payload: '' }, false)
    // A desk need not read it.
    if (told === 'came back' || (told === 'lost' && use.kind === 'desk')) {
      const surely = told === 'came back' ? '' : ', as far as the broker says'
      say('ok', `Home Assistant can be told there (homeassistant/device/…/config)${surely}`)
    } else {
      const allow = 'give the account "topic readwrite homeassistant/device/+/config" (Mosquitto)'
      say('problem', troubleAt(trialDiscovery, told), `${allow}: ${document}`)
    }
  } finally {
    await trial.stop()
  }
}

/** Whether the broker has a retained message for a new connection. */
async function keeps(trial: Trial, topic: string, payload: string): Promise<boolean> {
  if ((await trial.say({ topic, payload }, true)) !== 'came back') return false
  trial.retained.clear()
  await trial.again()
  await trial.passed(collectMs)
  const isKept = trial.retained.get(topic) === payload
  await trial.say({ topic, payload: '' }, true)
  return isKept
}

type Outcome = 'came back' | 'refused' | 'lost'

function troubleAt(topic: string, outcome: Outcome): string {
  return outcome === 'refused'
    ? `it does not let this account write to ${topic}`
    : `what this account says at ${topic} does not come back: it may not write there, or not read`
}

function sitesText(retained: ReadonlyMap<string, string>): string {
  const sites = [...retained].flatMap(([topic, payload]) => {
    const { site, rest } = parseTopic(topic) ?? {}
    return site === undefined || rest !== 'status' ? [] : `${site} (${payload})`
  })
  if (sites.length === 0) return 'nobody publishes counts there that this account may read'
  const [first = '', ...more] = sites
  return `it has the counts of ${first}${more.length === 0 ? '' : ` and ${more.length} more`}`
}

/** The next step where no connection comes about. */
function connectAdvice(reason: string, { user, tls }: BrokerAddress): string {
  if (/nothing listens there/.test(reason)) {
    return 'start the broker, or correct host and port of --mqtt; Mosquitto listens on its own machine only, until its configuration has a "listener"'
  }
  if (/no such host/.test(reason)) return 'correct its name, or give its address'
  if (/refuses this user/.test(reason)) {
    return user === undefined
      ? 'it wants a name: --mqtt mqtt://user:password@…; with the add-on of Home Assistant that of any of its users'
      : 'correct user and password of --mqtt; : / ? # @ % in them are written %3A %2F %3F %23 %40 %25'
  }
  if (/not trusted/.test(reason)) return 'add ?ca=<file>, the certificate of who has signed it'
  if (/retains no messages/.test(reason)) {
    return 'switch retained messages on at the broker (Mosquitto: retain_available true)'
  }
  return tls
    ? 'is it an MQTT broker, and does that port speak TLS? Without: mqtt://'
    : 'is it an MQTT broker, and does that port want TLS? Then: mqtts://'
}

const noLog = () => undefined
const silent: Logger = { debug: noLog, info: noLog, warn: noLog, error: noLog }

/** A connection to try things with. */
class Trial {
  /** Key: topic. */
  readonly retained: Map<string, string> = new Map()
  readonly #broker: Broker
  #connected: (reason: string | undefined) => void = () => undefined
  #heard: (topic: string, outcome: Outcome, payload?: string) => void = () => undefined

  constructor(
    address: BrokerAddress,
    clientId: string,
    random: () => number,
    subscriptions: readonly string[],
  ) {
    this.#broker = new Broker({
      address,
      clientId,
      keepaliveSeconds,
      needsRetained: true,
      subscriptions,
      random,
      log: silent,
      onUp: () => this.#connected(undefined),
      onDown: () => {
        const [reason = 'the connection was cut'] = this.#broker.problems
        // A version of the protocol that it does not speak is followed by the other.
        if (!/does not speak MQTT/.test(reason)) this.#connected(reason)
      },
      onMessage: ({ topic, payload, retained }) => {
        if (retained) this.retained.set(topic, payload)
        else this.#heard(topic, 'came back', payload)
      },
      onRefused: (topic) => this.#heard(topic, 'refused'),
    })
  }

  /** Why it did not come about; undefined when it did. */
  connect(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#connected = resolve
      this.#broker.start()
    })
  }

  async again(): Promise<void> {
    const up = new Promise<unknown>((resolve) => {
      this.#connected = resolve
    })
    await this.#broker.reconnect()
    await Promise.race([up, this.passed(echoMs)])
  }

  /** Publishes a message, and waits until it comes back. */
  say(message: Message, retain: boolean): Promise<Outcome> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve('lost'), echoMs)
      this.#heard = (topic, outcome, payload) => {
        if (topic !== message.topic || (payload ?? message.payload) !== message.payload) return
        clearTimeout(late)
        resolve(outcome)
      }
      // A broker that ends the connection refuses as well.
      this.#connected = () => this.#heard(message.topic, 'refused')
      this.#broker.publish(message, retain)
    })
  }

  passed(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  stop(): Promise<void> {
    return this.#broker.stop()
  }
}
