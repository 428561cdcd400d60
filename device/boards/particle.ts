import { openCloud, type ParticleCloud, particleUrl } from '../../common/particle-cloud.ts'
import type { Board, Wiring } from './board.ts'
import { openVoodooSpark } from './voodoospark.ts'

/**
 * A first-generation Photon with VoodooSpark, found by the variable `endpoint` that it publishes in the
 * Particle Cloud: its address in the local network.
 *
 * @param device its name or id
 * @param token an access token of its owner
 */
export async function openParticle(
  device: string,
  token: string,
  wiring: Wiring,
  signal: AbortSignal,
  cloud: Pick<ParticleCloud, 'variable'> = openCloud({ url: new URL(particleUrl), token }),
): Promise<Board> {
  const address = String(await cloud.variable(device, 'endpoint'))
  const [, host, port] = /^([\d.]+):(\d{1,5})$/.exec(address) ?? []
  if (host === undefined)
    throw new Error(`${device} publishes no address; does it run VoodooSpark?`)
  return openVoodooSpark(host, Number(port), wiring, signal)
}
