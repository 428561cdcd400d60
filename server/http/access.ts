import { hash, timingSafeEqual } from 'node:crypto'

/** Where a request leads, with what surrounds the route taken off. */
export interface Target {
  /** The route with its query, as the app has it. */
  readonly route: string
  /** The token that was shown in the path, as `/t/<token>/count`; undefined where none was. */
  readonly shown: string | undefined
}

/**
 * Takes the base path and the token off a request target. A proxy may have cut the base path off
 * already.
 *
 * @param basePath without a slash at the end; empty for none
 * @param hasToken whether `/t/<token>` means something
 * @returns undefined for what is no address here: another scheme, or broken escapes in the token
 */
export function parseTarget(
  target: string,
  basePath: string,
  hasToken: boolean,
): Target | undefined {
  const path = target.startsWith('/') ? target : absolutePath(target)
  if (path === undefined) return undefined
  const own = withoutPrefix(path, basePath)
  if (!hasToken || !own.startsWith('/t/')) return { route: own, shown: undefined }
  const [, segment = '', route = ''] = /^\/t\/([^/?#]*)(.*)$/.exec(own) ?? []
  const shown = decoded(segment)
  return shown === undefined ? undefined : { route, shown }
}

/** The absolute form, which a server must take as well: RFC 9112, section 3.2.2. */
function absolutePath(target: string): string | undefined {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined
  const { pathname, search } = new URL(target)
  return pathname + search
}

function withoutPrefix(path: string, prefix: string): string {
  if (prefix === '') return path
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path
  return rest === '' || /^[/?]/.test(rest) ? rest : path
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
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

/** A request target for the log: without the token, wherever in it that is. */
export function redact(target: string, token: string | undefined): string {
  const path = target.replace(/\/t\/[^/?#]+/gi, '/t/…')
  const spellings = token === undefined ? [] : [token, encodeURIComponent(token)]
  return spellings.reduce((text, secret) => text.replaceAll(secret, '…'), path).slice(0, 200)
}
