import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { networkReason } from '../../common/errors.ts'
import type { FirmataLink } from './firmata.ts'

/**
 * A Firmata board on the network (StandardFirmataWiFi, -Ethernet); their port is 3030.
 *
 * After an outage a board may hold on to a connection that is long dead here, and serve no other. We
 * come from the same port as before: the board's answer to a connection that it takes for the old one
 * has our system reset it (RFC 9293, 3.5.3 and 3.10.7.4), and the next attempt, a second later, is taken.
 */
export function tcpLink(host: string, port: number): FirmataLink {
  const transport = new EventEmitter()
  const name = `tcp:${host}:${port}`
  let socket = dial(localPortFor(name))

  function dial(localPort: number | undefined): Socket {
    const attempt = new Socket()
    // Without it a frame would wait for the acknowledgement of the one before (Nagle's algorithm).
    attempt.setNoDelay(true)
    attempt.setKeepAlive(true, 10_000)
    attempt.on('connect', () => transport.emit('open'))
    attempt.on('close', () => {
      if (attempt === socket) transport.emit('close')
    })
    attempt.on('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL'
      if (localPort !== undefined && isTaken) socket = dial(undefined)
      else transport.emit('error', new Error(networkReason(error)))
    })
    attempt.on('data', (data) => {
      try {
        transport.emit('data', data)
      } catch (error) {
        // firmata-io trusts what it is sent; nonsense from the wire may throw in its parser.
        attempt.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    attempt.connect(localPort === undefined ? { host, port } : { host, port, localPort })
    return attempt
  }

  return {
    transport: Object.assign(transport, {
      write: (data: Buffer, done?: () => void) => void socket.write(data, done),
    }),
    name,
    // An Uno behind a serial server, which starts at each connection, takes 2.5 s.
    readyMs: 8000,
    confirmMs: 3000,
    askAfterMs: 0,
    // A reset frees our port at once, where an end would hold it for a minute.
    close: (isDead) => void (isDead ? socket.resetAndDestroy() : socket.destroy()),
  }
}

/** Above the ports that Linux gives out (32768 to 60999). */
const ownPorts = { from: 61_000, count: 4500 }

/** The same after a restart, too, which may have been a power cut. */
function localPortFor(name: string): number {
  let hash = 0
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return ownPorts.from + (hash % ownPorts.count)
}
