import type { Agent } from 'node:http'
import { backoffMs } from '../../common/backoff.ts'
import type { Logger } from '../../common/log.ts'
import { type FeedAnswer, parseAnswer } from './answer.ts'
import { failure, refusal } from './failure.ts'
import type { Feed, FeedListener } from './feed.ts'
import { addressName, authorization, clientFor } from './http.ts'

export interface PollOptions {
  readonly url: URL
  readonly token: string | undefined
  readonly pollMs: number
  readonly random: () => number
  readonly log: Logger
}

const answerMs = 10_000
const longestWaitMs = 60_000
/** A count takes a few bytes, our own document about 300. */
const mostBytes = 65_536

/** Asks a URL for the number again and again, over one kept connection. */
export function pollFeed(options: PollOptions, listener: FeedListener): Feed {
  const { url, token, pollMs, random, log } = options
  const agent = new (clientFor(url).Agent)({ keepAlive: true, maxSockets: 1 })
  let tag: string | undefined
  let last: FeedAnswer | undefined
  let failures = 0
  let said = ''
  let timer: NodeJS.Timeout | undefined
  let abort = new AbortController()
  let stopped = false

  const round = async () => {
    abort = new AbortController()
    const late = setTimeout(
      () => abort.abort(new Error(`no answer within ${answerMs / 1000} s`)),
      answerMs,
    )
    try {
      const { status, etag, age, body, location } = await get(
        url,
        { agent, signal: abort.signal },
        {
          ...(last === undefined || tag === undefined ? {} : { 'If-None-Match': tag }),
          ...authorization(token),
        },
      )
      if (status === 304 && last !== undefined) {
        last = { ...last, ageSeconds: age }
      } else if (status === 200) {
        last = parseAnswer(body)
        tag = etag
      } else {
        throw new Error(refusal(status, location, url, body, token))
      }
      if (failures > 0) log.info(`${url.host} answers again`)
      failures = 0
      said = ''
      listener(last)
    } catch (error) {
      if (stopped) return
      failures += 1
      const reason = failure(error)
      if (reason !== said) log.warn(`${addressName(url)}: ${reason}; trying again`)
      said = reason
    } finally {
      clearTimeout(late)
    }
    if (stopped) return
    const waitMs =
      failures === 0
        ? pollMs
        : backoffMs(failures, { firstMs: pollMs, mostMs: longestWaitMs }, random)
    timer = setTimeout(() => void round(), waitMs)
  }

  return {
    start: () => void round(),
    stop: () => {
      stopped = true
      clearTimeout(timer)
      abort.abort()
      agent.destroy()
    },
  }
}

interface Response {
  readonly status: number
  readonly etag: string | undefined
  /** Seconds, from the header of that name; 0 without it. */
  readonly age: number
  readonly body: string
  /** Milliseconds since 1970 by the clock over there, in whole seconds; NaN where it does not say. */
  readonly dateMs: number
  /** Where a redirection points to. */
  readonly location: string | undefined
}

/** Asks once. */
export function get(
  url: URL,
  { agent, signal }: { agent: Agent; signal: AbortSignal },
  more: Record<string, string>,
): Promise<Response> {
  const headers = { Accept: 'application/json, text/plain', ...more }
  return new Promise((resolve, reject) => {
    const request = clientFor(url).request(url, { agent, headers, signal }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > mostBytes) {
          request.destroy(new Error(`the answer is longer than ${mostBytes} bytes`))
          return
        }
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          etag: response.headers.etag,
          age: Number.parseInt(response.headers.age ?? '0', 10) || 0,
          body: Buffer.concat(chunks).toString('utf8'),
          dateMs: Date.parse(response.headers.date ?? ''),
          location: response.headers.location,
        }),
      )
    })
    request.on('error', reject)
    request.end()
  })
}
