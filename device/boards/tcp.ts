import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { FirmataLink } from './firmata.ts'

/** A Firmata board on the network (StandardFirmataWiFi, -Ethernet); their port is 3030. */
export function tcpLink(host: string, port: number): FirmataLink {
  const socket = new Socket()
  const transport = Object.assign(new EventEmitter(), {
    write: (data: Buffer, done?: () => void) => void socket.write(data, done),
  })
  // Without it a frame would wait for the acknowledgement of the one before (Nagle's algorithm).
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 10_000)
  socket.on('connect', () => transport.emit('open'))
  socket.on('close', () => transport.emit('close'))
  socket.on('error', (error) => transport.emit('error', error))
  socket.on('data', (data) => {
    try {
      transport.emit('data', data)
    } catch (error) {
      // firmata-io trusts what it is sent; nonsense from the wire may throw in its parser.
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.connect(port, host)
  return {
    transport,
    name: `tcp:${host}:${port}`,
    // An Uno behind a serial server, which starts at each connection, takes 2.5 s.
    readyMs: 8000,
    confirmMs: 3000,
    askAfterMs: 0,
    close: () => socket.destroy(),
  }
}
