import type { HttpBindings } from '@hono/node-server'
import type { Network } from './client-address.ts'

/** Which requests are allowed, and under which path the bridge is reached. */
export interface AccessSettings {
  /** Every route but `/health` wants it; undefined for none. */
  readonly token: string | undefined
  /** Without a slash at the end; empty for the root. */
  readonly basePath: string
  /** Origins of pages whose scripts may read the answers; `*` for all of them. */
  readonly cors: readonly string[]
  readonly trustedProxies: readonly Network[]
}

/** What Hono's handlers have beside a request: Node's request and response. */
export interface HttpEnv {
  Bindings: HttpBindings
  Variables: {
    /** Whether the request has shown the token; undefined where there is none. */
    hasShownToken?: boolean
  }
}
