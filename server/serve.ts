import { createAdaptorServer } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { describeBroker } from '../broker.ts'
import { listenError } from '../listen-error.ts'
import type { Logger } from '../log.ts'
import { createApp } from './app.ts'
import { Events } from './events.ts'
import type { Publisher } from './publish/publisher.ts'
import type { SiteState } from './readings/poller.ts'
import { SiteGroup, type SiteOptions } from './readings/site-group.ts'
import type { Turns } from './readings/turn.ts'
import { Replica, type ReplicaOptions } from './replica.ts'
import { describeConnection } from './wordpress/connection.ts'

export interface ServeOptions {
  /** The first one's main site is meant where none is named. */
  readonly sites: readonly SiteOptions[]
  readonly pollMs: number
  /** Whether a total that falls is carried forward. */
  readonly carry: boolean
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly stateDir: string
  /** Where other processes may read the same sites. */
  readonly turns?: Turns | undefined
  /** Readings come from a broker instead of databases. */
  readonly from?: Pick<ReplicaOptions, 'from' | 'id'> | undefined
  /** What takes the readings to others. */
  readonly publishers: readonly ((source: { sites(): readonly SiteState[] }) => Publisher)[]
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** A stream takes about 10 KB. */
const mostStreams = 10_000

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
  const { now, log } = options
  const events = new Events(mostStreams)
  const sites = () => groups.flatMap((group) => group.states)
  const publishers = options.publishers.map((open) => open({ sites }))
  const onRound = () => {
    events.look()
    for (const publisher of publishers) publisher.update()
  }
  const groups =
    options.from === undefined
      ? options.sites.map((site) => new SiteGroup({ ...options, ...site, onRound }))
      : [new Replica({ ...options, ...options.from, onRound })]
  for (const group of groups) await group.load()
  const health = () => Object.assign({}, ...publishers.map((publisher) => publisher.health?.()))
  const app = createApp({ sites, events, health, now, log })
  const answer: Fetch = async (request, env) => {
    const response = await app.fetch(request, env)
    // A stream has answered for itself; Hono's middleware makes a new response of the sign for that.
    return env.outgoing.headersSent ? RESPONSE_ALREADY_SENT : response
  }
  const http = await listen(answer, options)
  events.start()
  for (const publisher of publishers) publisher.start()
  const stop = async () => {
    await Promise.all(publishers.map((publisher) => publisher.stop()))
    events.stop()
    await http.close()
    for (const group of groups) await group.stop()
  }
  const origins =
    options.from === undefined
      ? options.sites.map(({ connection }) => describeConnection(connection))
      : [describeBroker(options.from.from)]
  log.info(`listening on ${http.url}; reading ${origins.join(', ')}`)
  const starts = await Promise.allSettled(groups.map((group) => group.start()))
  for (const start of starts) {
    if (start.status === 'fulfilled') continue
    if (groups.length === 1) {
      await stop()
      throw start.reason
    }
    log.error(`${start.reason instanceof Error ? start.reason.message : String(start.reason)}`)
  }
  return { url: http.url, stop }
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch']

interface Listening {
  readonly url: string
  close(): Promise<void>
}

async function listen(
  fetch: Fetch,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, host, port)
  })
  const address = server.address()
  const boundPort = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
