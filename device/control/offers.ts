import type { Agent } from 'node:http'
import * as v from 'valibot'
import { backoffMs } from '../../common/backoff.ts'
import type { Logger } from '../../common/log.ts'
import { metrics, periods } from '../../reading.ts'
import { failure } from '../feed/failure.ts'
import type { Feed } from '../feed/feed.ts'
import { authorization, clientFor } from '../feed/http.ts'
import { get } from '../feed/poll.ts'

/** All that any site has, as `--show` takes it. */
export const everyReading: readonly string[] = metrics.flatMap((metric) =>
  periods.map((period) => `${metric}.${period}`),
)

/** Of these words those that can be shown, in the usual order. */
export function inOrder(readings: ReadonlySet<string>): string[] {
  return everyReading.filter((reading) => readings.has(reading))
}

const Counts = v.object({
  counts: v.array(v.object({ metric: v.string(), period: v.string() })),
})

export interface BridgeOptions {
  /** `/v1/counts` of a bridge. */
  readonly url: URL
  readonly token: string | undefined
  readonly random: () => number
  readonly log: Logger
}

const answerMs = 10_000
const retry = { firstMs: 2000, mostMs: 60_000 }
/** A plugin that is exchanged has other counts; that is rare. */
const againMs = 600_000

/** Asks a bridge which counts its site has. That it is away the feed says. */
export function offeredByBridge(
  { url, token, random, log }: BridgeOptions,
  onOffers: (readings: readonly string[]) => void,
): Feed {
  const agent: Agent = new (clientFor(url).Agent)()
  const stopping = new AbortController()
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  const ask = async () => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(answerMs)])
    try {
      const { status, body } = await get(url, { agent, signal }, authorization(token))
      if (status !== 200) throw new Error(`HTTP ${status}`)
      const { counts } = v.parse(v.pipe(v.string(), v.parseJson(), Counts), body)
      failures = 0
      onOffers(inOrder(new Set(counts.map(({ metric, period }) => `${metric}.${period}`))))
    } catch (error) {
      failures += 1
      log.debug(`which counts there are is not known: ${failure(error)}`)
    }
    if (stopping.signal.aborted) return
    const waitMs = failures === 0 ? againMs : backoffMs(failures, retry, random)
    timer = setTimeout(() => void ask(), waitMs)
  }

  return {
    start: () => void ask(),
    stop() {
      stopping.abort()
      clearTimeout(timer)
      agent.destroy()
    },
  }
}
