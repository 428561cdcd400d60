import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { listen } from '../support/tcp-server.ts'

/**
 * What befalls a link: `cut` refuses and closes, `hang` keeps connections and passes nothing on,
 * `delay` passes everything on half a second late, `garbage` says nonsense to whoever connects,
 * `half-open` has let go of the far end without telling the near one.
 */
export type LinkFault = 'cut' | 'hang' | 'delay' | 'garbage' | 'half-open'
export const linkFaults: readonly LinkFault[] = ['cut', 'hang', 'delay', 'garbage', 'half-open']

export interface FaultProxy {
  readonly port: number
  /** Undefined mends the link; connections that the fault has spoilt are closed then. */
  set(fault: LinkFault | undefined): void
  stop(): Promise<void>
}

const delayMs = 500

/** A TCP link that can be made to fail. */
export async function startProxy(targetPort: number, random: () => number): Promise<FaultProxy> {
  let fault: LinkFault | undefined
  const pairs = new Set<readonly [near: Socket, far: Socket]>()
  const closeAll = () => {
    for (const [near, far] of pairs) {
      near.destroy()
      far.destroy()
    }
    pairs.clear()
  }

  const garbage = () => Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)))

  const pass = (from: Socket, to: Socket, toNear: boolean) => {
    /** On their way: none overtakes others, as on any TCP connection. */
    const underWay: { readonly bytes: Buffer; readonly dueMs: number }[] = []
    const deliver = () => {
      for (;;) {
        const [first] = underWay
        if (first === undefined) return
        const waitMs = first.dueMs - performance.now()
        if (waitMs > 0) {
          setTimeout(deliver, Math.ceil(waitMs))
          return
        }
        underWay.shift()
        if (!to.destroyed) to.write(first.bytes)
      }
    }
    const forward = (bytes: Buffer) => {
      underWay.push({ bytes, dueMs: performance.now() + (fault === 'delay' ? delayMs : 0) })
      if (underWay.length === 1) deliver()
    }
    from.on('data', (bytes: Buffer) => {
      if (fault === 'hang' || fault === 'half-open') return
      if (fault === 'garbage') {
        // Only towards the one that asks: what a chip is told wrongly it shows, and no check is in its wire.
        if (toNear) to.write(garbage())
        return
      }
      forward(bytes)
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      if (fault !== 'half-open' && fault !== 'hang') to.destroy()
    })
  }

  const server = createServer((near) => {
    if (fault === 'cut') {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    // An end that does not hear of the other's is closed when the link is mended.
    for (const socket of pair) {
      socket.on('close', () => {
        if (near.destroyed && far.destroyed) pairs.delete(pair)
      })
    }
    pass(near, far, false)
    pass(far, near, true)
    if (fault === 'garbage') near.write(garbage())
  })
  return {
    port: await listen(server),
    set(next) {
      const mended = next === undefined && fault !== undefined && fault !== 'delay'
      fault = next
      if (next === 'cut' || mended) closeAll()
      if (next === 'half-open') for (const [, far] of pairs) far.destroy()
    },
    async stop() {
      closeAll()
      server.close()
      await once(server, 'close')
    },
  }
}
