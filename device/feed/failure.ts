import { networkReason } from '../../errors.ts'
import { addressName } from './http.ts'

/** Why an HTTP request failed, for people. */
export function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node wraps what an abort was given as its reason.
  if (error.name === 'AbortError' && error.cause instanceof Error) return error.cause.message
  return networkReason(error)
}

/**
 * Why an answer is none, for people. Without its body: what a stranger's error page says is not for our
 * log.
 *
 * @param location where a redirection points to, which may repeat what is secret in the address
 * @param url what was asked
 */
export function refusal(status: number, location: string | undefined, url: URL): string {
  if (status === 401) return 'the answer is HTTP 401: it wants a token (--token)'
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
  return `the answer is HTTP ${status}${target === undefined ? '' : `, which points to ${addressName(target)}`}`
}
