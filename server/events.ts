import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { PresentReading } from './readings/present.ts'

interface Client {
  readonly socket: Socket
  /** HTTP/1.0, as nginx speaks it to what is behind it by default, knows no chunks. */
  readonly chunked: boolean
}

/** The same bytes as they are, and as one chunk of HTTP. */
interface Message {
  readonly bare: Buffer
  readonly chunk: Buffer
}

/** All streams of one reading. */
interface Group {
  /** The reading at this moment; undefined while it is not known. */
  readonly read: () => PresentReading | undefined
  readonly clients: Set<Client>
  /** Of what was sent last, and as what it was sent. */
  sent: { readonly facts: string; readonly message: Message } | undefined
}

const heartbeatMs = 15_000
/** A reading also changes without a round of queries: it gets old. */
const lookMs = 1000
/** What a client may leave unread before it is dropped: about 60 readings. */
const mostUnreadBytes = 16_384
/** How soon a client is to come back. */
const retryMs = 2000

/**
 * Server-sent events (WHATWG HTML, section 9.2) for any number of clients. A reading is encoded once,
 * and the same bytes go to every socket: at 5,000 clients that is several times faster and smaller
 * than a stream of its own for each.
 */
export class Events {
  readonly #mostStreams: number
  readonly #groups: Map<string, Group> = new Map()
  #streams = 0
  #timers: NodeJS.Timeout[] = []

  /** @param mostStreams further ones are refused */
  constructor(mostStreams: number) {
    this.#mostStreams = mostStreams
  }

  get isFull(): boolean {
    return this.#streams >= this.#mostStreams
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.look(), lookMs),
      setInterval(() => {
        for (const { clients } of this.#groups.values()) sendAll(clients, heartbeat)
      }, heartbeatMs),
    ]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    for (const { clients } of this.#groups.values()) {
      for (const { socket } of clients) socket.destroy()
    }
  }

  /**
   * Makes an answer a stream; the newest reading comes first.
   *
   * @param key of the reading: streams of one key share every byte
   */
  open(
    key: string,
    read: Group['read'],
    response: ServerResponse,
    headers: Record<string, string>,
  ): void {
    const { socket } = response
    if (socket === null) return
    const chunked = response.req.httpVersion !== '1.0'
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      // nginx would hold a stream back until it has filled a buffer.
      'X-Accel-Buffering': 'no',
      ...(chunked ? { 'Transfer-Encoding': 'chunked' } : { Connection: 'close' }),
    })
    response.flushHeaders()
    socket.setNoDelay(true)

    const group = this.#groups.get(key) ?? { read, clients: new Set(), sent: undefined }
    this.#groups.set(key, group)
    const client = { socket, chunked }
    group.clients.add(client)
    this.#streams += 1
    response.on('close', () => {
      this.#streams -= 1
      group.clients.delete(client)
      if (group.clients.size === 0) this.#groups.delete(key)
    })
    send(client, hello)
    update(group)
    if (group.sent !== undefined) send(client, group.sent.message)
  }

  /** Sends what has changed. */
  look(): void {
    for (const group of this.#groups.values()) {
      if (update(group) && group.sent !== undefined) sendAll(group.clients, group.sent.message)
    }
  }
}

/** Encodes the reading anew if it has changed; whether it has. */
function update(group: Group): boolean {
  const reading = group.read()
  if (reading === undefined) return false
  const facts = `${reading.value} ${reading.stale} ${reading.source}`
  if (group.sent?.facts === facts) return false
  const id = Date.parse(reading.asOf)
  const text = `event: count\nid: ${id}\ndata: ${JSON.stringify(reading)}\n\n`
  group.sent = { facts, message: message(text) }
  return true
}

/** A chunk as RFC 9112, section 7.1, has it. */
function message(text: string): Message {
  const bare = Buffer.from(text)
  const size = Buffer.from(`${bare.length.toString(16)}\r\n`)
  return { bare, chunk: Buffer.concat([size, bare, Buffer.from('\r\n')]) }
}

const hello = message(`retry: ${retryMs}\n\n`)
const heartbeat = message(':\n\n')

function sendAll(clients: ReadonlySet<Client>, text: Message): void {
  for (const client of clients) send(client, text)
}

/** To the socket itself, past the response; one who does not read is dropped. */
function send({ socket, chunked }: Client, { bare, chunk }: Message): void {
  if (socket.destroyed) return
  if (socket.writableLength > mostUnreadBytes) socket.destroy()
  else socket.write(chunked ? chunk : bare)
}
