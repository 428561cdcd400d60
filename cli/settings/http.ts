import { isIP } from 'node:net'
import * as v from 'valibot'
import type { Settings } from './setting.ts'
import { List, Text, Token, whole } from './types.ts'

const basePathMessage = 'a path such as /counter'
/** Without a slash at the end; empty for the root. */
const BasePath = v.pipe(
  v.string(),
  v.regex(/^(\/[A-Za-z0-9._~-]+)*\/?$/, basePathMessage),
  v.check((text) => !/\/\.\.?(\/|$)/.test(text), basePathMessage),
  v.transform((text) => text.replace(/\/$/, '')),
)

const originsMessage = '*, off, or the origins of pages, as https://example.com'
/** `*` stands alone; none at all for `off`. */
const Origins = v.pipe(
  List,
  v.transform((origins) => (origins.join() === 'off' ? [] : origins)),
  v.check(
    (origins) => origins.join() === '*' || origins.every((origin) => originOf(origin) === origin),
    originsMessage,
  ),
)

function originOf(text: string): string | undefined {
  return URL.canParse(text) && /^https?:/.test(text) ? new URL(text).origin : undefined
}

const networksMessage = 'addresses or networks, as 127.0.0.1,10.0.0.0/8,fd00::/8'
const Networks = v.pipe(
  List,
  v.transform((parts) =>
    parts.map((part) => {
      const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? []
      const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
      return { address, bits: Number(bits ?? mostBits), mostBits }
    }),
  ),
  v.check(
    (networks) => networks.every(({ bits, mostBits }) => bits >= 0 && bits <= mostBits),
    networksMessage,
  ),
)

/** Where to listen, and who may ask. */
export const httpSettings = {
  host: {
    flag: '--host <address>',
    env: 'HOST',
    help: 'the address to listen on; 0.0.0.0 opens it to the whole network',
    schema: Text,
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
