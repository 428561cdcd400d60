import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Logger } from '../log.ts'
import { createApp } from './app.ts'
import { Events } from './events.ts'
import { commonHeaders, type GuardSettings, guard, openness, withHeaders } from './guard.ts'
import { type Answer, KeptAnswers } from './kept-answers.ts'
import { listen } from './listen.ts'
import { Problem } from './problem.ts'
import { SiteGroup, type SiteOptions } from './readings/site-group.ts'
import { Refusals } from './refusals.ts'
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
  readonly guard: GuardSettings
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
  const onRound = () => events.look()
  const groups = options.sites.map((site) => new SiteGroup({ ...options, ...site, onRound }))
  for (const group of groups) await group.load()
  const common = commonHeaders(options.guard.cors)
  const sites = () => groups.flatMap((group) => group.states)
  const app = createApp({ sites, events, now, log })
  const answers = new KeptAnswers(sites, now, common)
  const answer: Parameters<typeof getRequestListener>[0] = async (
    request,
    { incoming, outgoing },
  ) => {
    const keep = (answer: Answer, untilMs: number) => answers.keep(incoming, answer, untilMs)
    const response = await app.fetch(request, { incoming, outgoing, keep })
    // A stream has answered for itself; Hono's middleware makes a new response of the sign for that.
    return outgoing.headersSent ? RESPONSE_ALREADY_SENT : response
  }
  const { host, port } = options
  const monotonic = () => performance.now()
  const refusals = new Refusals(log, monotonic)
  const routes = getRequestListener(answer, { errorHandler: refuseAddress })
  const listener = guard(
    { ...options.guard, refusals, monotonic, log },
    answers.before(withHeaders(common, routes)),
  )
  const http = await listen(listener, { host, port, refusals })
  const url = http.url + options.guard.basePath
  events.start()
  const stop = async () => {
    events.stop()
    await http.close()
    for (const group of groups) await group.stop()
  }
  const databases = options.sites.map(({ connection }) => describeConnection(connection))
  log.info(`listening on ${url}; reading ${databases.join(', ')}`)
  const { level, text } = openness(host, options.guard.token)
  log[level](text)
  const starts = await Promise.allSettled(groups.map((group) => group.start()))
  for (const start of starts) {
    if (start.status === 'fulfilled') continue
    if (groups.length === 1) {
      await stop()
      throw start.reason
    }
    log.error(`${start.reason instanceof Error ? start.reason.message : String(start.reason)}`)
  }
  return { url, stop }
}

/** A host or a path that is no address. Faults of the routes are answered by the app. */
function refuseAddress(): Response {
  const { document, status } = new Problem(400, 'Bad Request', 'this is no address of the bridge')
  return Response.json(document, {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  })
}
