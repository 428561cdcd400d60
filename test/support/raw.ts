import { connect, type Socket } from 'node:net'

/** A connection that says what it is told to, and all that came back when it has ended. */
export interface Raw {
  readonly socket: Socket
  /** Resolves when the other side has closed it, in whatever way. */
  readonly ended: Promise<string>
}

export function openRaw(port: number, text: string | Buffer = ''): Raw {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A reset is an answer too: what matters is that the connection is over.
  socket.on('error', () => undefined)
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
  if (text.length > 0) socket.write(text)
  return { socket, ended }
}
