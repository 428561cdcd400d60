import { DatabaseError, messageOf, networkReason, UsageError } from '../../../common/errors.ts'
import type { DatabasePlace, Step } from '../database/place.ts'
import { AgentDatabase } from './client.ts'
import type { AgentKey } from './key.ts'

/** Hosts keep logs and limits of requests. */
const agentPollMs = { usual: 30_000, least: 15_000 } as const

/** A WordPress that only its own PHP reaches: the plugin there answers for its database. */
export function agentPlace(url: URL, key: AgentKey, now: () => number): DatabasePlace {
  return {
    description: `the agent at ${url.host}${url.pathname.replace(/\/$/, '')}`,
    pollMs: agentPollMs,
    steps: () => reach(url),
    open: async () => new AgentDatabase({ url, key, now, fetch }),
  }
}

/** Whether anything answers at the address, whatever it says. */
async function* reach(url: URL): AsyncGenerator<Step> {
  const answer = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined
    const reason = cause instanceof Error ? networkReason(cause) : messageOf(error)
    throw new DatabaseError('away', `the WordPress at ${url.href}: ${reason}`)
  })
  await answer.body?.cancel()
  yield { subject: 'web server', text: `${url.href} answers (HTTP ${answer.status})` }
}

/**
 * The address of a WordPress. What is signed needs no secrecy, but what comes back could be changed on its
 * way: without TLS only this machine is asked.
 *
 * @throws UsageError for an address that is none, or not safe
 */
export function parseWordpressUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== ''
  ) {
    throw new UsageError(
      `--wordpress: "${text}" is no address of a WordPress; give it as visitors have it: https://www.example.com`,
    )
  }
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isHere) {
    throw new UsageError(`--wordpress: ${text} has no TLS; give its https:// address`)
  }
  return url
}
