import type { ServerResponse } from 'node:http'
import type { Context, Hono } from 'hono'

/** What is asked of the routes. */
export interface HttpRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Key: name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What the routes answer, before it is bound to a socket. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  /** In place of a body: writes, its head too, for as long as the client listens. */
  readonly stream?: (response: ServerResponse) => void
  /** Until when, in milliseconds since 1970, everyone who asks the same gets this answer. */
  readonly keepUntilMs?: number | undefined
}

/**
 * A handler for Hono that gives our answer in place of a `Response`. Hono hands on what a handler returns
 * as it is, where no middleware of its own stands before it; Node's `Response` would load all of its
 * `fetch`: 11 MB and 25 ms of a bare process, of which `serve` saves 2 to 9 MB.
 */
export function answering<P extends string>(
  handle: (c: Context<object, P>) => Answer | Promise<Answer>,
): (c: Context<object, P>) => Response | Promise<Response> {
  return handle as unknown as (c: Context<object, P>) => Response | Promise<Response>
}

/** Puts a request to routes whose handlers are all `answering`. */
export function ask(app: Hono, { method, url, headers }: HttpRequest): Answer | Promise<Answer> {
  const request = {
    // Node itself leaves out the body of an answer to HEAD.
    method: method === 'HEAD' ? 'GET' : method,
    // Hono wants a whole address, without `.` and `..` in it; no route looks at its host.
    url: new URL(`http://bridge${url}`).href,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null },
  }
  return app.fetch(request as Request) as unknown as Answer | Promise<Answer>
}

/** A document, such as `/health` answers. */
export function jsonAnswer(
  document: unknown,
  status = 200,
  headers: Answer['headers'] = {},
): Answer {
  const body = JSON.stringify(document)
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body }
}
