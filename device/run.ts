import type { Logger } from '../common/log.ts'
import { type BrokerAddress, describeBroker } from '../common/mqtt/address.ts'
import type { Metric, Period } from '../reading.ts'
import { type Level, neighbour } from './face/brightness.ts'
import { Dimmer } from './face/dimmer.ts'
import { Face, type FaceOptions } from './face/face.ts'
import { cellsText, type Frame, toCells } from './face/frame.ts'
import { dashes } from './face/number.ts'
import { eventsFeed } from './feed/events.ts'
import { type Feed, type FeedListener, guarded } from './feed/feed.ts'
import { addressName } from './feed/http.ts'
import { confirmMs, mqttFeed } from './feed/mqtt.ts'
import { pollFeed } from './feed/poll.ts'
import type { DeskMemory } from './memory.ts'
import type { Screen } from './screens/screen.ts'

/** What the display is left with at the end. */
type Farewell = 'blank' | 'keep' | 'dashes'

/** What is shown. */
export interface Showing {
  readonly face: FaceOptions
  /** Where each counter comes from. */
  readonly feeds: readonly ((listener: FeedListener) => Feed)[]
  readonly memory: DeskMemory
}

export interface DeviceOptions extends Showing {
  readonly screen: Screen
  readonly onExit: Farewell
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told of the display whenever it may have changed. */
  readonly onLook?: (display: DisplayState) => void
}

/** The display, as somebody who does not see it wants to know it. */
export interface DisplayState {
  readonly isOn: boolean
  /** That it is, or was, lit with. */
  readonly step: number
  /** What is on it, without the blanks to its left; `off` while it is dark. */
  readonly text: string
}

export interface Device {
  /** Shows something else from now on. */
  show(showing: Showing): Promise<void>
  /** Overrides the schedule of the brightness until its next step; `on` is as bright as it was last. */
  light(level: Level | 'on'): void
  /** Shows the test pattern for 10 s, or ends it, as darkness does. */
  testPattern(isWanted: boolean): void
  stop(): Promise<void>
}

/** Flash memory wears: a state file at most so often, and at the end. */
const saveEveryMs = 60_000
/** The bridge's heartbeat on a stream of events. */
const heartbeatMs = 15_000
/** Of a test pattern that somebody far away has asked for. */
const patternMs = 10_000

/** Starts the desk counter: what it knew before, else dashes, until the first number comes. */
export async function startDevice(options: DeviceOptions): Promise<Device> {
  const { screen, monotonic, now, onLook } = options
  const { digits, brightness } = options.face
  const instant = () => ({ monotonicMs: monotonic(), epochMs: now() })
  const dimmer = new Dimmer(brightness)
  let patternUntilMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let savedMs = monotonic()
  let isStopped = false

  const look = () => {
    clearTimeout(timer)
    if (isStopped) return
    const looked = running.face.look(instant())
    const { isOn, step } = dimmer.light(instant())
    const isPattern = monotonic() < patternUntilMs
    const frame = isPattern ? testPattern(digits, step) : looked.frame
    screen.show(frame)
    const isLit = isOn || isPattern
    onLook?.({ isOn, step, text: isLit ? textOf(frame, looked.isOld && !isPattern) : 'off' })
    const nextMs = isPattern ? Math.min(looked.nextMs, patternUntilMs) : looked.nextMs
    // The moment may have passed while the frame was made: Node 24 warns of a negative time.
    timer = setTimeout(look, Math.max(0, nextMs - monotonic()))
  }
  const open = async ({ face: faceOptions, feeds, memory }: Showing) => {
    const face = new Face(faceOptions, await memory.load(), instant(), dimmer)
    const opened = feeds.map((openFeed, index) =>
      openFeed((answer) => {
        face.answer(index, answer, instant())
        look()
        if (monotonic() - savedMs < saveEveryMs) return
        savedMs = monotonic()
        void memory.save(face.remembered(instant()))
      }),
    )
    const close = async () => {
      for (const feed of opened) feed.stop()
      await memory.save(face.remembered(instant()))
    }
    return { face, feeds: opened, close }
  }
  let running = await open(options)
  screen.onPress?.((press) => {
    const at = instant()
    if (press.do === 'next') running.face.next(at)
    else dimmer.set(neighbour(dimmer.level(at), press.do, press.most), at)
    look()
  })
  look()
  screen.start()
  for (const feed of running.feeds) feed.start()
  let changing: Promise<void> = Promise.resolve()

  return {
    show(showing) {
      changing = changing.then(async () => {
        await running.close()
        running = await open(showing)
        look()
        for (const feed of running.feeds) feed.start()
      })
      return changing
    },
    light(level) {
      if (level === 'off') patternUntilMs = Number.NEGATIVE_INFINITY
      dimmer.set(level, instant())
      look()
    },
    testPattern(isWanted) {
      patternUntilMs = isWanted ? monotonic() + patternMs : Number.NEGATIVE_INFINITY
      look()
    },
    async stop() {
      await changing
      isStopped = true
      for (const feed of running.feeds) feed.stop()
      clearTimeout(timer)
      const { frame } = running.face.look(instant())
      await screen.stop(farewell(options.onExit, frame))
      await running.close()
    },
  }
}

/** The number on the display, its sign lit also in the moments when it blinks. */
function textOf({ cells, number }: Frame, isOld: boolean): string {
  const text = cellsText(number?.fresh ?? cells).trim()
  const old = cellsText(number?.old ?? []).trim()
  // Where there are no points the digits go out for the sign.
  return isOld && old !== '' ? old : text
}

/** What the display is left with; undefined leaves it as it is. */
export function farewell(onExit: Farewell, frame: Frame): Frame | undefined {
  switch (onExit) {
    case 'keep':
      return undefined
    case 'blank':
      return { ...frame, on: false }
    case 'dashes':
      return { ...frame, cells: toCells(dashes(frame.cells.length)) }
  }
}

/** Every digit different and one point at the right end: a wrong order shows at once. */
export function testPattern(digits: number, intensity: number): Frame {
  const text = Array.from({ length: digits }, (_, place) => String((place + 1) % 10)).join('')
  return { cells: toCells(`${text}.`), intensity, on: true }
}

export interface FeedOptions {
  /** The bridge, or any address that answers a number. */
  readonly countUrl: URL
  /** `visitors.total`, or undefined for what the bridge counts by default. */
  readonly show: string | undefined
  readonly site: string | undefined
  readonly token: string | undefined
  readonly feed: 'poll' | 'events' | BrokerFeed
  readonly pollMs: number
  readonly random: () => number
  readonly log: Logger
}

/** A broker, in place of the bridge. */
interface BrokerFeed {
  readonly address: BrokerAddress
  /** Of this connection, at most 23 letters and digits. */
  readonly clientId: string
}

/** How one counter's readings come to the desk, and how often they are due. */
export function chooseFeed(options: FeedOptions): {
  readonly open: (listener: FeedListener) => Feed
  readonly intervalMs: number
  /** What is asked for, to tell one counter from another. */
  readonly address: string
} {
  const { countUrl, feed, pollMs } = options
  if (typeof feed === 'object') return brokerFeed(options, feed)
  const url = feedUrl(options, 'v1/count')
  const poll = (listener: FeedListener) =>
    pollFeed({ ...options, url }, guarded(listener, options.log))
  if (feed === 'poll' || !isBridge(countUrl)) {
    return { open: poll, intervalMs: pollMs, address: addressName(url) + url.search }
  }
  const events = feedUrl(options, 'v1/events')
  return {
    open: (listener) =>
      eventsFeed(
        { ...options, url: events, otherwise: () => poll(listener) },
        guarded(listener, options.log),
      ),
    intervalMs: Math.max(pollMs, heartbeatMs),
    address: addressName(url) + url.search,
  }
}

function brokerFeed(options: FeedOptions, feed: BrokerFeed): ReturnType<typeof chooseFeed> {
  const { show, site, pollMs } = options
  const [metric, period] = show?.split('.') ?? []
  const readings =
    metric === undefined || period === undefined
      ? ([['visitors', 'total'] as const, ['views', 'total'] as const] as const)
      : // The setting's schema knows them all.
        [[metric as Metric, period as Period] as const]
  return {
    open: (listener) =>
      mqttFeed({ ...options, ...feed, readings, now: Date.now }, guarded(listener, options.log)),
    intervalMs: Math.max(pollMs, confirmMs),
    address: `${describeBroker(feed.address)}/${site ?? ''}/${show ?? ''}`,
  }
}

/** An address that ends with a slash, or has no path, is a bridge; any other is taken as it is. */
export function isBridge({ pathname }: URL): boolean {
  return pathname.endsWith('/')
}

/** The address to ask: a bridge is asked for the reading that is to be shown. */
export function feedUrl(
  { countUrl, show, site }: Pick<FeedOptions, 'countUrl' | 'show' | 'site'>,
  route: string,
): URL {
  if (!isBridge(countUrl)) return countUrl
  const url = new URL(route, countUrl)
  const [metric, period] = show?.split('.') ?? []
  if (metric !== undefined && period !== undefined) {
    url.searchParams.set('metric', metric)
    url.searchParams.set('period', period)
  }
  if (site !== undefined) url.searchParams.set('site', site)
  return url
}
