import * as v from 'valibot'
import type { Board, Wiring } from './board.ts'
import { openVoodooSpark } from './voodoospark.ts'
import { within } from './within.ts'

/** The part of particle-api-js that is used here. */
export interface ParticleCloud {
  getVariable(question: { deviceId: string; name: string; auth: string }): Promise<unknown>
}

const cloudMs = 15_000
/** The client pastes it into an address as it is. */
const deviceName = /^[A-Za-z0-9_-]{1,64}$/

const Endpoint = v.object({
  body: v.object({ result: v.pipe(v.string(), v.regex(/^[\d.]+:\d{1,5}$/)) }),
})

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
  cloud?: ParticleCloud,
): Promise<Board> {
  if (!deviceName.test(device)) throw new Error(`"${device}" is no name or id of a Particle device`)
  const api = cloud ?? (await connectCloud())
  const answer = await within(
    cloudMs,
    'the Particle Cloud does not answer',
    api.getVariable({ deviceId: device, name: 'endpoint', auth: token }).catch(explain),
  )
  const endpoint = v.safeParse(Endpoint, answer)
  if (!endpoint.success) {
    throw new Error(`${device} publishes no address; does it run VoodooSpark?`)
  }
  const [host = '', port = ''] = endpoint.output.body.result.split(':')
  return openVoodooSpark(host, Number(port), wiring, signal)
}

async function connectCloud(): Promise<ParticleCloud> {
  const { default: Particle } = await import('particle-api-js')
  return new Particle()
}

const CloudError = v.object({
  statusCode: v.optional(v.number()),
  shortErrorDescription: v.optional(v.string()),
})

/** Fields of the client's error; the whole holds the request, and the token with it. */
function explain(error: unknown): never {
  const fields = v.safeParse(CloudError, error)
  const { statusCode, shortErrorDescription = '' } = fields.success ? fields.output : {}
  if (statusCode === 401) throw new Error('the Particle Cloud refuses the access token')
  const status = statusCode === undefined ? 'cannot be reached' : `says ${statusCode}`
  throw new Error(`the Particle Cloud ${status} ${shortErrorDescription}`.trim())
}
