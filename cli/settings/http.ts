import { isIP } from 'node:net'
import * as v from 'valibot'
import type { Settings } from './setting.ts'
import { listOf, parsed, Token, whole } from './types.ts'

/** Without a slash at the end; empty for the root. */
const BasePath = parsed((text) => {
  const isPath = /^(\/[A-Za-z0-9._~-]+)*\/?$/.test(text) && !/\/\.\.?(\/|$)/.test(text)
  return isPath ? text.replace(/\/$/, '') : undefined
}, 'a path such as /counter')

const originsMessage = '*, off, or the origins of pages, as https://example.com'
/** `*` stands alone; none at all for `off`. */
const Origins = v.pipe(
  listOf(
    (text) => (['*', 'off', originOf(text)].includes(text) ? text : undefined),
    originsMessage,
  ),
  v.check(
    (origins) => origins.length === 1 || !origins.some((text) => text === '*' || text === 'off'),
    originsMessage,
  ),
  v.transform((origins) => (origins[0] === 'off' ? [] : origins)),
)

function originOf(text: string): string | undefined {
  return URL.canParse(text) && /^https?:/.test(text) ? new URL(text).origin : undefined
}

const networksMessage = 'addresses or networks, as 127.0.0.1,10.0.0.0/8,fd00::/8'
const Networks = listOf((text) => {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  const bits = Number(length ?? mostBits)
  return bits >= 0 && bits <= mostBits ? { address, bits } : undefined
}, networksMessage)

/** Where to listen, and who may ask. */
export const httpSettings = {
  host: {
    flag: '--host <address>',
    env: 'HOST',
    help: 'the address to listen on; 0.0.0.0 opens it to the whole network',
    default: '127.0.0.1',
  },
  port: {
    flag: '--port <port>',
    env: 'PORT',
    help: 'the port to listen on; 0 takes a free one',
    schema: whole(0, 65_535, 'a port number from 0 to 65535'),
    default: '8787',
    defaultOf: { board: '3030' },
  },
  token: {
    flag: '--token <token>',
    env: 'ACCESS_TOKEN',
    help: 'what every request to the bridge but /health must bring, as header "Authorization: Bearer <token>" or in the path, /t/<token>/count',
    schema: Token,
    secret: true,
  },
  cors: {
    flag: '--cors <origins>',
    env: 'CORS',
    help: `which other pages may read the answers in a browser: ${originsMessage}`,
    schema: Origins,
    default: '*',
    list: true,
  },
  basePath: {
    flag: '--base-path <path>',
    env: 'BASE_PATH',
    help: 'where a reverse proxy has the bridge, as /counter; the proxy may cut it off or pass it on',
    schema: BasePath,
    default: '',
  },
  trustedProxy: {
    flag: '--trusted-proxy <addresses>',
    env: 'TRUSTED_PROXY',
    help: `reverse proxies whose X-Forwarded-For is believed when the log names a client: ${networksMessage}`,
    schema: Networks,
    list: true,
  },
} satisfies Settings
