import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../access.ts'

/** Answers 304 in place of what the client has already. */
export const conditional: MiddlewareHandler<HttpEnv> = async function conditional(c, next) {
  await next()
  const wanted = c.req.header('If-None-Match')
  if (wanted === undefined || c.res.status !== 200) return
  const etag = c.res.headers.get('ETag')
  // Hono takes over the headers of the answer that is replaced, but for its Content-Type.
  if (etag !== null && matchesTag(wanted, etag)) c.res = new Response(null, { status: 304 })
}

/** Weak comparison with the tags of `If-None-Match`: RFC 9110, sections 8.8.3.2 and 13.1.2. */
export function matchesTag(wanted: string, etag: string): boolean {
  // The opaque part, without the W/ before it.
  const [opaque = etag] = /"[^"]*"/.exec(etag) ?? []
  return wanted.trim() === '*' || wanted.match(/"[^"]*"/g)?.includes(opaque) === true
}
