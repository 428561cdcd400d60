import type { Context } from 'hono'
import type { AccessSettings, HttpEnv } from './access.ts'
import { clientAddress } from './client-address.ts'

/** What proxies put in front of a client's request. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/**
 * Whether a request may be told the exact cause of a failure, which can name hosts, accounts and tables: it
 * has shown the token or, where there is none, comes from this machine and by a name of this machine. A page
 * of another site that has its own name point here has not.
 */
export function mayKnowCause(c: Context<HttpEnv>, { trustedProxies }: AccessSettings): boolean {
  const hasShownToken = c.get('hasShownToken')
  if (hasShownToken !== undefined) return hasShownToken
  const { socket, headers } = c.env.incoming
  const client = clientAddress(trustedProxies)(socket.remoteAddress, headers['x-forwarded-for'])
  const isProxied = proxyHeaders.some((name) => headers[name] !== undefined)
  const isLocalName = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')
  return !isProxied && isLocalName && /^(127\.|::1$)/.test(client)
}
