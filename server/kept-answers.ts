import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** An answer as it goes to everyone who asks the same. */
export interface Answer {
  readonly body: string
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

interface Kept {
  readonly body: string
  readonly etag: string
  /** Names and values in turn. */
  readonly headers: Headers
  readonly validators: Headers
  readonly untilMs: number
}

type Headers = readonly string[]
type Request = Partial<Pick<IncomingMessage, 'method' | 'url'>>

/** Nobody asks for so many different things within a second; one who makes up queries does. */
const mostKept = 200

/** Sites also come and go, of which no round tells. */
const mostMs = 1000

/**
 * Answers that would come out the same again: until a reading is another second old or the next round
 * of queries is over. They stand in front of the web framework, behind whatever guards it, and make an
 * answer from memory cost about what Node itself costs.
 */
export class KeptAnswers {
  readonly #now: () => number
  /** Key: path and query. */
  readonly #kept: Map<string, Kept> = new Map()

  constructor(now: () => number) {
    this.#now = now
  }

  /** To be told of every round, also of one that failed. */
  forget(): void {
    this.#kept.clear()
  }

  /** Keeps an answer; `untilMs` is how long it is right if nothing new is read. */
  keep({ method, url = '' }: Request, { body, etag, headers }: Answer, untilMs: number): void {
    if (method !== 'GET') return
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const length = ['Content-Length', String(Buffer.byteLength(body))]
    const { 'Content-Type': _, ...validators } = headers
    this.#kept.set(url, {
      ...{ body, etag },
      untilMs: Math.min(untilMs, this.#now() + mostMs),
      headers: [...Object.entries(headers).flat(), ...length],
      validators: Object.entries(validators).flat(),
    })
  }

  /**
   * A listener that answers what is kept, and hands on what is not.
   *
   * @param standing headers of every answer, names and values in turn. They are given here and not set
   *   on the response before: one `setHeader` makes Node take a way that costs as much as all the rest
   *   of an answer from memory.
   */
  before(next: RequestListener, standing: (request: IncomingMessage) => Headers): RequestListener {
    return (request, response) => {
      const headers = standing(request)
      if (this.#answer(request, response, headers)) return
      for (let index = 0; index < headers.length; index += 2) {
        response.setHeader(headers[index] ?? '', headers[index + 1] ?? '')
      }
      next(request, response)
    }
  }

  #answer(
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
    standing: Headers,
  ): boolean {
    if (method !== 'GET') return false
    const kept = this.#kept.get(url)
    if (kept === undefined || this.#now() >= kept.untilMs) return false
    const wanted = headers['if-none-match']
    // A list of tags, or one of another number, is for the app.
    if (wanted !== undefined && wanted !== kept.etag) return false
    if (wanted === undefined) {
      response.writeHead(200, [...standing, ...kept.headers]).end(kept.body)
    } else {
      response.writeHead(304, [...standing, ...kept.validators]).end()
    }
    return true
  }
}
