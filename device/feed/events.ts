import type { ClientRequest, IncomingMessage } from 'node:http'
import { createParser } from 'eventsource-parser'
import { backoffMs } from '../../common/backoff.ts'
import type { Logger } from '../../common/log.ts'
import { type FeedAnswer, parseAnswer } from './answer.ts'
import { failure, refusal } from './failure.ts'
import type { Feed, FeedListener } from './feed.ts'
import { addressName, authorization, clientFor } from './http.ts'

export interface EventsOptions {
  readonly url: URL
  readonly token: string | undefined
  readonly random: () => number
  readonly log: Logger
  /** What to do where the address has no events: a page that is no bridge, or an older one. */
  readonly otherwise: () => Feed
}

/** The bridge says something every 15 s; a stream that is silent for longer is dead. */
const silenceMs = 40_000
const retry = { firstMs: 500, mostMs: 4000 }
/** Where there were no events: a bridge of a newer version, or another one, may have them. */
const lookAgainMs = 60_000
/** A reading takes about 300 bytes. */
const mostBytes = 65_536

/**
 * Listens to server-sent events: the number comes when it changes. A heartbeat confirms that it still
 * holds. Where there are no events it asks instead, and looks again now and then.
 */
export function eventsFeed(options: EventsOptions, listener: FeedListener): Feed {
  const { url, token, random, log } = options
  let instead: Feed | undefined
  let request: ClientRequest | undefined
  let timer: NodeJS.Timeout | undefined
  let last: FeedAnswer | undefined
  let failures = 0
  let said = ''
  let stopped = false

  const again = (reason: string) => {
    clearTimeout(timer)
    request?.destroy()
    request = undefined
    if (stopped) return
    if (instead !== undefined) {
      timer = setTimeout(connect, lookAgainMs)
      return
    }
    failures += 1
    if (reason !== said) log.warn(`${addressName(url)}: ${reason}; trying again`)
    said = reason
    timer = setTimeout(connect, backoffMs(failures, retry, random))
  }

  /** A sign of life: the stream gets its full time again. */
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(() => again(`nothing came for ${silenceMs / 1000} s`), silenceMs)
  }

  const receive = (
    response: IncomingMessage,
    isCurrent: () => boolean,
    fail: (reason: string) => void,
  ) => {
    const type = response.headers['content-type'] ?? ''
    if (response.statusCode !== 200 || !type.startsWith('text/event-stream')) {
      response.resume()
      if (response.statusCode === 200 || response.statusCode === 404) {
        clearTimeout(timer)
        request = undefined
        if (instead === undefined) {
          log.info(`${addressName(url)}: no events of this there; asking for the number instead`)
          instead = options.otherwise()
          instead.start()
        }
        timer = setTimeout(connect, lookAgainMs)
      } else {
        fail(refusal(response.statusCode ?? 0, response.headers.location, url, '', token))
      }
      return
    }
    instead?.stop()
    instead = undefined
    let bytes = 0
    // What the stream before has said may have changed since.
    last = undefined
    const parser = createParser({
      onEvent({ event, data }) {
        bytes = 0
        // Behind a bad one in the same piece: the stream has been given up.
        if (event !== 'count' || !isCurrent()) return
        try {
          last = parseAnswer(data)
        } catch (error) {
          fail(failure(error))
          return
        }
        if (failures > 0 && said !== '') log.info(`${url.host} answers again`)
        failures = 0
        said = ''
        listener(last)
      },
      onComment() {
        bytes = 0
        if (isCurrent() && last !== undefined && last.stale !== true)
          listener({ ...last, ageSeconds: 0 })
      },
    })
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      alive()
      bytes += text.length
      if (bytes > mostBytes) fail(`an event is longer than ${mostBytes} bytes`)
      else parser.feed(text)
    })
    response.on('end', () => fail('the stream has ended'))
    response.on('error', (error) => fail(failure(error)))
  }

  const connect = () => {
    alive()
    const headers = {
      Accept: 'text/event-stream',
      ...authorization(token),
    }
    const attempt = clientFor(url).get(url, { headers }, (response) => {
      if (isCurrent()) receive(response, isCurrent, fail)
      else response.destroy()
    })
    request = attempt
    const isCurrent = () => request === attempt
    // One that we have given up ourselves ends with an error, too.
    const fail = (reason: string) => {
      if (isCurrent()) again(reason)
    }
    attempt.on('error', (error) => fail(failure(error)))
  }

  return {
    start: connect,
    stop() {
      stopped = true
      clearTimeout(timer)
      request?.destroy()
      instead?.stop()
    },
  }
}
