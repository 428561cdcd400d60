import type { RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../log.ts'
import type { Answer } from './answer.ts'
import type { App } from './app.ts'
import type { KeptAnswers } from './kept-answers.ts'

export interface ResponderOptions {
  readonly app: App
  /** Told of each answer. */
  readonly answers: KeptAnswers
  /** Headers of every answer. */
  readonly common: Answer['headers']
  readonly log: Logger
}

/** A listener that sends what the routes answer. */
export function responder({ app, answers, common, log }: ResponderOptions): RequestListener {
  return (request, response) => {
    const { method = '', url = '', headers } = request
    const take = (answer: Answer) => {
      answers.keep(request, answer)
      send(response, answer, common)
    }
    const fail = (error: unknown) => {
      log.error({ err: error }, 'an answer could not be sent')
      response.destroy()
    }
    try {
      const answer = app.answer({ method, url, headers })
      // What is kept is kept before a next reading makes it old, so nothing is waited for.
      if (answer instanceof Promise) answer.then(take).catch(fail)
      else take(answer)
    } catch (error) {
      fail(error)
    }
  }
}

/** @param common headers of every answer, where this one does not have its own */
export function send(response: ServerResponse, answer: Answer, common: Answer['headers']): void {
  const { status, headers, body, stream } = answer
  if (stream !== undefined && response.req.method !== 'HEAD') {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value)
    stream(response)
    return
  }
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(status, { ...common, ...headers, ...length }).end(body)
}
