import { openRaw } from './raw.ts'
import { seeded } from './seeded.ts'

const routes = [
  ...['/', '/count', '/v1/count', '/v1/counts', '/v1/series', '/v1/events', '/health', '/metrics'],
  ...[
    '/smiirl',
    '/lametric',
    '/awtrix3',
    '/awtrix-ng',
    '/badge.json',
    '/badge.svg',
    '/openapi.json',
  ],
]
const methods = [
  ...['GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'],
  ...[
    'CONNECT',
    'PROPFIND',
    'M-SEARCH',
    'PRI',
    'get',
    'G\0T',
    '',
    'GET GET',
    'ÄÖ',
    'A'.repeat(9000),
  ],
]
const parameters = [
  'metric',
  'period',
  'site',
  'days',
  'digits',
  'style',
  'short',
  '__proto__',
  '',
  'a[]',
]
const values = [
  ...[
    'visitors',
    'views',
    'today',
    'total',
    'online',
    '30',
    '0',
    '-1',
    '1e9',
    '366',
    '%',
    '%00',
    '%zz',
  ],
  ...[
    '%F0%9F%98%80',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1 --",
    '<script>',
    '\\',
    '�',
    '%0d%0aX:1',
  ],
]
const segments = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '//',
    't',
    'token',
    '%00',
    '\\',
    'ÿ',
    '😀',
    ';',
    '%',
    '%c3%28',
    'a',
  ],
  ...['__proto__', 'constructor', 'toString', '{}', '*', '|', '"', '`', '#x', '?', '&&&', '='],
]
const versions = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTQ',
  '',
]
const headers = [
  ...[
    'Host: a',
    'Host:',
    'Host: a:99999',
    'Host: a b',
    'Host: [::1',
    'Host: ä',
    'Host: a/b?c#d',
    'Host: @',
  ],
  ...['If-None-Match: *', 'If-None-Match: W/"', 'If-None-Match: ,,,', 'If-Modified-Since: never'],
  ...[
    'Range: bytes=0-0,-1',
    'Accept: */*;q=x',
    'Accept-Encoding: gzip;q=0,*',
    'Accept: text/event-stream',
  ],
  ...[
    'Expect: 100-continue',
    'Expect: 200-ok',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Connection: Upgrade',
  ],
  ...['Connection: keep-alive', 'Connection: close', 'Connection: ,,', 'HTTP2-Settings: AAA'],
  ...[
    'Authorization: Bearer',
    'Authorization: Bearer x',
    'Authorization: Basic Og==',
    'Authorization: ÿ',
  ],
  ...['Content-Length: 0', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 1e3'],
  ...[
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, x',
  ],
  ...[
    'X-Forwarded-For: 1.2.3.4, x, \t',
    'X-Forwarded-Proto: gopher',
    'Forwarded: for="_x',
    'Via: 1.1 a',
  ],
  ...[
    'Origin: null',
    'Origin: https://evil.example',
    'Access-Control-Request-Method: PUT',
    'Last-Event-ID: \0',
  ],
  ...[
    'Cookie: a=b; __proto__=c',
    'X-HTTP-Method-Override: DELETE',
    '__proto__: x',
    'constructor: y',
    ': empty',
  ],
  ...[
    'no colon',
    'Folded: a\r\n b',
    'A : b',
    'A\0: b',
    'Trailer: X',
    'TE: trailers',
    'Proxy-Connection: x',
  ],
]

/** What the parser lets pass, so that more than the parser is tried. */
const legalMethods = ['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE']
const legalHeaders = headers.filter(
  (header) => /^[\w-]+: [\x20-\x7e]+$/.test(header) && !/^(Host|Content|Transfer)/.test(header),
)
const legalSegments = segments.filter((segment) => /^[\x21-\x7e]*$/.test(segment))

/**
 * Bytes that want to be a request: methods, paths, query strings, headers and bodies of all sorts, half
 * of them such that an HTTP parser takes them.
 *
 * @param prefixes of paths, as the token's
 */
export function hostileRequest(random: () => number, prefixes: readonly string[]): Buffer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const some = (most: number, make: () => string, separator: string) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make).join(separator)
  const junk = (most: number) =>
    Buffer.from(Array.from({ length: Math.floor(random() * most) }, () => random() * 256))

  if (random() < 0.02) return junk(500)
  const isLegal = random() < 0.6
  const value = () => (isLegal || random() < 0.7 ? pick(values) : junk(30).toString('latin1'))
  const query = random() < 0.5 ? `?${some(5, () => `${pick(parameters)}=${value()}`, '&')}` : ''
  const path = (): string => {
    const kind = random()
    if (kind < 0.5) return pick(prefixes) + pick(routes)
    if (kind < 0.6) return `/t/${pick(isLegal ? legalSegments : segments)}${pick(routes)}`
    if (kind < 0.85) {
      return `${pick(prefixes)}/${some(6, () => pick(isLegal ? legalSegments : segments), '/')}`
    }
    if (kind < 0.9) return `http://${pick(['a', '', 'a:b', '[', '%zz'])}${pick(routes)}`
    if (isLegal) return `/${'a'.repeat(random() * 4000)}`
    return kind < 0.95 ? `/${'a'.repeat(random() * 20_000)}` : junk(50).toString('latin1')
  }
  const first = [pick(isLegal ? legalMethods : methods), path() + query]
  const lines = [[...first, isLegal ? 'HTTP/1.1' : pick(versions)].join(' ')]
  if (isLegal || random() < 0.8) lines.push('Host: 127.0.0.1')
  for (let count = Math.floor(random() * 6); count > 0; count--) {
    lines.push(pick(isLegal ? legalHeaders : headers))
  }
  if (random() < 0.01) lines.push(...Array.from({ length: 150 }, (_, index) => `X-${index}: 1`))
  if (random() < 0.01) lines.push(`X-Long: ${'b'.repeat(random() * 40_000)}`)
  const body = random() < 0.15 ? junk(2000) : Buffer.alloc(0)
  if (isLegal && body.length > 0) lines.push(`Content-Length: ${body.length}`)
  const end = isLegal || random() < 0.9 ? '\r\n\r\n' : pick(['\n\n', '\r\n', '\r\r', ''])
  return Buffer.concat([Buffer.from(lines.join('\r\n') + end, 'latin1'), body])
}

export interface Outcome {
  /** How often each status was answered; 0 for a connection that was closed without an answer. */
  readonly statuses: Record<number, number>
  /** Requests that were answered with a status from 500 on, with the answer. */
  readonly faults: string[]
}

/** Sends many of them over raw sockets, so many at once, and waits until every connection is over. */
export async function attack(
  port: number,
  options: { seed: number; requests: number; atOnce: number; prefixes: readonly string[] },
): Promise<Outcome> {
  const { seed, requests, atOnce, prefixes } = options
  const random = seeded(seed)
  const statuses: Record<number, number> = {}
  const faults: string[] = []
  let left = requests
  const attacker = async () => {
    while (left > 0) {
      left -= 1
      const request = hostileRequest(random, prefixes)
      const { socket, ended } = openRaw(port)
      const cut = random() < 0.1 ? Math.floor(random() * request.length) : request.length
      socket.write(request.subarray(0, cut))
      // Half closed: the server is to answer what there is, and to close its own half.
      if (random() < 0.95) socket.end(request.subarray(cut))
      else setImmediate(() => socket.resetAndDestroy())
      const answer = await ended
      const found = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) =>
        Number(status),
      )
      for (const status of found.length === 0 ? [0] : found) {
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status >= 500) faults.push(`${request.toString('latin1').slice(0, 500)}\n=> ${answer}`)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, attacker))
  return { statuses, faults }
}
