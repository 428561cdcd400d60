import { messageOf } from '../../common/errors.ts'
import {
  CloudError,
  type CloudOptions,
  openCloud,
  type ParticleCloud,
  showFunction,
} from '../../common/particle-cloud.ts'
import type { Finding } from '../../server/doctor.ts'

export interface ParticleCheck {
  readonly cloud: CloudOptions
  /** Names or ids. */
  readonly devices: readonly string[]
  readonly mode: 'function' | 'event'
  readonly signal: AbortSignal
}

/** Asks the cloud for each device; none is called, so it costs no data operation. */
export async function checkParticle(
  { cloud: options, devices, mode, signal }: ParticleCheck,
  show: (finding: Finding) => void,
): Promise<void> {
  const cloud = openCloud(options)
  const close = () => cloud.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    for (const device of devices) {
      try {
        show({ subject: `particle ${device}`, ...(await lookAt(cloud, device, mode)) })
      } catch (error) {
        const kind = error instanceof CloudError ? error.kind : 'away'
        const advice =
          kind === 'device' ? await whichThereAre(cloud) : cloudAdvice(kind, options.url.href)
        const text = messageOf(error)
        show({ subject: `particle ${device}`, status: 'problem', text, advice })
        // What is wrong with the token or the cloud is the same for the others.
        if (kind !== 'device') return
      }
    }
  } finally {
    signal.removeEventListener('abort', close)
    cloud.close()
  }
}

async function lookAt(
  cloud: ParticleCloud,
  device: string,
  mode: ParticleCheck['mode'],
): Promise<Omit<Finding, 'subject'>> {
  const { session, functions } = await cloud.device(device)
  if (session === undefined) {
    return {
      status: 'problem',
      text: 'it is offline',
      advice: 'switch it on, and wait until its light breathes cyan',
    }
  }
  if (mode === 'event') return { status: 'ok', text: 'it is online' }
  if (!functions.includes(showFunction)) {
    return {
      status: 'problem',
      text: 'it is online, but runs other firmware: it has no function "show"',
      advice: `visitor-counter flash --device ${device} brings ours to it`,
    }
  }
  return { status: 'ok', text: 'it is online, and takes numbers' }
}

function cloudAdvice(kind: CloudError['kind'], url: string): string {
  switch (kind) {
    case 'token':
      return 'make a new one (particle token create --never-expires), and give it as PARTICLE_TOKEN'
    case 'limit':
      return 'wait a few minutes: the cloud limits the calls of an account'
    default:
      return `is this machine online, and does ${url} answer? status.particle.io says how the cloud is`
  }
}

/** The devices of the account, for who has given another. */
async function whichThereAre(cloud: ParticleCloud): Promise<string> {
  try {
    const known = (await cloud.devices()).map(({ name, id }) => name || id)
    return known.length === 0
      ? 'the account has no device yet: claim it first (docs/particle.md)'
      : `correct its name, or claim it; the account has ${known.join(', ')}`
  } catch {
    return 'correct its name: particle list has those of the account'
  }
}
