import type { Logger } from '../../../common/log.ts'
import type { BrokerAddress } from '../../../common/mqtt/address.ts'
import { Broker } from '../../../common/mqtt/broker.ts'
import type { CountQuery } from '../../readings/choose-count.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Publisher } from '../publisher.ts'
import { shownReading } from '../shown-reading.ts'
import { displayText } from './text.ts'

/** A board with Tasmota, and what its display shows. */
export interface TasmotaDesk {
  /** As Tasmota calls it: `Topic` in its console. */
  readonly topic: string
  readonly digits: number
  readonly query: CountQuery
}

export interface TasmotaOptions {
  readonly address: BrokerAddress
  readonly clientId: string
  readonly desks: readonly TasmotaDesk[]
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** A reading also gets old without a round of queries. */
const lookMs = 1000
/** A board that was without power shows nothing until it hears again. */
const refreshMs = 60_000
const keepaliveSeconds = 30

/** Writes readings on displays of Tasmota, finished to the last character: it knows no rules. */
export function tasmotaPublisher(
  options: TasmotaOptions,
): (source: { sites(): readonly SiteState[] }) => Publisher {
  const { desks, now } = options
  return ({ sites }) => {
    /** Key: topic. */
    const sent = new Map<string, { readonly payload: string; readonly ms: number }>()
    let timer: NodeJS.Timeout | undefined
    let isUp = false

    const look = (isLast = false) => {
      if (!isUp) return
      for (const { topic, digits, query } of desks) {
        const reading = shownReading(sites(), query, now())
        if (reading === 'theirs') continue
        // When the bridge ends, nobody vouches for the number any more.
        const known = reading && { value: reading.value, stale: reading.stale || isLast }
        const payload = displayText(known, digits)
        const before = sent.get(topic)
        if (before?.payload === payload && now() - before.ms < refreshMs) continue
        // Not retained: what the broker keeps would be shown as new after any length of time.
        broker.publish({ topic: `cmnd/${topic}/DisplayText`, payload }, false)
        sent.set(topic, { payload, ms: now() })
      }
    }

    const broker = new Broker({
      ...options,
      keepaliveSeconds,
      subscriptions: desks.map(({ topic }) => `tele/${topic}/LWT`),
      onUp: () => {
        isUp = true
        look()
      },
      onDown: () => {
        isUp = false
        sent.clear()
      },
      onMessage: ({ topic, payload }) => {
        if (payload !== 'Online') return
        sent.delete(topic.replace(/^tele\/(.*)\/LWT$/, '$1'))
        look()
      },
    })
    return {
      start() {
        broker.start()
        timer = setInterval(() => look(), lookMs)
      },
      update: () => look(),
      async stop() {
        clearInterval(timer)
        look(true)
        await broker.stop()
      },
    }
  }
}
