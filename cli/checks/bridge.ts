import { clockFinding } from '../../server/clock-check.ts'
import type { Finding } from '../../server/doctor.ts'
import { isClockSet } from './clock-set.ts'

/** Time for the answer of the bridge. */
const answerMs = 10_000

/** Makes the request that a device would make. */
export async function checkBridge(
  countUrl: URL,
  token: string | undefined,
  show: (finding: Finding) => void,
): Promise<void> {
  const { feedUrl } = await import('../../device/run.ts')
  const { parseAnswer } = await import('../../device/feed/answer.ts')
  const { failure, refusal } = await import('../../device/feed/failure.ts')
  const { addressName, authorization, clientFor } = await import('../../device/feed/http.ts')
  const { get } = await import('../../device/feed/poll.ts')
  const url = feedUrl({ countUrl, show: undefined, site: undefined }, 'v1/count')
  const name = addressName(url)
  const wrong = (text: string, advice: string) =>
    show({ subject: 'bridge', status: 'problem', text: `${name}: ${text}`, advice })
  const agent = new (clientFor(url).Agent)()
  try {
    const signal = AbortSignal.timeout(answerMs)
    const before = Date.now()
    const { status, location, body, dateMs } = await get(
      url,
      { agent, signal },
      authorization(token),
    )
    const here = (before + Date.now()) / 2
    if (status !== 200) {
      const advice =
        location === undefined
          ? adviceFor(status, token)
          : `give the address that it points to: a bridge behind a path has / at the end, as --count-url ${countUrl.origin}/counter/`
      wrong(refusal(status, location, url, '', token), advice)
      return
    }
    const { value, ageSeconds, stale } = parseAnswer(body)
    show({
      subject: 'bridge',
      status: stale === true ? 'warning' : 'ok',
      text: `${name} says ${value}, ${ageSeconds} s old`,
      ...(stale === true ? { advice: 'its number is old: look at the log of the bridge' } : {}),
    })
    // The header has whole seconds.
    const aheadSeconds = (dateMs + 500 - here) / 1000
    if (!Number.isNaN(dateMs)) show(await clockFinding("the bridge's", aheadSeconds, isClockSet))
  } catch (error) {
    wrong(failure(error), adviceFor(undefined, token))
  } finally {
    agent.destroy()
  }
}

/** @param status of its answer, if there was one */
function adviceFor(status: number | undefined, token: string | undefined): string {
  switch (status) {
    case undefined:
    case 404:
      return 'start it with visitor-counter serve, or correct --count-url'
    case 401:
      return token === undefined
        ? 'give --token, the one that the bridge was started with'
        : 'correct --token: it is not the one that the bridge was started with'
    case 503:
      return 'the bridge has read nothing yet: look at its log, or run doctor with its --database'
    default:
      return 'look at the log of the bridge, or correct --count-url'
  }
}
