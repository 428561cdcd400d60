import { CloudError, type ParticleCloud } from '../../common/particle-cloud.ts'
import type { Board, OpenBoard, Wiring } from './board.ts'
import { openVoodooSpark } from './voodoospark.ts'

export interface ParticleOptions {
  /** Its name or id. */
  readonly device: string
  readonly cloud: Pick<ParticleCloud, 'variable'>
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  /** How the board is opened that is at an address. */
  readonly openAt?: (
    host: string,
    port: number,
    wiring: Wiring,
    signal: AbortSignal,
  ) => Promise<Board>
}

/** To read a variable costs an operation of the account's monthly 100,000. */
const mostReads = { everyMs: 60_000, perDay: 500 }
const dayMs = 86_400_000
/** A Photon that restarts has its address again in a moment; a router may give it another. */
const failuresToAskAgain = 3

/**
 * A first-generation Photon with VoodooSpark, found by the variable `endpoint` that it publishes in the
 * Particle Cloud: its address in the local network. The address is kept, and asked for again when the
 * board is not there any more. A token that is refused once is not tried again.
 */
export function particleOpener(options: ParticleOptions): OpenBoard {
  const { device, cloud, now, openAt = openVoodooSpark } = options
  let address: { host: string; port: number } | undefined
  let failures = 0
  /** When it was read, of late. */
  let reads: number[] = []
  let refused: CloudError | undefined

  const locate = async () => {
    const isStale = address === undefined || failures >= failuresToAskAgain
    if (!isStale && address !== undefined) return address
    reads = reads.filter((at) => now() < at + dayMs)
    const isAllowed =
      reads.length < mostReads.perDay && now() >= (reads.at(-1) ?? -dayMs) + mostReads.everyMs
    if (refused !== undefined || !isAllowed) {
      if (address !== undefined) return address
      throw refused ?? new Error(`the address of ${device} is asked for once a minute at most`)
    }
    reads.push(now())
    try {
      address = parseAddress(String(await cloud.variable(device, 'endpoint')), device)
      failures = 0
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'token') refused = error
      if (address === undefined) throw error
    }
    return address
  }

  return async (wiring, signal) => {
    const { host, port } = await locate()
    try {
      const board = await openAt(host, port, wiring, signal)
      failures = 0
      return board
    } catch (error) {
      failures += 1
      throw error
    }
  }
}

function parseAddress(text: string, device: string): { host: string; port: number } {
  const [, host, port] = /^([\d.]+):(\d{1,5})$/.exec(text) ?? []
  if (host === undefined)
    throw new Error(`${device} publishes no address; does it run VoodooSpark?`)
  return { host, port: Number(port) }
}
