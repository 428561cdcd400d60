import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SiteOptions } from '../../server/readings/site-group.ts'
import { type Bridge, type ServeOptions, startBridge } from '../../server/serve.ts'
import type { Connection } from '../../server/wordpress/database/connection.ts'
import { type DatabasePlace, fixedPlace } from '../../server/wordpress/database/place.ts'
import { createDemoSite } from '../../server/wordpress/demo-site.ts'
import { temporaryFolder } from './folder.ts'
import { silent } from './log.ts'

export interface TestBridge extends Bridge {
  readonly stateDir: string
  /** The body of a route, as JSON. */
  json<T>(path: string): Promise<T>
  /** All values of a site, by `visitors.total`. */
  values(site?: string): Promise<Record<string, number>>
}

/** A bridge in this process, behind a real socket, which ends with the test. */
export function startTestBridge(
  t: Pick<TestContext, 'after'>,
  sites: readonly (Partial<SiteOptions> & { readonly connection: Connection })[],
  options: Partial<ServeOptions> = {},
): Promise<TestBridge> {
  const placed = sites.map(({ connection, ...site }) => ({
    place: fixedPlace(connection),
    ...site,
  }))
  return startBridgeOf(t, placed, options)
}

/** A bridge of one site that is anywhere. */
export function startPlaceBridge(
  t: Pick<TestContext, 'after'>,
  place: DatabasePlace,
  options: Partial<ServeOptions> = {},
): Promise<TestBridge> {
  return startBridgeOf(t, [{ place, tablePrefix: place.tablePrefix }], options)
}

async function startBridgeOf(
  t: Pick<TestContext, 'after'>,
  sites: readonly (Partial<SiteOptions> & { readonly place: DatabasePlace })[],
  options: Partial<ServeOptions>,
): Promise<TestBridge> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'counter-state-')))
  const bridge = await startBridge({
    pollMs: 5000,
    carry: false,
    host: '127.0.0.1',
    port: 0,
    log: silent,
    publishers: [],
    now: Date.now,
    random: () => 0.5,
    signal: new AbortController().signal,
    access: { token: undefined, basePath: '', cors: ['*'], trustedProxies: [] },
    ...options,
    stateDir,
    sites: sites.map((site) => ({
      name: undefined,
      tablePrefix: undefined,
      source: 'auto',
      sql: undefined,
      ...site,
    })),
  })
  t.after(async () => {
    await bridge.stop()
    await removeUnlessInUse(stateDir)
  })
  const json = async <T>(path: string) => (await (await fetch(bridge.url + path)).json()) as T
  return {
    ...bridge,
    stateDir,
    json,
    async values(site) {
      const query = site === undefined ? '' : `?site=${site}`
      const { counts } = await json<{
        counts: { metric: string; period: string; value: number }[]
      }>(`/v1/counts${query}`)
      return Object.fromEntries(
        counts.map(({ metric, period, value }) => [`${metric}.${period}`, value]),
      )
    },
  }
}

/** Another bridge of the test may still write there, which removes the folder when it has ended itself. */
async function removeUnlessInUse(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error
  }
}

/** A bridge of the demo's made-up WordPress, which needs no database server. */
export async function startDemoBridge(
  t: TestContext,
  options: Partial<ServeOptions> = {},
): Promise<TestBridge> {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'wordpress.sqlite')
  createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random }).close()
  return startTestBridge(t, [{ connection: { engine: 'sqlite', file } }], options)
}
