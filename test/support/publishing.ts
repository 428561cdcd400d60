import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Logger } from '../../common/log.ts'
import { parseBrokerUrl } from '../../common/mqtt/address.ts'
import { MqttBridge } from '../../server/publish/mqtt/bridge.ts'
import { homeAssistant } from '../../server/publish/mqtt/home-assistant.ts'
import type { Publisher } from '../../server/publish/publisher.ts'
import type { SiteState } from '../../server/readings/poller.ts'
import type { Count } from '../../server/readings/round.ts'
import type { Remembered } from '../../server/readings/store.ts'
import { silent } from './log.ts'

export const site = 'blog.example.com'

/** A site whose total is this, read just now. */
export function known(
  total: number,
  { counts = [], ...more }: Partial<Remembered> = {},
  readMs = Date.now(),
): Remembered {
  return {
    site,
    prefix: 'wp_',
    source: 'wp-statistics',
    why: 'the plugin is active',
    timezone: 'Europe/Berlin',
    open: [{ day: '2026-10-15', visitors: 7, views: 8 }],
    ledger: {
      zone: 'Europe/Berlin',
      openFrom: '2026-10-15',
      watermark: 4,
      days: { '2026-10-14': { visitors: 2, views: 3 } },
      older: { visitors: 0, views: 0 },
      base: { visitors: 0, views: 0 },
    },
    emptyDays: 'none',
    carry: {},
    ...more,
    counts: [count('visitors', 'total', total, readMs), ...counts],
  }
}

export function count(
  metric: Count['metric'],
  period: Count['period'],
  value: number,
  readMs = Date.now(),
): Count {
  return {
    value,
    metric,
    period,
    site,
    source: 'wp-statistics',
    bots: 'excluded',
    unit: metric === 'views' ? 'views' : 'visitor-days',
    asOf: new Date(readMs).toISOString(),
    everyMs: 5000,
    tookMs: 2,
  }
}

export interface Publishing {
  readonly bridge: MqttBridge
  /** Makes this known, as a round of queries would. */
  set(state: Partial<SiteState>): void
  stop(): Promise<void>
}

export interface PublishingOptions {
  readonly log?: Logger
  readonly discovery?: boolean
  readonly random?: () => number
}

/** A bridge at a broker, whose readings the test makes; it ends with the test. */
export function startPublishing(
  t: Pick<TestContext, 'after'>,
  url: string,
  options: PublishingOptions = {},
): Publishing {
  let state: SiteState = { name: undefined, last: undefined, failure: undefined }
  const { bridge, publisher } = startPublishingAll(t, url, () => [state], options)
  return {
    bridge,
    set(more) {
      state = { ...state, ...more }
      publisher.update(state.last?.site)
    },
    stop: () => publisher.stop(),
  }
}

/** A bridge of several sites at a broker. */
export function startPublishingAll(
  t: Pick<TestContext, 'after'>,
  url: string,
  sites: () => readonly SiteState[],
  options: PublishingOptions = {},
): { readonly bridge: MqttBridge; readonly publisher: Publisher } {
  const bridge = new MqttBridge({
    address: parseBrokerUrl(url, '--mqtt'),
    id: randomBytes(8).toString('hex'),
    homeAssistant: options.discovery === true ? homeAssistant('1.2.3') : undefined,
    now: Date.now,
    random: options.random ?? (() => 0),
    log: options.log ?? silent,
  })
  const publisher = bridge.publisher({ sites })
  publisher.start()
  t.after(() => publisher.stop())
  return { bridge, publisher }
}
