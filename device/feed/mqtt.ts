import * as v from 'valibot'
import type { Logger } from '../../common/log.ts'
import { type BrokerAddress, describeBroker } from '../../common/mqtt/address.ts'
import { Broker, type Received } from '../../common/mqtt/broker.ts'
import { everySite, parseTopic, topics } from '../../common/mqtt/topics.ts'
import type { Metric, Period } from '../../reading.ts'
import { parseAnswer } from './answer.ts'
import { failure } from './failure.ts'
import type { Feed, FeedListener } from './feed.ts'

export interface MqttFeedOptions {
  readonly address: BrokerAddress
  /** Of this connection, at most 23 letters and digits. */
  readonly clientId: string
  /** Undefined where the broker has only one. */
  readonly site: string | undefined
  /** The first that the site has is shown. */
  readonly readings: readonly (readonly [Metric, Period])[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** What the broker has said of one reading. */
interface Heard {
  readonly site: string
  readonly value?: number
  /** When it was read, by our clock. */
  readonly readMs?: number
  readonly stale?: boolean
  /** When it was read, by the clock of its bridge. */
  readonly asOfMs?: number
  /** Until when its attributes vouch for it, by our clock. */
  readonly vouchedMs?: number
}

const Attributes = v.object({
  asOf: v.pipe(v.string(), v.isoTimestamp()),
  stale: v.boolean(),
  /** From one read of the number to the next. */
  everyMs: v.optional(v.pipe(v.number(), v.minValue(0)), 5000),
})

/** A bridge says the attributes of a number that stays the same at most so often. */
const leastRhythmMs = 60_000
/** What is not confirmed for so many times its rhythm is old: its bridge may be gone without a word. */
const missedRhythms = 2.5

/** A broker sends what it has retained at once; after that we know which sites there are. */
const collectMs = 1000
/** Of many desks the broker has all pings to answer. */
const keepaliveSeconds = 20
/** While all is well the last number is confirmed so often, as by the heartbeat of events. */
export const confirmMs = 15_000

/**
 * Listens to a broker. A number that came while we were listening is as new as it is; how old a
 * retained one is its attributes say. It is old, whatever its age, when its bridge is gone, when the
 * bridge has not confirmed it for long, and when the broker no longer has it: what was heard counts for
 * one connection, since a broker may forget what it retained.
 */
export function mqttFeed(options: MqttFeedOptions, listener: FeedListener): Feed {
  const { address, clientId, site, readings, now, random, log } = options
  /** Key: site, metric and period, as in the topic. */
  const heard = new Map<string, Heard>()
  /** Key: site. */
  const statuses = new Map<string, string>()
  let chosen: string | undefined
  let isUp = false
  let said = ''
  let timer: NodeJS.Timeout | undefined
  let isCollected = false
  /** What was told last. */
  let told: { value: number; readMs: number } | undefined

  const tell = () => {
    const {
      site: from = '',
      value,
      readMs = now(),
      stale,
      vouchedMs,
      asOfMs,
    } = heard.get(chosen ?? '') ?? {}
    if (value === undefined) return
    told = { value, readMs }
    const isForsaken = statuses.get(from) === 'offline' || (vouchedMs ?? now()) < now()
    listener({ value, ageSeconds: ageSeconds(readMs), stale: isForsaken || stale, asOfMs })
  }

  /** Nobody vouches for the number any more; it stays. */
  const tellOld = () => {
    chosen = undefined
    if (told === undefined) return
    const { value, readMs } = told
    listener({ value, ageSeconds: ageSeconds(readMs), stale: true })
  }

  const ageSeconds = (readMs: number) => Math.max(0, now() - readMs) / 1000

  /** The reading to show, once the broker has told what there is; of several sites none. */
  const choose = () => {
    const known = [...heard].filter(([, { value }]) => value !== undefined)
    const sites = [...new Set(known.map(([, each]) => each.site))]
    if (sites.length > 1) {
      complain(`there are several sites; choose one with --site: ${sites.join(', ')}`)
      return
    }
    const [first] = sites
    if (first === undefined) {
      tellOld()
      complain('nobody publishes such a count there')
      return
    }
    chosen = readings
      .map(([metric, period]) => `${first}/${metric}/${period}`)
      .find((key) => heard.get(key)?.value !== undefined)
    tell()
  }

  const complain = (problem: string) => {
    if (problem !== said) log.warn(`${describeBroker(address)}: ${problem}`)
    said = problem
  }

  const hear = ({ topic, payload, retained }: Received) => {
    const parsed = parseTopic(topic)
    if (parsed === undefined) return
    const { site, rest } = parsed
    if (rest === 'status') {
      if (payload === '') statuses.delete(site)
      else statuses.set(site, payload)
      if (chosen?.startsWith(`${site}/`)) tell()
      return
    }
    const key = `${site}/${rest.replace(/\/attributes$/, '')}`
    const before = heard.get(key) ?? { site }
    if (payload === '') {
      withdraw(key, rest.endsWith('/attributes'))
      return
    }
    try {
      heard.set(key, { ...before, ...(rest.endsWith('/attributes') ? dated() : counted()) })
    } catch (error) {
      complain(`${topic}: ${failure(error)}`)
      return
    }
    if (key === chosen) tell()
    else if (chosen === undefined && isCollected) choose()

    function counted(): Partial<Heard> {
      const { value } = parseAnswer(payload)
      return retained ? { value } : { value, readMs: now() }
    }
    function dated(): Partial<Heard> {
      const text = v.pipe(v.string(), v.parseJson(), Attributes)
      const { asOf, stale, everyMs } = v.parse(text, payload)
      // Without a clock, which is in the past then, a number is as old as its message.
      const ageMs = Math.max(0, now() - Date.parse(asOf))
      // What comes now and is not stale has been read of late, whatever our clock says.
      const mostMs = retained || stale ? ageMs : 2 * everyMs
      const readMs = now() - Math.min(ageMs, mostMs)
      const rhythmMs = Math.max(leastRhythmMs, everyMs)
      const vouchedMs = (retained ? readMs : now()) + missedRhythms * rhythmMs
      return { stale, readMs, vouchedMs, asOfMs: Date.parse(asOf) }
    }
  }

  /** An empty message takes back what was retained. */
  const withdraw = (key: string, isAttributes: boolean) => {
    const { site, value } = heard.get(key) ?? {}
    if (isAttributes && site !== undefined && value !== undefined) {
      // Without attributes it is a number that nobody has dated.
      heard.set(key, { site, value })
      return
    }
    heard.delete(key)
    if (key !== chosen) return
    tellOld()
    choose()
  }

  const confirm = () => {
    clearTimeout(timer)
    isCollected = true
    if (chosen === undefined || heard.get(chosen)?.value === undefined) choose()
    else if (isUp) tell()
    timer = setTimeout(confirm, confirmMs)
  }

  const filters = readings.flatMap(([metric, period]) =>
    site === undefined
      ? [`${everySite}/${metric}/${period}/attributes`, `${everySite}/${metric}/${period}`]
      : [topics.attributes(site, metric, period), topics.reading(site, metric, period)],
  )
  const broker = new Broker({
    address,
    clientId,
    keepaliveSeconds,
    random,
    log,
    subscriptions: [site === undefined ? `${everySite}/status` : topics.status(site), ...filters],
    onUp: () => {
      isUp = true
      clearTimeout(timer)
      isCollected = false
      timer = setTimeout(confirm, collectMs)
    },
    onDown: () => {
      isUp = false
      clearTimeout(timer)
      heard.clear()
      statuses.clear()
    },
    onMessage: hear,
  })
  return {
    start: () => broker.start(),
    stop() {
      clearTimeout(timer)
      void broker.stop()
    },
  }
}
