import type { RequestListener } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Hono } from 'hono'
import type { AppOptions } from '../app.ts'
import type { HttpEnv } from './access.ts'
import { commonHeaders } from './middleware/cors.ts'
import { logRequests } from './middleware/log.ts'
import { faultOfBridge, Problem } from './problem.ts'

type Options = Pick<AppOptions, 'access' | 'cache' | 'events' | 'refusals' | 'log'> & {
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number
}

/** A listener of Node's server: what stands in front of the app, and the app. */
export function createListener(
  app: Hono<HttpEnv>,
  { access, cache, events, refusals, monotonic, log }: Options,
): RequestListener {
  const routed = getRequestListener(app.fetch, {
    // For HTTP/1.0, which needs no Host.
    hostname: 'localhost',
    // A connection that sends a body is closed.
    autoCleanupIncoming: false,
    errorHandler: (error) => {
      const isRefused = error instanceof RequestError
      const problem = isRefused
        ? new Problem(400, 'Bad Request', 'this is no address of the bridge')
        : faultOfBridge()
      if (isRefused) refusals.add(`what is no address: ${problem.status} ${problem.title}`)
      else log.error({ err: error }, 'a request failed')
      const { headers, body } = problem.render(undefined)
      const all = { ...commonHeaders(access.cors), ...headers }
      return new Response(body, { status: problem.status, headers: all })
    },
  })
  return logRequests(log, monotonic, access, events.before(cache.before(routed)))
}
