import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { AgedReading } from '../readings/aged-reading.ts'

interface Client {
  readonly socket: Socket
  /** HTTP/1.0, as nginx speaks it to what is behind it by default, knows no chunks. */
  readonly chunked: boolean
}

/** The same bytes as they are, and as one chunk of HTTP. */
interface EncodedEvent {
  readonly bare: Buffer
  readonly chunk: Buffer
}

/** All streams of one reading. */
interface Group {
  /** The reading at this moment; undefined while it is not known. */
  readonly read: () => AgedReading | undefined
  readonly clients: Set<Client>
  /** Of what was sent last; another text is a change. */
  facts: string | undefined
}

const heartbeatMs = 15_000
/** A reading also changes without a round of queries: it gets old. */
const checkMs = 1000
/** What a client may leave unread before it is dropped: about 60 readings. */
const mostUnreadBytes = 16_384
/** Time after which a client connects again. */
const retryMs = 2000

/** Of every answer that is a stream. */
export const streamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // nginx would hold a stream back until it has filled a buffer.
  'X-Accel-Buffering': 'no',
}

/**
 * Server-sent events (WHATWG HTML, section 9.2) for any number of clients. A reading is encoded once,
 * and the same bytes go to every socket: at 5,000 clients that is several times faster and smaller
 * than a stream of its own for each.
 */
export class Events {
  readonly #mostStreams: number
  readonly #groups: Map<string, Group> = new Map()
  /** Connections that are a stream, or will be one when the answers before it are sent. */
  readonly #sockets: Set<Socket> = new Set()
  #timers: NodeJS.Timeout[] = []

  /** @param mostStreams further ones are refused */
  constructor(mostStreams: number) {
    this.#mostStreams = mostStreams
  }

  /** How many are open. */
  get streams(): number {
    return this.#sockets.size
  }

  get isFull(): boolean {
    return this.#sockets.size >= this.#mostStreams
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.update(), checkMs),
      setInterval(() => {
        for (const { clients, read } of this.#groups.values()) {
          const reading = read()
          if (reading !== undefined) sendAll(clients, beat(reading))
        }
      }, heartbeatMs),
    ]
  }

  /** Ends the streams as whole answers: a browser connects again after an end. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    for (const group of this.#groups.values()) end(group)
  }

  /** A listener that ends connections that ask for more behind a stream: it would wait for ever. */
  before(next: RequestListener): RequestListener {
    return (request, response) => {
      if (this.#sockets.has(request.socket)) request.socket.destroy()
      else next(request, response)
    }
  }

  /**
   * Makes an answer a stream; the newest reading comes first.
   *
   * @param key of the reading, its site first: streams of one key share every byte
   * @param headers of the answer, those of a stream among them
   */
  open(
    key: string,
    read: Group['read'],
    response: ServerResponse,
    headers: Readonly<Record<string, string>> = streamHeaders,
  ): void {
    const { socket } = response.req
    if (socket.destroyed || this.#sockets.has(socket)) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const chunked = response.req.httpVersion !== '1.0'
    const begin = () => {
      response.writeHead(200, {
        ...headers,
        ...(chunked ? { 'Transfer-Encoding': 'chunked' } : { Connection: 'close' }),
      })
      response.flushHeaders()
      this.#join(key, read, { socket, chunked })
    }
    // A request that was pipelined waits for the answers before its own.
    if (response.socket === null) response.once('socket', begin)
    else begin()
  }

  #join(key: string, read: Group['read'], client: Client): void {
    const { socket } = client
    socket.setNoDelay(true)
    const group = this.#groups.get(key) ?? { read, clients: new Set(), facts: undefined }
    this.#groups.set(key, group)
    // Before this client joins: a change that is found now goes to all others.
    const reading = refresh(group)
    group.clients.add(client)
    socket.once('close', () => {
      group.clients.delete(client)
      if (group.clients.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key)
    })
    send(client, message(`retry: ${retryMs}\n\n${reading === undefined ? '' : event(reading)}`))
  }

  /**
   * Sends what has changed. A reading that is not there any more, as when another plugin counts, ends its
   * streams: heartbeats would confirm the last number for ever. The next request is told what there is.
   *
   * @param site the only one that can have changed; all when undefined
   */
  update(site?: string): void {
    for (const [key, group] of this.#groups) {
      if (site !== undefined && !key.startsWith(`${site} `)) continue
      if (refresh(group) !== undefined) continue
      this.#groups.delete(key)
      end(group)
    }
  }
}

/** The reading of a group at this moment, which is sent, encoded once, if it has changed. */
function refresh(group: Group): AgedReading | undefined {
  const reading = group.read()
  if (reading === undefined) return undefined
  const facts = `${reading.value} ${reading.stale} ${reading.source}`
  if (group.facts !== facts) sendAll(group.clients, message(event(reading)))
  group.facts = facts
  return reading
}

/** Ends the streams of a group as whole answers. */
function end({ clients }: Group): void {
  for (const { socket, chunked } of clients) socket.end(chunked ? lastChunk : '')
}

function event(reading: AgedReading): string {
  return `event: count\nid: ${Date.parse(reading.asOf)}\ndata: ${JSON.stringify(reading)}\n\n`
}

/** A chunk as RFC 9112, section 7.1, has it. */
function message(text: string): EncodedEvent {
  const bare = Buffer.from(text)
  const size = Buffer.from(`${bare.length.toString(16)}\r\n`)
  return { bare, chunk: Buffer.concat([size, bare, Buffer.from('\r\n')]) }
}

/**
 * A heartbeat: a comment for the proxies, and an event, because a browser keeps comments from its pages.
 * The reading tells how old the number is by now.
 */
function beat(reading: AgedReading): EncodedEvent {
  return message(`:\nevent: beat\ndata: ${JSON.stringify(reading)}\n\n`)
}

const lastChunk = '0\r\n\r\n'

function sendAll(clients: ReadonlySet<Client>, text: EncodedEvent): void {
  for (const client of clients) send(client, text)
}

/** Writes to the socket itself, past the response; drops a client that does not read. */
function send({ socket, chunked }: Client, { bare, chunk }: EncodedEvent): void {
  if (socket.destroyed) return
  if (socket.writableLength > mostUnreadBytes) socket.destroy()
  else socket.write(chunked ? chunk : bare)
}
