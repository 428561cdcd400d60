import * as v from 'valibot'

/** The cloud function of the counter's firmware. */
export const showFunction = 'show'

/** A device as the cloud lists it. */
export interface CloudDevice {
  readonly id: string
  readonly name: string
  /** Changes each time it comes to the cloud; undefined while it is offline. */
  readonly session: string | undefined
  /** 6 is a Photon, 32 a Photon 2. */
  readonly platformId: number
  /** Names of its cloud functions; the cloud knows them while the device is online. */
  readonly functions: readonly string[]
}

/** Key: file name; value: its content. */
export type Sources = Readonly<Record<string, Buffer>>

interface BuildOptions {
  readonly sources: Sources
  /** A version of Device OS; the newest of the platform when undefined. */
  readonly targetVersion: string | undefined
}

/**
 * The calls of the Particle Cloud that are used here. Each settles within its deadline, and rejects
 * with a CloudError.
 */
export interface ParticleCloud {
  devices(): Promise<CloudDevice[]>
  /** @param device its name or id, as everywhere here */
  device(device: string): Promise<CloudDevice>
  /** What the function of the device answered. */
  call(device: string, name: string, argument: string): Promise<number>
  /** A private event; the cloud does not tell whether a device received it. */
  publish(name: string, data: string): Promise<void>
  variable(device: string, name: string): Promise<string | number | boolean>
  /** Resolves with the compiler's message about the size. */
  compile(build: BuildOptions & { platformId: number }): Promise<string>
  flash(device: string, build: BuildOptions): Promise<void>
  /** Gives up what is under way, and takes no more. */
  close(): void
}

/**
 * Why a call failed: `token` and `build` (the sources do not compile) do not mend by waiting; `limit`
 * is too many calls; `device` is not there, not ours, offline or without such a function; `away` is the
 * cloud, or the network before it.
 */
export type CloudErrorKind = 'token' | 'build' | 'limit' | 'device' | 'away'

/** A call of the Particle Cloud that brought nothing. */
export class CloudError extends Error {
  override name = 'CloudError'
  readonly kind: CloudErrorKind
  /** Whether the cloud may have passed it on to the device, and counted it. */
  readonly passedOn: boolean

  constructor(kind: CloudErrorKind, message: string, passedOn: boolean) {
    super(message)
    this.kind = kind
    this.passedOn = passedOn
  }
}

export interface CloudOptions {
  readonly url: URL
  readonly token: string
}

/** Where the cloud is, unless another is named. */
export const particleUrl = 'https://api.particle.io'

/** The client pastes it into an address as it is. */
export const deviceName = /^[A-Za-z0-9_-]{1,64}$/

/** The client has no time limit of its own. */
const callMs = 30_000
/** The cloud compiler takes its time. */
const buildMs = 180_000

const DeviceInfo = v.pipe(
  v.object({
    id: v.string(),
    name: v.nullish(v.string(), ''),
    online: v.optional(v.boolean()),
    connected: v.optional(v.boolean(), false),
    last_handshake_at: v.nullish(v.string()),
    last_heard: v.nullish(v.string(), ''),
    platform_id: v.optional(v.number(), -1),
    functions: v.nullish(v.array(v.string()), []),
  }),
  v.transform(
    ({ id, name, online, connected, platform_id, functions, ...times }): CloudDevice => ({
      id,
      name,
      platformId: platform_id,
      functions,
      // A local cloud does not tell `online`, nor the handshake: what it heard last changes more often.
      session: (online ?? connected) ? (times.last_handshake_at ?? times.last_heard) : undefined,
    }),
  ),
)
const Returned = v.object({ return_value: v.pipe(v.number(), v.integer()) })
const Variable = v.object({ result: v.union([v.string(), v.number(), v.boolean()]) })
const Accepted = v.object({ ok: v.optional(v.literal(true)) })
const Compiled = v.object({ sizeInfo: v.optional(v.string(), '') })
const FlashStarted = v.object({
  ok: v.optional(v.literal(true)),
  errors: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(0))),
})

type Client = InstanceType<typeof import('particle-api-js')>

/** The Particle Cloud by its official client, which is loaded with the first call. */
export function openCloud({ url, token }: CloudOptions): ParticleCloud {
  const baseUrl = url.href.replace(/\/+$/, '')
  const underWay: Set<() => void> = new Set()
  let closed = false

  /** Connections of its own for each call: to give a call up is to cut them. */
  async function ask<const Body extends v.GenericSchema>(
    body: Body,
    question: (client: Client) => Promise<unknown>,
    limitMs = callMs,
  ): Promise<v.InferOutput<Body>> {
    const { default: Particle } = await import('particle-api-js')
    if (closed) throw new CloudError('away', 'stopped', false)
    const { Agent } = await import(url.protocol === 'http:' ? 'node:http' : 'node:https')
    const httpAgent = new Agent()
    const client = new Particle({ baseUrl, auth: token, httpAgent })
    let giveUp = () => {}
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<never>((_, reject) => {
      const late = `the Particle Cloud does not answer (within ${limitMs / 1000} s)`
      timer = setTimeout(() => reject(new CloudError('away', late, true)), limitMs)
      giveUp = () => reject(new CloudError('away', 'stopped', true))
      underWay.add(giveUp)
    })
    try {
      const answer = await Promise.race([question(client), over])
      const parsed = v.safeParse(v.object({ body }), answer)
      if (parsed.success) return parsed.output.body
      throw new CloudError('away', 'the Particle Cloud answers something else', true)
    } catch (error) {
      throw error instanceof CloudError ? error : explain(error, token)
    } finally {
      clearTimeout(timer)
      underWay.delete(giveUp)
      httpAgent.destroy()
    }
  }

  const filesOf = ({ sources, targetVersion }: BuildOptions) => ({
    files: { ...sources },
    ...(targetVersion === undefined ? {} : { targetVersion }),
  })

  return {
    // Without an argument the client throws.
    devices: () => ask(v.array(DeviceInfo), (client) => client.listDevices({})),
    device: async (device) =>
      ask(DeviceInfo, (client) => client.getDevice({ deviceId: checked(device) })),
    call: async (device, name, argument) => {
      const question = { deviceId: checked(device), name, argument }
      return (await ask(Returned, (client) => client.callFunction(question))).return_value
    },
    publish: async (name, data) => {
      // Without `isPrivate` the client asks for a public one.
      await ask(Accepted, (client) => client.publishEvent({ name, data, isPrivate: true }))
    },
    variable: async (device, name) => {
      const question = { deviceId: checked(device), name }
      return (await ask(Variable, (client) => client.getVariable(question))).result
    },
    compile: async ({ platformId, ...build }) => {
      const question = { platformId, ...filesOf(build) }
      return (await ask(Compiled, (client) => client.compileCode(question), buildMs)).sizeInfo
    },
    flash: async (device, build) => {
      const question = { deviceId: checked(device), ...filesOf(build) }
      await ask(FlashStarted, (client) => client.flashDevice(question), buildMs)
    },
    close: () => {
      closed = true
      for (const giveUp of underWay) giveUp()
    },
  }
}

function checked(device: string): string {
  if (deviceName.test(device)) return device
  throw new CloudError('device', `"${device}" is no name or id of a Particle device`, false)
}

const Text = v.fallback(v.optional(v.string()), undefined)
const ClientError = v.object({
  statusCode: v.optional(v.number()),
  body: v.optional(
    v.object({
      code: Text,
      error: Text,
      error_description: Text,
      errors: v.fallback(v.optional(v.array(v.unknown())), undefined),
      output: Text,
    }),
  ),
})

/** Network errors that come before anything has been sent. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

/** Single fields of the client's error: the whole holds the request, and the token with it. */
function explain(error: unknown, token: string): CloudError {
  const fields = v.safeParse(ClientError, error)
  const { statusCode, body = {} } = fields.success ? fields.output : {}
  if (statusCode === undefined) {
    const code = body.code === undefined ? '' : ` (${body.code})`
    const passedOn = !unsent.includes(body.code ?? '')
    return new CloudError('away', `the Particle Cloud cannot be reached${code}`, passedOn)
  }
  const hide = (text: string) => text.replaceAll(token, '…')
  if (body.errors !== undefined) {
    return new CloudError('build', hide([...body.errors, body.output ?? ''].join('\n')), false)
  }
  const words = body.error_description ?? body.error ?? ''
  const reason = hide(words).replace(/\s+/g, ' ').slice(0, 200).trim()
  const says = `the Particle Cloud says ${statusCode}${reason === '' ? '' : `: ${reason}`}`
  switch (statusCode) {
    case 401:
      return new CloudError('token', 'the Particle Cloud refuses the access token', false)
    case 429:
      return new CloudError('limit', says, false)
    case 403:
    case 404:
      return new CloudError('device', says, false)
    case 400:
    case 408:
      return new CloudError('device', says, true)
    default:
      return new CloudError('away', says, true)
  }
}
