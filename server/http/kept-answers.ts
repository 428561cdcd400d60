import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'

interface Kept {
  readonly body: string
  readonly etag: string | undefined
  /** Names and values in turn. */
  readonly headers: string[]
  readonly validators: string[]
  readonly untilMs: number
}

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
  readonly #common: Answer['headers']
  /** Key: path and query. */
  readonly #kept: Map<string, Kept> = new Map()

  /**
   * @param common headers of every answer. They are kept with it: one that is set on the response
   *   before makes Node take a way that costs a fifth more.
   */
  constructor(now: () => number, common: Answer['headers']) {
    this.#now = now
    this.#common = common
  }

  /** To be told of every round, also of one that failed. */
  forget(): void {
    this.#kept.clear()
  }

  /** Keeps an answer for as long as it says that it is right, if nothing new is read. */
  keep({ method, url = '' }: Request, { status, headers, body, keepUntilMs }: Answer): void {
    if (keepUntilMs === undefined || status !== 200 || method !== 'GET') return
    if (typeof body !== 'string') return
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const length = ['Content-Length', String(Buffer.byteLength(body))]
    const all = { ...this.#common, ...headers }
    const { 'Content-Type': _, ...validators } = all
    this.#kept.set(url, {
      body,
      etag: headers['ETag'],
      untilMs: Math.min(keepUntilMs, this.#now() + mostMs),
      headers: [...Object.entries(all).flat(), ...length],
      validators: Object.entries(validators).flat(),
    })
  }

  /** A listener that answers what is kept, and hands on what is not. */
  before(next: RequestListener): RequestListener {
    return (request, response) => {
      if (!this.#answer(request, response)) next(request, response)
    }
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): boolean {
    if (method !== 'GET') return false
    const kept = this.#kept.get(url)
    if (kept === undefined || this.#now() >= kept.untilMs) return false
    const wanted = headers['if-none-match']
    // A list of tags, or one of another number, is for the app.
    if (wanted !== undefined && wanted !== kept.etag) return false
    if (wanted === undefined) {
      response.writeHead(200, kept.headers).end(kept.body)
    } else {
      response.writeHead(304, kept.validators).end()
    }
    return true
  }
}
