import type { Context, MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../access.ts'
import { Problem } from '../problem.ts'

/** What may be done here. */
export const methods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
/** The longest that means something has a site's name and three parameters. */
const mostTargetBytes = 2048
const mostHeaders = 100

/** Refuses what no route takes, wherever it leads. */
export const limits: MiddlewareHandler<HttpEnv> = async function limits(c, next) {
  const problem = unfit(c)
  if (problem !== undefined) throw problem
  await next()
}

function unfit(c: Context<HttpEnv>): Problem | undefined {
  const { method } = c.req
  const { url = '', rawHeaders, headers, httpVersion } = c.env.incoming
  const sendsBody = hasBody(headers)
  // What is sent beside the header is not read.
  const close = sendsBody ? { Connection: 'close' } : {}
  if (!methods.includes(method) || (method === 'OPTIONS' && sendsBody)) {
    const allowed = methods.join(', ')
    const detail = `${method} is not possible: the bridge is only read; allowed are ${allowed}`
    return new Problem(405, 'Method Not Allowed', detail, { Allow: allowed, ...close }, methods)
  }
  if (sendsBody) {
    const detail = 'a request to the bridge has no body'
    return new Problem(413, 'Content Too Large', detail, close)
  }
  if (url.length > mostTargetBytes) {
    const detail = `an address may have ${mostTargetBytes} bytes; this one has ${url.length}`
    return new Problem(414, 'URI Too Long', detail)
  }
  if (rawHeaders.length > 2 * mostHeaders) {
    const detail = `a request may have ${mostHeaders} headers`
    return new Problem(431, 'Request Header Fields Too Large', detail)
  }
  // RFC 9112, section 3.2; a Host that is none is refused by node-server.
  if (httpVersion === '1.1' && headers.host === undefined) {
    return new Problem(400, 'Bad Request', 'a request of HTTP/1.1 has a header Host')
  }
  return undefined
}

/** Whether a body follows the header. */
export function hasBody(headers: HttpEnv['Bindings']['incoming']['headers']): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}
