import { readFileSync } from 'node:fs'
import type { MqttClient } from 'mqtt'
import { backoffMs } from '../backoff.ts'
import { networkReason } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type BrokerAddress, describeBroker } from './address.ts'
import { againMs, Refusals } from './refusals.ts'

export interface Message {
  readonly topic: string
  readonly payload: string
}

export interface Received extends Message {
  /** Whether it was there before we asked for it. */
  readonly retained: boolean
}

export interface BrokerOptions {
  readonly address: BrokerAddress
  /** Of this connection alone. */
  readonly clientId: string
  /** A silent peer counts as dead after one and a half of this (MQTT 5, 3.1.2.10). */
  readonly keepaliveSeconds: number
  /** Filters to subscribe to with every connection. */
  readonly subscriptions: readonly string[]
  /** Whether a broker that retains nothing is of no use. */
  readonly needsRetained?: boolean
  /** The last will of the next connection; MQTT takes it in CONNECT only. */
  readonly will?: () => Message | undefined
  readonly random: () => number
  readonly log: Logger
  /** A connection is new: the retained messages may follow at once. */
  readonly onConnect?: () => void
  /** The broker has taken the subscriptions. */
  readonly onUp: () => void
  readonly onDown: () => void
  readonly onMessage: (message: Received) => void
  /** The broker does not take what was published to this topic. */
  readonly onRefused?: (topic: string) => void
}

const connectMs = 10_000
/** Of one message: the document of a site with the days of a year has 19 KB. */
const mostBytes = 262_144
/** How long the last messages may take at the end. */
const farewellMs = 2000
/** A connection that has lasted so long counts as a success: a broker may end each one soon after its start. */
const holdsMs = 5000
const retry = { firstMs: 500, mostMs: 30_000 }
/** Reason codes for an unsupported protocol version: of MQTT 5, and of 3.1.1. */
const wrongVersion = [1, 132]

/**
 * A connection to a broker that is made again whenever it breaks, each time with a client of its own:
 * one that goes on where it was would send what it had not got rid of, and that may be old by now.
 */
export class Broker {
  readonly #options: BrokerOptions
  readonly #name: string
  #protocol: 4 | 5
  readonly #refusals: Refusals
  #client: MqttClient | undefined
  #isUp = false
  #attempts = 0
  #failures = 0
  #said = ''
  #timer: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#name = describeBroker(options.address)
    this.#refusals = new Refusals(this.#name, options.log)
    this.#protocol = options.address.protocol ?? 5
  }

  /** What is wrong with the broker, for people. */
  get problems(): readonly string[] {
    return this.#isUp || this.#said === '' ? this.#refusals.list : [this.#said]
  }

  start(): void {
    void this.#connect()
  }

  /** Publishes a message, retained by default; without a connection it does nothing. */
  publish({ topic, payload }: Message, retain = true): void {
    if (!this.#isUp) return
    this.#client?.publish(topic, payload, { qos: 1, retain }, (error) => {
      // Without a code it has not been answered.
      const code = error instanceof Error ? ('code' in error ? error.code : undefined) : 0
      if (code === undefined) return
      const answer = this.#refusals.answered('publish', topic, code)
      if (answer === 'refused') this.#options.onRefused?.(topic)
    })
  }

  /** Connects anew, as with another will. */
  async reconnect(): Promise<void> {
    this.#attempts += 1
    const attempt = this.#attempts
    await this.#leave()
    if (!this.#stopped && attempt === this.#attempts) await this.#connect()
  }

  /** Lets what was published go out first. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#leave()
  }

  async #connect(): Promise<void> {
    const { address, clientId, keepaliveSeconds, needsRetained, will, log } = this.#options
    const { onConnect, onMessage } = this.#options
    this.#attempts += 1
    const attempt = this.#attempts
    const { connect } = await mqtt()
    const last = will?.()
    let ca: Buffer | undefined
    try {
      ca = address.ca === undefined ? undefined : readFileSync(address.ca)
    } catch {
      this.#down(undefined, `the file ca=${address.ca} cannot be read`)
      return
    }
    if (this.#stopped || attempt !== this.#attempts) return
    const client = connect({
      protocol: address.tls ? 'mqtts' : 'mqtt',
      host: address.host,
      port: address.port,
      ...(address.user === undefined ? {} : { username: address.user }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(ca === undefined ? {} : { ca }),
      clientId,
      protocolVersion: this.#protocol,
      clean: true,
      keepalive: keepaliveSeconds,
      connectTimeout: connectMs,
      reconnectPeriod: 0,
      resubscribe: false,
      // A broker of MQTT 5 keeps larger ones to itself.
      ...(this.#protocol === 5 ? { properties: { maximumPacketSize: mostBytes } } : {}),
      ...(last === undefined
        ? {}
        : { will: { ...last, payload: Buffer.from(last.payload), qos: 1 as const, retain: true } }),
    })
    this.#client = client
    client.on('error', (error) => this.#down(client, this.#reason(error)))
    client.on('close', () => this.#down(client, 'the connection was cut'))
    client.on('message', (topic, payload, { retain }) => {
      if (this.#client !== client) return
      if (payload.length <= mostBytes) {
        onMessage({ topic, payload: String(payload), retained: retain })
      } else {
        log.warn(`${this.#name}: ${payload.length} bytes at ${topic} are too many, and left out`)
      }
    })
    client.on('disconnect', ({ reasonCode }) => {
      this.#down(client, `it ended the connection (reason ${reasonCode})`)
    })
    client.on('connect', ({ properties }) => {
      if (this.#client !== client) return
      if (needsRetained && properties?.retainAvailable === false) {
        this.#down(client, 'it retains no messages (retain_available), which are needed here')
        return
      }
      onConnect?.()
      this.#subscribe(client, this.#options.subscriptions)
    })
  }

  /** Goes on with what is granted, if there is any. */
  #subscribe(client: MqttClient, filters: readonly string[]): void {
    client.subscribe([...filters], { qos: 1 }, (error, _, packet) => {
      if (this.#client !== client) return
      const codes = packet?.granted ?? []
      if (error && codes.length === 0) {
        this.#down(client, networkReason(error))
        return
      }
      const refused = filters.filter(
        (filter, index) => this.#refusals.answered('subscribe', filter, codes[index]) === 'refused',
      )
      if (refused.length > 0) {
        this.#again = setTimeout(() => this.#subscribe(client, refused), againMs)
      }
      if (refused.length < filters.length && !this.#isUp) this.#up()
    })
  }

  #up(): void {
    const { log, onUp } = this.#options
    this.#isUp = true
    this.#timer = setTimeout(() => {
      if (this.#said !== '') log.info(`${this.#name} answers again`)
      this.#said = ''
      this.#failures = 0
    }, holdsMs)
    onUp()
  }

  /** Tries again later, unless this comes from a former client. */
  #down(client: MqttClient | undefined, reason: string): void {
    if (this.#client !== client || this.#stopped) return
    const { log, random, onDown } = this.#options
    this.#drop()?.end(true)
    this.#failures += 1
    if (reason !== this.#said) log.warn(`${this.#name}: ${reason}; trying again`)
    this.#said = reason
    this.#timer = setTimeout(() => void this.#connect(), backoffMs(this.#failures, retry, random))
    onDown()
  }

  /** Why it failed, for people; where the version is the reason, the next attempt has the other. */
  #reason(error: Error): string {
    const code = 'code' in error ? error.code : undefined
    if (typeof code === 'number' && wrongVersion.includes(code)) {
      if (this.#options.address.protocol !== undefined) {
        return `it does not speak the protocol=${this.#protocol} of the address`
      }
      this.#protocol = this.#protocol === 5 ? 4 : 5
      return `it does not speak MQTT ${this.#protocol === 5 ? '3.1.1' : '5'}`
    }
    switch (code) {
      case 4:
      case 5:
      case 134:
      case 135:
        return 'it refuses this user and password'
      case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      case 'SELF_SIGNED_CERT_IN_CHAIN':
      case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
        return `its certificate is not trusted (${code}); name the file of its authority with ?ca=<file>`
      default:
        return networkReason(error)
    }
  }

  #drop(): MqttClient | undefined {
    const client = this.#client
    clearTimeout(this.#timer)
    clearTimeout(this.#again)
    this.#client = undefined
    this.#isUp = false
    return client
  }

  /** Ends the connection with a DISCONNECT, after which the broker does not publish the will. */
  async #leave(): Promise<void> {
    clearTimeout(this.#timer)
    const wasUp = this.#isUp
    const client = this.#drop()
    if (client === undefined) return
    if (!wasUp) {
      client.end(true)
      return
    }
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => {
        client.end(true)
        resolve()
      }, farewellMs)
      client.end(false, {}, () => {
        clearTimeout(late)
        resolve()
      })
    })
  }
}

/** Loaded only where there is a broker to connect to. */
async function mqtt() {
  const { default: library } = await import('mqtt')
  return library
}
