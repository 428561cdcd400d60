import { PageReading } from './documents.ts'

export interface StreamListener {
  /** Also when nothing has changed but its age. */
  count(reading: PageReading): void
  /** The bridge does not answer. */
  away(): void
}

/** The bridge says something every 15 s; a stream that is silent for longer is dead. */
const silenceMs = 40_000
/** After a refusal, as when too many streams are open. What merely breaks off the browser mends. */
const refusedMs = 5000

export interface Stream {
  /** Listens to another reading from now on. */
  turnTo(reading: PageReading): void
}

/** Listens to a reading, and goes on listening whatever happens. A page that nobody sees does not. */
export function startStream(first: PageReading, { count, away }: StreamListener): Stream {
  let address = addressOf(first)
  let source: EventSource | undefined
  let timer: number | undefined

  const openIn = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(open, ms)
  }
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      away()
      open()
    }, silenceMs)
  }
  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const open = () => {
    close()
    const stream = new EventSource(address)
    source = stream
    heard()
    for (const type of ['count', 'beat']) {
      stream.addEventListener(type, ({ data }) => {
        if (source !== stream) return
        heard()
        count(PageReading.parse(data))
      })
    }
    stream.addEventListener('error', () => {
      if (source !== stream) return
      away()
      if (stream.readyState === EventSource.CLOSED) openIn(refusedMs * (1 + Math.random()))
    })
  }

  // A browser opens six connections to a host: pages in the background must not use them up.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  if (!document.hidden) open()
  return {
    turnTo(reading) {
      address = addressOf(reading)
      if (!document.hidden) open()
    },
  }
}

function addressOf({ site, metric, period }: PageReading): string {
  return `v1/events?${new URLSearchParams({ site, metric, period })}`
}
