import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { MysqlConnection } from './connection.ts'

/** How the bytes of a connection come to the database. */
export interface Transport {
  /** Whether that is a socket of this machine, which nobody can listen to. */
  readonly isSocket: boolean
  /** A new stream for each connection. */
  open(): Promise<Duplex>
  close(): void
}

/** The network, or a socket of this machine. */
export function directTransport({ host, port, socketPath }: MysqlConnection): Transport {
  return {
    isSocket: socketPath !== undefined,
    open: async () =>
      connect(
        socketPath === undefined
          ? { host, port, keepAlive: true, noDelay: true }
          : { path: socketPath },
      ),
    close: () => undefined,
  }
}
