import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { TestContext } from 'node:test'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { listen } from './tcp-server.ts'

/** What may go wrong with the cloud as a whole; with `lost` it does as it is told, but its answer is lost. */
export type Fault =
  | 'html-502'
  | 'empty-401'
  | 'limit-429'
  | 'timeout-408'
  | 'hang'
  | 'reset'
  | 'lost'

/** A device with the counter's firmware, as its cloud sees it. */
export class CloudDesk {
  readonly id: string
  readonly name: string
  readonly platformId: number
  /** What the display shows, and all that it has shown. */
  readonly shown: string[] = []
  readonly variables: Record<string, string | number> = {}
  /** Names of its cloud functions; empty with other firmware. */
  functions: string[] = ['show']
  online = true
  handshakes = 1

  constructor(name: string, { platformId = 6 } = {}) {
    this.name = name
    this.platformId = platformId
    this.id = Buffer.from(name).toString('hex').padEnd(24, '0').slice(0, 24)
  }

  /** Comes back, as after a restart or a loss of Wi-Fi. */
  connect(): void {
    this.online = true
    this.handshakes += 1
  }

  /** The function `show` and the subscription `visitors/count`: digits, or nothing changes. */
  show(digits: string): number {
    if (!/^(0|[1-9]\d{0,15})$/.test(digits)) return -1
    this.shown.push(digits)
    return Math.min(Number(digits), 2_147_483_647)
  }

  get info() {
    return {
      id: this.id,
      name: this.name,
      online: this.online,
      connected: this.online,
      platform_id: this.platformId,
      product_id: this.platformId,
      cellular: false,
      last_app: null,
      last_heard: '2026-11-21T12:00:00.000Z',
      last_handshake_at: new Date(Date.UTC(2026, 10, 1) + this.handshakes * 1000).toISOString(),
      functions: this.online ? this.functions : null,
      variables: this.online ? { shown: 'int32', version: 'string' } : null,
    }
  }
}

/**
 * A stand-in for the Particle Cloud on 127.0.0.1: the calls, answers and statuses that
 * the official client and its types know, and the ways in which the real one fails.
 */
export class StandInCloud {
  readonly token = '4ebd5c8bbaa0'
  readonly desks: readonly CloudDesk[]
  /** Of each request, as `POST /v1/devices/desk/show`. */
  readonly requests: string[] = []
  /** Data operations, counted as the cloud counts them. */
  operations = 0
  /** Of every request until it is undefined again. */
  fault: Fault | undefined
  /** Requests that get no answer. */
  hanging = 0
  revoked = false
  /** The next sources do not compile, and this is why. */
  compileError: string | undefined
  /** What came to be compiled or flashed. Key: file name. */
  readonly builds: Record<string, string>[] = []
  /** Told when a flash has been accepted. */
  onFlash: (desk: CloudDesk) => void = () => {}
  /** Told of each question for a device, and of all sources that came. */
  onLook: () => void = () => {}
  onBuild: () => void = () => {}
  url: URL = new URL('http://127.0.0.1')

  constructor(desks: readonly CloudDesk[]) {
    this.desks = desks
  }

  async start(t: TestContext): Promise<void> {
    const server = createAdaptorServer({ fetch: this.#routes().fetch })
    this.url = new URL(`http://127.0.0.1:${await listen(server)}/`)
    t.after(() => {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  }

  #routes(): Hono<{ Bindings: HttpBindings }> {
    const app = new Hono<{ Bindings: HttpBindings }>()

    app.use(async (c, next) => {
      this.requests.push(`${c.req.method} ${c.req.path}`)
      const { fault } = this
      if (fault !== undefined && fault !== 'lost') return this.#fail(fault, c, c.env.incoming)
      const auth = c.req.header('Authorization')
      if (this.revoked || auth !== `Bearer ${this.token}`) {
        const error_description = 'The access token provided is invalid.'
        return c.json({ error: 'invalid_token', error_description }, 401)
      }
      await next()
      if (fault === 'lost') c.env.incoming.socket.resetAndDestroy()
      return undefined
    })

    app.get('/v1/devices', (c) => c.json(this.desks.map(({ info }) => info)))

    app.post('/v1/devices/events', async (c) => {
      const { name, data, private: isPrivate } = await c.req.json()
      if (isPrivate !== true) return c.json({ ok: false, error: 'not private' }, 400)
      const hearing = this.desks.filter(({ online }) => online)
      this.operations += 1 + hearing.length
      if (name === 'visitors/count') for (const desk of hearing) desk.show(data)
      return c.json({ ok: true })
    })

    app.get('/v1/devices/:id', (c) => {
      this.onLook()
      const desk = this.#find(c)
      return desk === undefined ? unknown(c) : c.json(desk.info)
    })

    app.get('/v1/devices/:id/:name', (c) => {
      const desk = this.#find(c)
      const result = desk?.variables[c.req.param('name')]
      if (desk === undefined) return unknown(c)
      if (!desk.online) return timedOut(c)
      if (result === undefined) return c.json({ ok: false, error: 'Variable not found' }, 404)
      this.operations += 1
      const { id, name, last_handshake_at } = desk.info
      const coreInfo = { name, deviceID: id, connected: true, last_handshake_at }
      return c.json({ name: c.req.param('name'), result, coreInfo })
    })

    app.post('/v1/devices/:id/:name', async (c) => {
      const desk = this.#find(c)
      const { args } = await c.req.json<{ args: string }>()
      if (desk === undefined) return unknown(c)
      if (!desk.online) return c.json({ ok: false, error: 'The device is not online.' }, 400)
      const name = c.req.param('name')
      if (!desk.functions.includes(name)) {
        return c.json({ ok: false, error: `Function ${name} not found` }, 404)
      }
      this.operations += 1
      const { id } = desk
      return c.json({ id, name: desk.name, connected: true, return_value: desk.show(args) })
    })

    app.put('/v1/devices/:id', async (c) => {
      const desk = this.#find(c)
      if (desk === undefined) return unknown(c)
      const refusal = await this.#build(c)
      if (refusal !== undefined) return refusal
      if (!desk.online) return timedOut(c)
      this.onFlash(desk)
      return c.json({ id: desk.id, status: 'Update started' })
    })

    app.post('/v1/binaries', async (c) => {
      const refusal = await this.#build(c)
      return (
        refusal ??
        c.json({
          ok: true,
          binary_id: '5f',
          binary_url: '/v1/binaries/5f',
          expires_at: '2026-11-22T00:00:00.000Z',
          sizeInfo: '   text\tdata\n  12000\t 108\n',
        })
      )
    })

    return app
  }

  #find(c: Context): CloudDesk | undefined {
    const wanted = c.req.param('id')
    return this.desks.find(({ id, name }) => id === wanted || name === wanted)
  }

  /** Keeps the sources; an answer only when they do not compile. */
  async #build(c: Context): Promise<Response | undefined> {
    const form = await c.req.raw.formData()
    const build: Record<string, string> = {}
    for (const [field, part] of form) {
      if (typeof part === 'string') build[field] = part
      else build[part.name] = await part.text()
    }
    this.builds.push(build)
    this.onBuild()
    if (this.compileError === undefined) return undefined
    const output = 'App code was invalid'
    return c.json({ ok: false, errors: [this.compileError], output }, 400)
  }

  async #fail(
    fault: Exclude<Fault, 'lost'>,
    c: Context,
    incoming: IncomingMessage,
  ): Promise<Response> {
    switch (fault) {
      case 'html-502':
        return c.html('<html><body><h1>502 Bad Gateway</h1></body></html>', 502)
      case 'empty-401':
        return c.body(null, 401)
      case 'limit-429':
        return c.json({ ok: false, error: 'Too many requests' }, 429)
      case 'timeout-408':
        return timedOut(c)
      case 'hang':
        this.hanging += 1
        await once(incoming.socket, 'close')
        this.hanging -= 1
        return RESPONSE_ALREADY_SENT
      case 'reset':
        incoming.socket.resetAndDestroy()
        return RESPONSE_ALREADY_SENT
    }
  }
}

/** A stand-in that ends with the test. */
export async function startStandInCloud(
  t: TestContext,
  ...desks: readonly CloudDesk[]
): Promise<StandInCloud> {
  const cloud = new StandInCloud(desks)
  await cloud.start(t)
  return cloud
}

function unknown(c: Context): Response {
  return c.json({ ok: false, error: 'Permission Denied' }, 404)
}

function timedOut(c: Context): Response {
  return c.json({ ok: false, error: 'Timed out.' }, 408)
}
