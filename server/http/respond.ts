import type { RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../../common/log.ts'
import type { App } from '../app.ts'
import type { Answer } from './answer.ts'
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
    const fail = (error: unknown) => {
      log.error({ err: error }, 'an answer could not be sent')
      response.destroy()
    }
    try {
      const answer = app.answer({ method, url, headers })
      if (answer instanceof Promise) {
        // A next reading may have made it old, so it is not kept.
        answer.then((late) => send(response, late, common)).catch(fail)
        return
      }
      send(response, answer, common)
      answers.keep(request, answer)
    } catch (error) {
      fail(error)
    }
  }
}

/** @param common headers of every answer, where this one does not have its own; of `Vary` both hold */
export function send(response: ServerResponse, answer: Answer, common: Answer['headers']): void {
  const { status, headers, body, stream } = answer
  if (stream !== undefined && response.req.method !== 'HEAD') {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value)
    stream(response)
    return
  }
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
  const vary = [common['Vary'], headers['Vary']].filter((each) => each !== undefined)
  const varies = vary.length > 1 ? { Vary: vary.join(', ') } : {}
  response.writeHead(status, { ...common, ...headers, ...varies, ...length }).end(body)
}
