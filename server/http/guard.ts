import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../../common/log.ts'
import { bearer, parseTarget, redact, tokenCheck } from './access.ts'
import { clientAddress, type Network } from './client-address.ts'
import { Problem } from './problem.ts'
import type { Refusals } from './refusals.ts'
import { send } from './respond.ts'

/** Who may ask, and how the bridge is reached. */
export interface GuardSettings {
  /** Every route but `/health` wants it; undefined where anybody may ask. */
  readonly token: string | undefined
  /** Without a slash at the end; empty for the root. */
  readonly basePath: string
  /** Origins of pages whose scripts may read the answers; `*` for all of them. */
  readonly cors: readonly string[]
  readonly trustedProxies: readonly Network[]
}

export interface GuardOptions extends GuardSettings {
  readonly refusals: Refusals
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number
  readonly log: Logger
}

const methods = ['GET', 'HEAD', 'OPTIONS']
/** The longest that means something has a site's name and three parameters. */
const mostTargetBytes = 2048
const mostHeaders = 100

/**
 * What every request passes before the routes: method, size, token and base path. The routes see
 * their own path and nothing of what came before it. It stands in front of the web framework, where
 * it holds for each answer and costs a request next to nothing.
 *
 * @param next sets the common headers by itself, which saves what `setHeader` costs
 */
export function guard(options: GuardOptions, next: RequestListener): RequestListener {
  const { token, basePath, cors, refusals, log } = options
  const isToken = token === undefined ? undefined : tokenCheck(token)
  const common = commonHeaders(cors)
  const logsRequests = log.isLevelEnabled?.('debug') !== false
  const client = clientAddress(options.trustedProxies)
  const address = ({ socket, headers }: IncomingMessage) =>
    client(socket.remoteAddress, headers['x-forwarded-for'])

  /** Refuses in words; what the client has sent beside its header is not read. */
  const refuse: Refuse = (request, response, problem, route) => {
    const { method, url = '' } = request
    const { status, title } = problem
    refusals.add(`${method} ${redact(url, token)} from ${address(request)}: ${status} ${title}`)
    const connection = hasBody(request) ? { Connection: 'close' } : {}
    send(response, problem.answer(route), { ...common, ...connection })
  }

  return function guarded(request, response) {
    const { method, url = '', headers } = request
    if (logsRequests) logRequest(options, address, request, response)
    if (headers.origin !== undefined) setOriginHeaders(cors, headers.origin, response)
    const problem = unfit(request)
    if (problem !== undefined) {
      refuse(request, response, problem)
      return
    }
    if (method === 'OPTIONS') {
      preflight(request, response, common)
      return
    }
    const target = parseTarget(url, basePath, isToken !== undefined)
    if (target === undefined) {
      refuse(request, response, noAddress())
      return
    }
    const { route, shown } = target
    if (isToken !== undefined) {
      const [path = ''] = route.split('?', 1)
      const given = shown ?? bearer(headers.authorization)
      if (path !== '/health' && !isToken(given)) {
        refuse(request, response, unauthorized(given), path)
        return
      }
      // What the page links to is not to learn it.
      if (shown !== undefined) response.setHeader('Referrer-Policy', 'no-referrer')
    }
    if (!route.startsWith('/')) {
      redirectInto(url, response)
      return
    }
    request.url = route
    next(request, response)
  }
}

type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  route?: string,
) => void

/** What is wrong with a request, wherever it leads. */
function unfit(request: IncomingMessage): Problem | undefined {
  const { method, url = '', rawHeaders, headers } = request
  const sendsBody = hasBody(request)
  if (method !== 'GET' && method !== 'HEAD' && (method !== 'OPTIONS' || sendsBody)) {
    const allowed = methods.join(', ')
    const detail = `${method} is not possible: the bridge is only read; allowed are ${allowed}`
    return new Problem(405, 'Method Not Allowed', detail, { Allow: allowed }, methods)
  }
  if (sendsBody) {
    return new Problem(413, 'Content Too Large', 'a question to the bridge has no body')
  }
  if (url.length > mostTargetBytes) {
    const detail = `an address may have ${mostTargetBytes} bytes; this one has ${url.length}`
    return new Problem(414, 'URI Too Long', detail)
  }
  if (rawHeaders.length > 2 * mostHeaders) {
    const detail = `a request may have ${mostHeaders} headers`
    return new Problem(431, 'Request Header Fields Too Large', detail)
  }
  return isHost(headers.host) ? undefined : noAddress()
}

/** RFC 9112 section 3.2: a host that is none is refused, though nothing here depends on it. */
function isHost(host = ''): boolean {
  // Parsing costs as much as all else that is done here; the pattern spares it for ports below 60000.
  const isPlain = /^[\w.-]+(:(\d{1,4}|[1-5]\d{4}))?$/.test(host)
  return isPlain || host === '' || URL.canParse(`http://${host}`)
}

function noAddress(): Problem {
  return new Problem(400, 'Bad Request', 'this is no address of the bridge')
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
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

/** The addresses in a page are relative to it, so the page's own must end with a slash. */
function redirectInto(url: string, response: ServerResponse): void {
  const [, last = '', query = ''] = /([^/?]*)(\?.*)?$/.exec(url) ?? []
  response.writeHead(308, { Location: `./${last}/${query}`, 'Content-Length': 0 }).end()
}

type Headers = Readonly<Record<string, string>>

/** Headers of every answer. A page on another site may show ours in a frame, so none forbids that. */
export function commonHeaders(cors: readonly string[]): Headers {
  return {
    'X-Content-Type-Options': 'nosniff',
    ...(cors.includes('*') ? { 'Access-Control-Allow-Origin': '*' } : {}),
    ...(isList(cors) ? { Vary: 'Origin' } : {}),
  }
}

function isList(cors: readonly string[]): boolean {
  return cors.length > 0 && !cors.includes('*')
}

/** For a script on a page of another origin. */
function setOriginHeaders(cors: readonly string[], origin: string, response: ServerResponse): void {
  if (isList(cors)) {
    if (!cors.includes(origin)) return
    response.setHeader('Access-Control-Allow-Origin', origin)
  }
  if (cors.length > 0) response.setHeader('Access-Control-Expose-Headers', 'Age, ETag')
}

/** What may be done here; to a browser that asks before it sends the token, also that it may. */
function preflight({ headers }: IncomingMessage, response: ServerResponse, common: Headers): void {
  const mayAsk =
    headers['access-control-request-method'] !== undefined &&
    response.hasHeader('Access-Control-Expose-Headers')
  response
    .writeHead(204, {
      ...common,
      Allow: methods.join(', '),
      ...(mayAsk && {
        'Access-Control-Allow-Methods': 'GET, HEAD',
        'Access-Control-Allow-Headers': 'Authorization, If-None-Match',
        'Access-Control-Max-Age': '86400',
      }),
    })
    .end()
}

/** One line when the answer is over: of a stream, when it has ended. */
function logRequest(
  { token, monotonic, log }: GuardOptions,
  address: (request: IncomingMessage) => string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const startMs = monotonic()
  const { method, url = '' } = request
  const client = address(request)
  response.once('close', () => {
    const { statusCode: status } = response
    const ms = Math.round((monotonic() - startMs) * 10) / 10
    log.debug({ method, path: redact(url, token), status, ms, client }, 'request')
  })
}

/** What it means to listen on an address, and how to go on from there. */
export function openness(
  host: string,
  token: string | undefined,
): { level: 'info' | 'warn'; text: string } {
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  if (isLocal && token !== undefined) {
    const text = 'only this machine and proxies on it can ask, and must bring the token'
    return { level: 'info', text }
  }
  if (isLocal) {
    const text =
      'only this machine can ask; --host 0.0.0.0 opens the bridge to the network, where all who reach this machine can read the counts unless --token keeps them out'
    return { level: 'info', text }
  }
  if (token === undefined) {
    const text = `all who reach this machine at ${host} can read the counts; --token keeps out those who do not know it`
    return { level: 'warn', text }
  }
  const text = `open to the network at ${host}, for those who bring the token; without https it can be read on the way`
  return { level: 'info', text }
}
