import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../log.ts'
import { bearer, parseTarget, redact, tokenCheck } from './access.ts'
import { clientAddress, type Network } from './client-address.ts'
import { Problem } from './problem.ts'
import type { Refusals } from './refusals.ts'

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

const methods = 'GET, HEAD, OPTIONS'
/** The longest that means something has a site's name and three parameters. */
const mostTargetBytes = 2048
const mostHeaders = 100

/**
 * What every request passes before the routes: method, size, token and base path. The routes see
 * their own path and nothing of what came before it. It stands in front of the web framework, where
 * it holds for each answer and costs a request next to nothing.
 */
export function guard(options: GuardOptions, next: RequestListener): RequestListener {
  const { token, basePath, refusals, log } = options
  const isToken = token === undefined ? undefined : tokenCheck(token)
  const setHeaders = answerHeaders(options.cors)
  const client = clientAddress(options.trustedProxies)
  const address = ({ socket, headers }: IncomingMessage) =>
    client(socket.remoteAddress, headers['x-forwarded-for'])

  return function guarded(request, response) {
    const { method = '', url = '' } = request
    if (log.isLevelEnabled?.('debug') !== false) logRequest(options, address, request, response)
    setHeaders(request, response)

    /** Refuses in words; what the client has sent beside its header is not read. */
    const refuse = (problem: Problem, route = '') => {
      refusals.add(
        `${method} ${redact(url, token)} from ${address(request)}: ${problem.status} ${problem.title}`,
      )
      if (hasBody(request)) response.setHeader('Connection', 'close')
      answerProblem(response, problem, route)
    }

    if (method === 'OPTIONS' && !hasBody(request)) {
      preflight(request, response)
      return
    }
    if (method !== 'GET' && method !== 'HEAD') {
      const detail = `${method} is not possible: the bridge is only read; allowed are ${methods}`
      refuse(new Problem(405, 'Method Not Allowed', detail, { Allow: methods }))
      return
    }
    if (hasBody(request)) {
      refuse(new Problem(413, 'Content Too Large', 'a question to the bridge has no body'))
      return
    }
    if (url.length > mostTargetBytes) {
      const detail = `an address may have ${mostTargetBytes} bytes; this one has ${url.length}`
      refuse(new Problem(414, 'URI Too Long', detail))
      return
    }
    if (request.rawHeaders.length > 2 * mostHeaders) {
      const detail = `a request may have ${mostHeaders} headers`
      refuse(new Problem(431, 'Request Header Fields Too Large', detail))
      return
    }
    const target = parseTarget(url, basePath, isToken !== undefined)
    if (target === undefined) {
      refuse(new Problem(400, 'Bad Request', 'this is no address of the bridge'))
      return
    }
    const { route, shown } = target
    const [path = ''] = route.split('?', 1)
    if (isToken !== undefined && path !== '/health') {
      const given = shown ?? bearer(request.headers.authorization)
      if (!isToken(given)) {
        refuse(unauthorized(given), path)
        return
      }
    }
    if (!route.startsWith('/')) {
      redirectInto(url, response)
      return
    }
    request.url = route
    next(request, response)
  }
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

/** As RFC 9457, or one plain line for `/count`. */
function answerProblem(response: ServerResponse, problem: Problem, route: string): void {
  const plain = route === '/count'
  const body = plain ? `${problem.message}\n` : JSON.stringify(problem.document)
  response
    .writeHead(problem.status, {
      ...problem.headers,
      'Content-Type': plain ? 'text/plain; charset=UTF-8' : 'application/problem+json',
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body)
}

/** The addresses in a page are relative to it, so the page's own must end with a slash. */
function redirectInto(url: string, response: ServerResponse): void {
  const [, last = '', query = ''] = /([^/?]*)(\?.*)?$/.exec(url) ?? []
  response.writeHead(308, { Location: `./${last}/${query}`, 'Content-Length': 0 }).end()
}

type SetHeaders = (request: IncomingMessage, response: ServerResponse) => void

/** Headers of every answer. A page on another site may show ours in a frame, so none forbids that. */
function answerHeaders(cors: readonly string[]): SetHeaders {
  const anybody = cors.includes('*')
  return ({ headers }, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    // The token may be in the path.
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (cors.length === 0) return
    if (!anybody) response.setHeader('Vary', 'Origin')
    const origin = anybody ? '*' : cors.find((each) => each === headers.origin)
    if (origin === undefined) return
    response.setHeader('Access-Control-Allow-Origin', origin)
    response.setHeader('Access-Control-Expose-Headers', 'Age, ETag')
  }
}

/** What may be done here; to a browser that asks before it sends the token, also that it may. */
function preflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Allow', methods)
  if (
    headers['access-control-request-method'] !== undefined &&
    response.hasHeader('Access-Control-Allow-Origin')
  ) {
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD')
    response.setHeader('Access-Control-Allow-Headers', 'Authorization, If-None-Match')
    response.setHeader('Access-Control-Max-Age', '86400')
  }
  response.writeHead(204).end()
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
  if (/^(127\.|localhost$|::1$)/.test(host)) {
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
