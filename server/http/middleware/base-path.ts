import type { MiddlewareHandler } from 'hono'
import { getPath } from 'hono/utils/url'
import type { AccessSettings, HttpEnv } from '../access.ts'

/** Where a request leads, with what surrounds the route taken off. */
interface Target {
  /** Decoded; empty for the page without the slash at its end. */
  readonly route: string
  /** The token that was shown in the path, as `/t/<token>/count`, still encoded. */
  readonly shown: string | undefined
}

/**
 * Takes the base path and the token off the path of a request. A proxy may have cut the base path off
 * already.
 */
export function parseTarget(
  request: Request,
  { basePath, token }: Pick<AccessSettings, 'basePath' | 'token'>,
): Target {
  const path = withoutPrefix(getPath(request), basePath)
  const found = token === undefined ? null : /^\/t\/([^/]*)(.*)$/s.exec(path)
  return { route: found?.[2] ?? path, shown: found?.[1] }
}

function withoutPrefix(path: string, prefix: string): string {
  const rest = path.slice(prefix.length)
  return path.startsWith(prefix) && (rest === '' || rest.startsWith('/')) ? rest : path
}

/** Leads to the page with a slash at its end: the addresses in the page are relative to it. */
export const redirectIntoPage: MiddlewareHandler<HttpEnv> = async function redirect(c, next) {
  if (c.req.path !== '') return next()
  const [, last = '', query = ''] = /([^/?]*)(\?.*)?$/.exec(c.req.url) ?? []
  return c.redirect(`./${last}/${query}`, 308)
}
