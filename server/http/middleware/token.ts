import { hash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AccessSettings, HttpEnv } from '../access.ts'
import { Problem } from '../problem.ts'
import { parseTarget } from './base-path.ts'

/** Refuses every request without the token, but for `/health`. */
export function token(
  access: Pick<AccessSettings, 'basePath'> & { readonly token: string },
): MiddlewareHandler<HttpEnv> {
  const isToken = tokenCheck(access.token)
  return async function token(c, next) {
    const { shown } = parseTarget(c.req.raw, access)
    const given = shown === undefined ? bearer(c.req.header('Authorization')) : decoded(shown)
    const hasShownToken = isToken(given)
    if (c.req.path !== '/health' && !hasShownToken) throw unauthorized(given)
    c.set('hasShownToken', hasShownToken)
    // What the page links to is not to learn it.
    if (shown !== undefined) c.header('Referrer-Policy', 'no-referrer')
    await next()
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The value of `Authorization: Bearer`: RFC 6750, section 2.1. */
export function bearer(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

/** Whether it is the token. Takes as long for a guess that is nearly right as for any other. */
export function tokenCheck(token: string): (shown: string | undefined) => boolean {
  const wanted = sha256(token)
  return (shown) => shown !== undefined && timingSafeEqual(sha256(shown), wanted)
}

/** As letters: Node gives the bytes of a hash three times slower than its letters. */
function sha256(text: string): Buffer {
  return Buffer.from(hash('sha256', text, 'base64url'))
}

function unauthorized(given: string | undefined): Problem {
  const challenge = 'Bearer realm="visitor-counter"'
  return given === undefined
    ? new Problem(
        401,
        'Unauthorized',
        'the bridge wants its token: as header "Authorization: Bearer <token>", or in the path as /t/<token>/count',
        { 'WWW-Authenticate': challenge },
      )
    : new Problem(401, 'Unauthorized', 'this is not the token of the bridge', {
        'WWW-Authenticate': `${challenge}, error="invalid_token"`,
      })
}
