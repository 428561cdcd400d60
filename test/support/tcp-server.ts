import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/**
 * A TCP server on a free port of 127.0.0.1. It ends with the test, and so does what is connected to it.
 *
 * @param onSocket told of each connection; without it the server accepts and never speaks
 */
export async function startTcp(
  t: Pick<TestContext, 'after'>,
  onSocket: (socket: Socket) => unknown = () => undefined,
): Promise<{ port: number; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: await listen(server), server }
}

/** Has a server listen on a free port of 127.0.0.1; resolves with the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port')
  return address.port
}
