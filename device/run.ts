import type { Logger } from '../log.ts'
import type { OpenBoard } from './boards/board.ts'
import { Link } from './boards/link.ts'
import type { Display } from './displays/display.ts'
import { toSegments } from './face/font.ts'
import { dashes, numberText } from './face/number.ts'
import { pollFeed } from './feed/poll.ts'

export interface DeviceOptions {
  readonly url: URL
  readonly pollMs: number
  readonly open: OpenBoard
  readonly display: Display
  readonly random: () => number
  readonly log: Logger
}

export interface Device {
  stop(): Promise<void>
}

/** Step 3 of 15: readable in a lit room, not glaring in a dim one. */
const intensity = 3

/** Starts the desk counter: dashes until the first number is known, then always the newest. */
export function startDevice(options: DeviceOptions): Device {
  const { display } = options
  const frame = (text: string) => ({ segments: toSegments(text), intensity })
  const link = new Link(options)
  const feed = pollFeed(options, ({ value }) => link.show(frame(numberText(value, display.digits))))
  link.show(frame(dashes(display.digits)))
  link.start()
  feed.start()
  return {
    async stop() {
      feed.stop()
      await link.stop()
    },
  }
}

/**
 * The URL to ask: one that ends with a slash, or has no path, is a bridge, and is asked for the
 * reading that is to be shown; any other is taken as it is.
 *
 * @param show `visitors.total`, or undefined for what the bridge counts by default
 */
export function feedUrl(countUrl: URL, show: string | undefined): URL {
  if (!countUrl.pathname.endsWith('/')) return countUrl
  const url = new URL('v1/count', countUrl)
  const [metric, period] = show?.split('.') ?? []
  if (metric !== undefined && period !== undefined) {
    url.searchParams.set('metric', metric)
    url.searchParams.set('period', period)
  }
  return url
}
