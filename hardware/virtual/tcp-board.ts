import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type DisplayListener, watchDisplays } from './display-watch.ts'
import type { Chip, Pins } from './pins.ts'

/** What has come from hosts since the start or the last `resetReceived`. */
type Received = {
  bytes: number
  /** Pieces in which TCP delivered them. */
  chunks: number
  /** Bytes that belong to no message. */
  strayBytes: number
  /** Messages that the firmware does not know. */
  unknown: number
}

const nothingReceived: Received = { bytes: 0, chunks: 0, strayBytes: 0, unknown: 0 }

export type TcpBoardOptions = {
  host: string
  /** 0 takes a free port. */
  port: number
  chips: readonly Chip[]
}

export type TcpBoard = {
  port: number
  /** Modes and levels, live. */
  pins: Pick<Pins, 'mode' | 'levels'>
  /** Live counters. */
  received: Readonly<Received>
  /** Sets the counters to 0, to count what one frame costs. */
  resetReceived(): void
  /** Calls the listener when the visible state of a display has changed, once a frame. */
  onDisplay(listener: DisplayListener): void
  /** The reset button: pins as at power-on. Chips have a supply of their own and keep their state. */
  reset(): void
  /** Stops the board's clock, or lets it run again and catch up with what has come meanwhile. */
  freeze(on: boolean): void
  /** Cuts off the client and those that wait. */
  disconnectClients(): void
  /** Ends all connections and frees the port. */
  close(): Promise<void>
}

/** What a firmware can do to the board that it runs on. */
type Surroundings = {
  /** Says something to the client, if there is one. */
  send(bytes: readonly number[]): void
  received: Received
  /** A host has asked something, to learn that all before it is done: a frame ends here. */
  frameEnds(): void
  disconnectClients(): void
  /** Takes a step in so many milliseconds, on the board's clock. A reset calls off what is to come. */
  later(ms: number, step: () => void): void
  callOff(): void
}

type Firmware = {
  /** A client is served from now on. */
  connected(): void
  receive(chunk: Uint8Array): void
  reset(): void
}

/**
 * Runs a firmware behind a TCP port. It serves one client at a time: the next one is accepted and
 * not answered until the one before is gone.
 */
export async function startTcpBoard(
  { host, port, chips, pins }: TcpBoardOptions & Pick<TcpBoard, 'pins'>,
  createFirmware: (surroundings: Surroundings) => Firmware,
): Promise<TcpBoard> {
  const received = { ...nothingReceived }
  const displays = watchDisplays(chips)
  const answer: number[] = []
  const timers = new Set<NodeJS.Timeout>()
  const firmware = createFirmware({
    send: (bytes) => answer.push(...bytes),
    received,
    frameEnds: displays.flush,
    disconnectClients,
    later(ms, step) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        whenRunning(() => {
          step()
          sendAnswer()
        })
      }, ms)
      timers.add(timer)
    },
    callOff,
  })

  function callOff() {
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
  }

  let frozen = false
  /** What has happened to the board while its clock stood still. */
  const missed: (() => void)[] = []
  function whenRunning(step: () => void) {
    if (frozen) missed.push(step)
    else step()
  }

  /** In the order of their connection; the first is served. */
  const clients: Socket[] = []
  let served: Socket | undefined

  function sendAnswer() {
    const bytes = Buffer.from(answer.splice(0))
    if (bytes.length > 0 && served?.writable) served.write(bytes)
  }

  function serveNext() {
    const next = clients[0]
    if (!next || next === served) return
    served = next
    firmware.connected()
    sendAnswer()
    next.on('data', (chunk) =>
      whenRunning(() => {
        received.bytes += chunk.length
        received.chunks++
        firmware.receive(chunk)
        sendAnswer()
      }),
    )
    next.resume()
  }

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    clients.push(socket)
    // A client that is cut off is told by 'close', which follows.
    socket.on('error', () => {})
    socket.on('close', () =>
      whenRunning(() => {
        clients.splice(clients.indexOf(socket), 1)
        serveNext()
      }),
    )
    whenRunning(serveNext)
  })

  function disconnectClients() {
    for (const client of clients) client.destroy()
  }

  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    displays.stop()
    throw error
  }
  const address = server.address()

  return {
    port: typeof address === 'object' && address ? address.port : port,
    pins,
    received,
    resetReceived() {
      Object.assign(received, nothingReceived)
    },
    onDisplay: displays.onDisplay,
    reset() {
      whenRunning(() => {
        firmware.reset()
        sendAnswer()
      })
    },
    freeze(on) {
      frozen = on
      while (!frozen && missed.length > 0) missed.shift()?.()
    },
    disconnectClients,
    async close() {
      displays.stop()
      callOff()
      disconnectClients()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
