import { createServer, type RequestListener } from 'node:http'
import { Socket } from 'node:net'
import { listenError } from '../../common/listen-error.ts'
import { Problem } from './problem.ts'
import type { Refusals } from './refusals.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly refusals: Refusals
  readonly limits?: Partial<Limits>
}

export interface Listening {
  readonly port: number
  /** Without a path. */
  readonly url: string
  close(): Promise<void>
}

/** What a client may take of the bridge. */
interface Limits {
  /** At once: 10,000 streams, and room for other requests. About 10 KB each. */
  readonly connections: number
  /** Of the request line and all headers. A page of the same site brings its cookies. */
  readonly headerBytes: number
  /** Time for the complete request header, from connect. */
  readonly headerMs: number
  /** Time between two requests of a connection: longer than proxies keep theirs (60 s). */
  readonly idleMs: number
  /** How often connections are checked for these times. */
  readonly checkMs: number
}

const usualLimits: Limits = {
  connections: 12_000,
  headerBytes: 16_384,
  headerMs: 10_000,
  idleMs: 65_000,
  checkMs: 2000,
}

/**
 * An HTTP server with limits for everything that a client could take without end.
 *
 * @throws FatalError when the port or the address cannot be had
 */
export async function listen(
  listener: RequestListener,
  { host, port, refusals, limits }: ListenOptions,
): Promise<Listening> {
  const { connections, headerBytes, headerMs, idleMs, checkMs } = { ...usualLimits, ...limits }
  const server = createServer(
    {
      maxHeaderSize: headerBytes,
      headersTimeout: headerMs,
      requestTimeout: headerMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: checkMs,
      // Node's own refusal has no body.
      requireHostHeader: false,
    },
    listener,
  )
  server.maxConnections = connections
  // Ends connections whose client does not read; a stream has a heartbeat more often than that.
  server.timeout = idleMs
  server.on('drop', () => refusals.add(`a connection: there are ${connections} already`))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Where something has been answered, another answer could end up in the midst of it.
    const isFresh = socket instanceof Socket && socket.writable && socket.bytesWritten === 0
    if (error.code === 'ECONNRESET' || !isFresh) {
      socket.destroy()
      return
    }
    const problem = clientProblem(error, headerMs)
    refusals.add(`what is no request: ${problem.status} ${problem.title}`)
    answerRaw(socket, problem)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, host, port)
  })
  const address = server.address()
  const boundPort = typeof address === 'object' && address !== null ? address.port : port
  return {
    port: boundPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Why Node's parser refuses: its codes are those of llhttp. */
function clientProblem({ code }: NodeJS.ErrnoException, headerMs: number): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'Request Header Fields Too Large', 'the header is too large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(
        408,
        'Request Timeout',
        `the request was not complete after ${headerMs / 1000} s`,
      )
    default:
      return new Problem(400, 'Bad Request', 'this is no HTTP request')
  }
}

/** Writes to the socket: Node has no response for what it could not parse. */
function answerRaw(socket: Socket, problem: Problem): void {
  const { headers, body } = problem.render(undefined)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
