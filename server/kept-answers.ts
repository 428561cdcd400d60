import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { SiteState } from './readings/poller.ts'

/** An answer as it goes to everyone who asks the same. */
export interface Answer {
  readonly body: string
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

interface Kept extends Answer {
  readonly untilMs: number
}

type Request = Partial<Pick<IncomingMessage, 'method' | 'url'>>

/** Nobody asks for so many different things within a second; one who makes up queries does. */
const mostKept = 200

/**
 * Answers that would come out the same again: while the sites are in the same state, until the age of
 * a reading has another second. It stands in front of the web framework, behind whatever guards it,
 * and makes an answer from memory cost about what Node itself costs.
 */
export class KeptAnswers {
  readonly #sites: () => readonly SiteState[]
  readonly #now: () => number
  readonly #common: Answer['headers']
  /** Key: path and query. */
  readonly #kept: Map<string, Kept> = new Map()
  /** What the kept ones were made from. */
  #states: readonly SiteState[] = []

  /** @param common headers of every answer, which those that are kept have already */
  constructor(sites: () => readonly SiteState[], now: () => number, common: Answer['headers']) {
    this.#sites = sites
    this.#now = now
    this.#common = common
  }

  /** Keeps an answer; `untilMs` is how long it is right if no site's state changes. */
  keep({ method, url = '' }: Request, answer: Answer, untilMs: number): void {
    if (method !== 'GET') return
    this.#forgetOld()
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const length = String(Buffer.byteLength(answer.body))
    this.#kept.set(url, {
      ...answer,
      headers: { ...this.#common, ...answer.headers, 'Content-Length': length },
      untilMs,
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
    if (kept === undefined) return false
    const wanted = headers['if-none-match']
    // A list of tags, or one of another number, is for the app.
    if (wanted !== undefined && wanted !== kept.etag) return false
    this.#forgetOld()
    if (!this.#kept.has(url) || this.#now() >= kept.untilMs) return false
    if (wanted === undefined) {
      response.writeHead(200, kept.headers).end(kept.body)
    } else {
      const { 'Content-Type': _, 'Content-Length': __, ...validators } = kept.headers
      response.writeHead(304, validators).end()
    }
    return true
  }

  #forgetOld(): void {
    const states = this.#sites()
    const same =
      states.length === this.#states.length &&
      states.every((state, index) => state === this.#states[index])
    if (same) return
    this.#kept.clear()
    this.#states = states
  }
}
