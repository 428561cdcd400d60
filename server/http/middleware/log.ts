import type { IncomingMessage, RequestListener } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import type { Logger } from '../../../common/log.ts'
import type { AccessSettings, HttpEnv } from '../access.ts'
import { clientAddress } from '../client-address.ts'
import { Problem } from '../problem.ts'
import type { Refusals } from '../refusals.ts'

/** Logs what is refused. A wrong path is left out: scanners try hundreds, and nothing is to be done. */
export function logRefusals(
  refusals: Refusals,
  { token, trustedProxies }: AccessSettings,
): MiddlewareHandler<HttpEnv> {
  const address = addressOf(trustedProxies)
  return async function logRefusals(c, next) {
    await next()
    const { error } = c
    if (!(error instanceof Problem) || error.status === 404 || error.status >= 500) return
    const { method, url = '' } = c.env.incoming
    const client = address(c.env.incoming)
    refusals.add(`${method} ${redact(url, token)} from ${client}: ${error.status} ${error.title}`)
  }
}

/** One line when the answer is over, of a stream when it has ended; nothing unless debug is logged. */
export function logRequests(
  log: Logger,
  monotonic: () => number,
  { token, trustedProxies }: AccessSettings,
  next: RequestListener,
): RequestListener {
  if (log.isLevelEnabled?.('debug') === false) return next
  const address = addressOf(trustedProxies)
  return (request, response) => {
    const startMs = monotonic()
    const { method, url = '' } = request
    const client = address(request)
    response.once('close', () => {
      const { statusCode: status } = response
      const ms = Math.round((monotonic() - startMs) * 10) / 10
      log.debug({ method, path: redact(url, token), status, ms, client }, 'request')
    })
    next(request, response)
  }
}

function addressOf(trustedProxies: AccessSettings['trustedProxies']) {
  const client = clientAddress(trustedProxies)
  return ({ socket, headers }: IncomingMessage) =>
    client(socket.remoteAddress, headers['x-forwarded-for'])
}

/** A request target for the log: without the token, wherever in it that is. */
export function redact(target: string, token: string | undefined): string {
  const path = target.replace(/\/t\/[^/?#]+/gi, '/t/…')
  const spellings = token === undefined ? [] : [token, encodeURIComponent(token)]
  return spellings.reduce((text, secret) => text.replaceAll(secret, '…'), path).slice(0, 200)
}
