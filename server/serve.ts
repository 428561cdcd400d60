import { createServer, type RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { listenError } from '../listen-error.ts'
import type { Logger } from '../log.ts'
import { createApp } from './app.ts'
import { Events } from './events.ts'
import { type Answer, KeptAnswers } from './kept-answers.ts'
import { SiteGroup, type SiteOptions } from './readings/site-group.ts'
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
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** A stream takes about 10 KB. */
const mostStreams = 10_000

/** Any page may read the counts. */
const openToAll = [
  ...['Access-Control-Allow-Origin', '*'],
  ...['Access-Control-Expose-Headers', 'Age, ETag'],
]

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
  const answers = new KeptAnswers(now)
  const onRound = () => {
    answers.forget()
    events.look()
  }
  const groups = options.sites.map((site) => new SiteGroup({ ...options, ...site, onRound }))
  for (const group of groups) await group.load()
  const app = createApp({ sites: () => groups.flatMap((group) => group.states), events, now, log })
  const answer: Parameters<typeof getRequestListener>[0] = async (
    request,
    { incoming, outgoing },
  ) => {
    const keep = (answer: Answer, untilMs: number) => answers.keep(incoming, answer, untilMs)
    const response = await app.fetch(request, { incoming, outgoing, keep })
    // A stream has answered for itself; Hono's middleware makes a new response of the sign for that.
    return outgoing.headersSent ? RESPONSE_ALREADY_SENT : response
  }
  const http = await listen(
    answers.before(getRequestListener(answer), () => openToAll),
    options,
  )
  events.start()
  const stop = async () => {
    events.stop()
    await http.close()
    for (const group of groups) await group.stop()
  }
  const databases = options.sites.map(({ connection }) => describeConnection(connection))
  log.info(`listening on ${http.url}; reading ${databases.join(', ')}`)
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

interface Listening {
  readonly url: string
  close(): Promise<void>
}

async function listen(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(listener)
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
        server.closeAllConnections()
      }),
  }
}
