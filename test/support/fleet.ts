import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

/** Simulated displays, each with a connection of its own. */
export interface Fleet {
  /** Makes a change and resolves when all have it: after how many milliseconds each had it, sorted. */
  follow(value: string, change: () => void): Promise<number[]>
  end(): void
}

/** So many are let in at a time: the listen queue of a system is finite. */
const batch = 100

/**
 * Connects displays that subscribe to what the device subscribes to for one reading. They speak just
 * enough MQTT 3.1.1 that thousands in one process take less time than the broker.
 */
export async function connectFleet(port: number, topic: string, count: number): Promise<Fleet> {
  const site = topic.split('/').slice(0, 2).join('/')
  const sockets: Socket[] = []
  let awaited = ''
  let changedMs = 0
  let latencies: number[] = []
  const hear = (from: string, payload: string) => {
    if (from === topic && payload === awaited) latencies.push(performance.now() - changedMs)
  }
  while (sockets.length < count) {
    const missing = Math.min(batch, count - sockets.length)
    const more = Array.from({ length: missing }, async () => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      await speak(socket, `f${sockets.length}`, hear, [
        ...[`${site}/status`, `${topic}/attributes`, topic],
      ])
    })
    await Promise.all(more)
  }
  return {
    async follow(value, change) {
      latencies = []
      awaited = value
      changedMs = performance.now()
      change()
      await until(`all have ${value}`, () => latencies.length >= count, 30)
      return latencies.sort((a, b) => a - b)
    },
    end() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

const CONNACK = 2
const PUBLISH = 3
const SUBACK = 9

/** Connects, subscribes, acknowledges; resolves with the SUBACK. */
function speak(
  socket: Socket,
  clientId: string,
  hear: (topic: string, payload: string) => void,
  topics: readonly string[],
): Promise<void> {
  let pending = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.setNoDelay(true)
    // Protocol level 4, a clean session, no keepalive: section 3.1.2.
    socket.write(packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 0]), text(clientId)))
    socket.on('data', (data: Buffer) => {
      pending = Buffer.concat([pending, data])
      for (;;) {
        const body = bodyOf(pending)
        if (body === undefined) return
        const header = pending.readUInt8(0)
        const rest = pending.subarray(body.start, body.end)
        pending = pending.subarray(body.end)
        if (header >> 4 === CONNACK) {
          const filters = topics.flatMap((topic) => [text(topic), Buffer.from([1])])
          socket.write(packet(0x82, Buffer.from([0, 1]), ...filters))
        }
        if (header >> 4 === SUBACK) resolve()
        if (header >> 4 !== PUBLISH) continue
        const topicEnd = 2 + rest.readUInt16BE(0)
        const hasId = (header & 0x06) !== 0
        if (hasId) socket.write(packet(0x40, rest.subarray(topicEnd, topicEnd + 2)))
        hear(rest.toString('utf8', 2, topicEnd), rest.toString('utf8', topicEnd + (hasId ? 2 : 0)))
      }
    })
  })
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

/** With the remaining length as section 2.2.3 has it. */
function packet(header: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length: number[] = []
  let left = body.length
  do {
    length.push((left & 127) | (left > 127 ? 128 : 0))
    left >>= 7
  } while (left > 0)
  return Buffer.concat([Buffer.from([header, ...length]), body])
}

/** Where the first packet's body is; undefined while it is not complete. */
function bodyOf(bytes: Buffer): { start: number; end: number } | undefined {
  let length = 0
  for (let at = 1; at < Math.min(bytes.length, 5); at += 1) {
    const digit = bytes.readUInt8(at)
    length |= (digit & 127) << (7 * (at - 1))
    if (digit < 128) {
      const end = at + 1 + length
      return bytes.length < end ? undefined : { start: at + 1, end }
    }
  }
  return undefined
}
