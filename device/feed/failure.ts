import * as v from 'valibot'
import { networkReason } from '../../common/errors.ts'
import { addressName, withoutToken } from './http.ts'

const Problem = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal('about:blank'),
    detail: v.pipe(v.string(), v.maxLength(500), v.regex(/^[^\p{Cc}]*$/u)),
  }),
)

/** Why an HTTP request failed, for people. */
export function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node wraps what an abort was given as its reason.
  if (error.name === 'AbortError' && error.cause instanceof Error) return error.cause.message
  return networkReason(error)
}

/**
 * Why an answer is none, for people. What a bridge says of itself is told (RFC 9457); what a stranger's
 * error page says is not for our log.
 *
 * @param location where a redirection points to, which may repeat what is secret in the address
 * @param url what was asked
 * @param token that was shown
 */
export function refusal(
  status: number,
  location: string | undefined,
  url: URL,
  body = '',
  token?: string,
): string {
  if (status === 401) {
    return token === undefined
      ? 'the answer is HTTP 401: it wants a token (--token)'
      : 'the answer is HTTP 401: the token (--token) is not the one that the bridge was started with'
  }
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
  const problem = v.safeParse(Problem, body)
  const why = problem.success ? `: ${withoutToken(problem.output.detail)}` : ''
  return `the answer is HTTP ${status}${why}${target === undefined ? '' : `, which points to ${addressName(target)}`}`
}
