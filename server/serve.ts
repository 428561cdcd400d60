import { messageOf } from '../common/errors.ts'
import type { Logger } from '../common/log.ts'
import { describeBroker } from '../common/mqtt/address.ts'
import { createApp } from './app.ts'
import type { AccessSettings } from './http/access.ts'
import { httpDescriptors } from './http/descriptors.ts'
import { Events } from './http/events.ts'
import { listen } from './http/listen.ts'
import { createListener } from './http/listener.ts'
import { MicroCache } from './http/micro-cache.ts'
import { openness } from './http/openness.ts'
import { Refusals } from './http/refusals.ts'
import type { Publisher } from './publish/publisher.ts'
import { DaySamples } from './readings/day-samples.ts'
import type { Leaderships } from './readings/leadership.ts'
import type { SiteState } from './readings/poller.ts'
import { Replica, type ReplicaOptions } from './readings/replica.ts'
import { SiteGroup, type SiteOptions } from './readings/site-group.ts'
import { Watchers } from './readings/watchers.ts'

/** With `auto`, while nobody watches. */
const idlePollMs = 5000

export interface ServeOptions {
  /** The first one's main site is meant where none is named. */
  readonly sites: readonly SiteOptions[]
  /** From one reading of a database to the next; `auto` follows whether somebody watches. */
  readonly pollMs: number | 'auto'
  /** Whether a total that falls is carried forward. */
  readonly carry: boolean
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly stateDir: string
  /** Where other processes may read the same sites. */
  readonly leaderships?: Leaderships | undefined
  /** Readings come from a broker instead of databases. */
  readonly from?: Pick<ReplicaOptions, 'from' | 'id'> | undefined
  /** What takes the readings to others. */
  readonly publishers: readonly ((source: { sites(): readonly SiteState[] }) => Publisher)[]
  readonly access: AccessSettings
  /** How many descriptors the process may have open; undefined where that is not known. */
  readonly openFiles?: number | undefined
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Told when it answers, which does not wait for a database. */
  readonly onListening?: () => void
  /** Ends a start that waits for a database. */
  readonly signal: AbortSignal
}

export interface Bridge {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts the bridge: it listens first, then reads the databases. One that is away leaves the others
 * alone.
 *
 * @throws FatalError or DatabaseError when the port is taken, or when a database refuses and there is
 *   no other
 */
export async function startBridge(options: ServeOptions): Promise<Bridge> {
  const { now, log, signal, access } = options
  const { connections, streams } = httpDescriptors(options.openFiles, {
    databases: options.sites.length,
    hasBroker: options.leaderships !== undefined || options.from !== undefined,
  })
  const events = new Events(streams)
  const monotonic = () => performance.now()
  const cache = new MicroCache(monotonic)
  const watchers = new Watchers(monotonic, () => events.streams > 0)
  const isAuto = options.pollMs === 'auto'
  const pollMs = options.pollMs === 'auto' ? idlePollMs : options.pollMs
  /** A web server is asked at its own pace, whoever watches. */
  const paceOf = ({ place: { pollMs: own } }: SiteOptions) =>
    own === undefined
      ? { pollMs, ...(isAuto ? { watchers } : {}) }
      : { pollMs: isAuto ? own.usual : Math.max(own.least, pollMs) }
  const samples = new DaySamples({ stateDir: options.stateDir, now, log })
  const collect = () => groups.flatMap((group) => group.states)
  /** Collected once for all that are told of a round: of a network there are dozens a second. */
  let told: readonly SiteState[] | undefined
  const sites = () => told ?? collect()
  const publishers = options.publishers.map((open) => open({ sites }))
  const namesakes = new Set<string>()
  /** Once, of a name that sites of two databases have: nobody could ask for the second one. */
  const warnOfNamesake = (site: string | undefined) => {
    // Within one database no two have one name.
    if (groups.length < 2 || site === undefined || namesakes.has(site)) return
    if (sites().filter(({ last }) => last?.site === site).length < 2) return
    namesakes.add(site)
    log.warn(
      `two databases have a site ${site}: only that of the first is served; read the other one by its --table-prefix, with a name of its own below "sites" in the settings file`,
    )
  }
  const onRound = (site: string | undefined) => {
    const listeners = [
      () => warnOfNamesake(site),
      () => cache.clear(),
      () => events.update(site),
      () => samples.take(sites().filter(({ last }) => last !== undefined && last.site === site)),
      ...publishers.map((publisher) => () => publisher.update(site)),
    ]
    told = collect()
    for (const tell of listeners) {
      try {
        tell()
      } catch (error) {
        // What is wrong with one of them neither makes a round fail nor holds the others up.
        log.error({ err: error }, 'a reading could not be passed on')
      }
    }
    told = undefined
  }
  const groups =
    options.from === undefined
      ? options.sites.map(
          (site) =>
            new SiteGroup({
              ...options,
              ...site,
              ...paceOf(site),
              onRound,
            }),
        )
      : [new Replica({ ...options, ...options.from, onRound })]
  for (const group of groups) await group.load()
  await samples.load()
  const health = () => Object.assign({}, ...publishers.map((publisher) => publisher.health?.()))
  const refusals = new Refusals(log, monotonic)
  const app = createApp({
    sites,
    watchers,
    access,
    cache,
    events,
    refusals,
    samples,
    health,
    now,
    log,
  })
  const listener = createListener(app, { access, cache, events, refusals, monotonic, log })
  const { host, port } = options
  const http = await listen(listener, { host, port, refusals, limits: { connections } })
  const url = http.url + access.basePath
  events.start()
  for (const publisher of publishers) publisher.start()
  const stop = async () => {
    await Promise.all(publishers.map((publisher) => publisher.stop()))
    events.stop()
    await http.close()
    for (const group of groups) await group.stop()
    await samples.stop()
  }
  const origins =
    options.from === undefined
      ? options.sites.map(({ place }) => place.description)
      : [describeBroker(options.from.from)]
  log.info(`listening on ${url}; reading ${origins.join(', ')}`)
  const { level, text } = openness(host, access.token)
  log[level](text)
  options.onListening?.()
  const giveUp = () => {
    // A broker that says nothing would be waited for.
    for (const publisher of publishers) void publisher.stop()
    for (const group of groups) void group.stop()
  }
  signal.addEventListener('abort', giveUp)
  const starts = await Promise.allSettled(groups.map((group) => group.start()))
  signal.removeEventListener('abort', giveUp)
  for (const start of starts) {
    if (start.status === 'fulfilled') continue
    if (groups.length === 1) {
      await stop()
      throw start.reason
    }
    log.error(messageOf(start.reason))
  }
  return { url, stop }
}
