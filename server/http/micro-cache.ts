import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from './access.ts'
import { matchesTag } from './middleware/conditional.ts'
import { hasBody } from './middleware/limits.ts'

interface Kept {
  /** Each byte as one character: Node sends text with the header in one packet. */
  readonly body: string
  /** Names and values in turn. */
  readonly headers: string[]
  /** Without those of the body. */
  readonly validators: string[]
  readonly etag: string | null
  readonly untilMs: number
}

/**
 * To keep an answer costs more than to make it. So it is kept when it is requested again, and once for all
 * requests that come while it is being made; one that says no max-age stays in that state.
 */
type Unkept = 'requested' | 'being kept'

const mostKept = 200
const mostMs = 1000

/**
 * Keeps finished answers for as long as their `max-age` says and at most a second, as nginx's micro-cache
 * does. It stands in front of Hono: an answer from here costs about what a bare node:http server costs.
 */
export class MicroCache {
  readonly #monotonic: () => number
  /** Key: address and the request headers that change an answer. */
  #kept: Map<string, Kept | Unkept> = new Map()

  /** @param monotonic milliseconds of a clock that never jumps */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** To be called when anything has changed; answers that are being made are not kept either. */
  clear(): void {
    this.#kept = new Map()
  }

  /** A listener that sends what is kept, and passes on all other requests. */
  before(next: RequestListener): RequestListener {
    return (request, response) => {
      const key = keyOf(request)
      const kept = key === undefined ? undefined : this.#kept.get(key)
      const isFresh = typeof kept === 'object' && this.#monotonic() < kept.untilMs
      if (isFresh) send(kept, request, response)
      else next(request, response)
    }
  }

  /** Middleware that keeps what those within it have made, from the second time on. */
  readonly keep: MiddlewareHandler<HttpEnv> = async (c, next) => {
    const key = keyOf(c.env.incoming)
    const kept = this.#kept
    const known = key === undefined ? undefined : kept.get(key)
    if (key === undefined || known === 'being kept') return next()
    if (known === undefined) {
      if (kept.size >= mostKept) kept.clear()
      kept.set(key, 'requested')
      return next()
    }
    kept.set(key, 'being kept')
    const startMs = this.#monotonic()
    await next()
    if (c.res.status !== 200) return
    const [, maxAge = '0'] = /\bmax-age=(\d+)/.exec(c.res.headers.get('Cache-Control') ?? '') ?? []
    if (Number(maxAge) === 0) return
    const copy = c.res.clone()
    const body = Buffer.from(await copy.arrayBuffer())
    const headers = [...copy.headers]
    kept.set(key, {
      body: body.toString('latin1'),
      headers: [...headers, ['Content-Length', String(body.length)]].flat(),
      validators: headers.filter(([name]) => !name.startsWith('content-')).flat(),
      etag: copy.headers.get('ETag'),
      untilMs: startMs + Math.min(Number(maxAge) * 1000, mostMs),
    })
  }
}

/** Undefined for what is neither kept nor answered from here. */
function keyOf({ method, url, headers }: IncomingMessage): string | undefined {
  const { host, origin, authorization, 'accept-encoding': encoding } = headers
  const language = headers['accept-language']
  if (method !== 'GET' || host === undefined || origin !== undefined || hasBody(headers)) return
  return `${host}\n${url}\n${authorization}\n${encoding}\n${language}`
}

function send(kept: Kept, { headers }: IncomingMessage, response: ServerResponse): void {
  const wanted = headers['if-none-match']
  if (wanted !== undefined && kept.etag !== null && matchesTag(wanted, kept.etag)) {
    response.writeHead(304, kept.validators).end()
  } else {
    response.writeHead(200, kept.headers).end(kept.body, 'latin1')
  }
}
