import type * as http from 'node:http'

/** Node's client for the address; that for https is loaded only where it is needed: 2 MB. */
export function clientFor({ protocol }: URL): Pick<typeof http, 'Agent' | 'get' | 'request'> {
  return protocol === 'https:'
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http')
}

/** What tells a bridge its token. */
export function authorization(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` }
}

/** An address for people: without user and password, and without the token in `/t/<token>/…`. */
export function addressName({ origin, pathname }: URL): string {
  return origin + withoutToken(pathname)
}

/** A path, or words with one in them, without the token in `/t/<token>/…`. */
export function withoutToken(text: string): string {
  return text.replace(/\/t\/[^/\s;]+/g, '/t/…')
}
