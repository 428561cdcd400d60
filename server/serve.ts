import { createHash } from 'node:crypto'
import { createAdaptorServer } from '@hono/node-server'
import { listenError } from '../listen-error.ts'
import type { Logger } from '../log.ts'
import { createApp } from './app.ts'
import { Poller } from './readings/poller.ts'
import { Reader } from './readings/reader.ts'
import { openStore } from './readings/store.ts'
import { type Connection, describeConnection } from './wordpress/connection.ts'
import { openDatabase } from './wordpress/open-database.ts'

export interface ServeOptions {
  readonly connection: Connection
  readonly tablePrefix: string | undefined
  /** A source id, or `auto`. */
  readonly source: string
  readonly pollMs: number
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly stateDir: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

export interface Bridge {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts the bridge: it listens first, then reads the database.
 *
 * @throws FatalError or DatabaseError when the port is taken, or when the database refuses a site
 *   that has never been read
 */
export async function startBridge(options: ServeOptions): Promise<Bridge> {
  const { connection, now, log } = options
  const store = openStore(options.stateDir, stateName(options), (file) =>
    log.warn(`${file} was damaged and has been set aside`),
  )
  const remembered = await store.load()
  const database = openDatabase(connection)
  // Waited for where it is used; a failure to load must not count as unhandled until then.
  database.catch(() => undefined)
  const reader = database.then(
    (opened) =>
      new Reader({
        database: opened,
        tablePrefix: options.tablePrefix,
        source: options.source,
        now,
        ledger: remembered,
        onRecountError: (error) => log.warn(`the recount failed: ${error.message}`),
      }),
  )
  const poller = new Poller(
    { ...options, store, read: async () => (await reader).read() },
    remembered,
  )
  const app = createApp({ state: () => poller.state, now, log })
  const http = await listen(app.fetch, options)
  const stop = async () => {
    await http.close()
    await poller.stop()
    await (await database).close()
  }
  log.info(`listening on ${http.url}; reading ${describeConnection(connection)}`)
  try {
    await poller.start()
  } catch (error) {
    await stop()
    throw error
  }
  const { last } = poller.state
  if (last !== undefined) {
    log.info(`${last.site}: ${last.source} (${last.why}), days in ${last.timezone}`)
  }
  return { url: http.url, stop }
}

/** The name of the state file: another database, prefix or source must not find this one's numbers. */
function stateName({ connection, tablePrefix, source }: ServeOptions): string {
  const identity = [describeConnection(connection), tablePrefix ?? '', source].join('\n')
  return `site-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}

interface Listening {
  readonly url: string
  close(): Promise<void>
}

async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, host, port)
  })
  const address = server.address()
  const boundPort = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
