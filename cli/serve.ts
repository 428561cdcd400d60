import { UsageError } from '../errors.ts'
import type { SiteOptions } from '../server/readings/site-group.ts'
import { command, ended, type World } from './command.ts'
import type { SiteValues } from './load.ts'

export const serve = command({
  name: 'serve',
  summary: 'the bridge: reads the WordPress database and serves the count over HTTP',
  settings: [
    ...(['database', 'wpConfig', 'tablePrefix', 'source', 'sql', 'totals', 'poll'] as const),
    ...(['host', 'port', 'stateDir'] as const),
    ...(['accessToken', 'cors', 'basePath', 'trustedProxies'] as const),
  ],
  async run(values, world) {
    const { startBridge } = await import('../server/serve.ts')
    const bridge = await startBridge({
      sites: await siteOptions(values, world),
      pollMs: values.poll,
      carry: values.totals === 'carry',
      host: values.host,
      port: values.port,
      stateDir: values.stateDir,
      guard: {
        ...{ token: values.accessToken, basePath: values.basePath, cors: values.cors },
        trustedProxies: values.trustedProxies ?? [],
      },
      now: Date.now,
      random: Math.random,
      log: world.log,
    })
    await ended(world)
    await bridge.stop()
  },
})

/** The sites of the settings file, or the one of the flags. */
export async function siteOptions(
  values: Omit<SiteValues, 'name'>,
  world: World,
): Promise<SiteOptions[]> {
  const { database, wpConfig } = values
  if (world.sites.length === 0) return [await siteOption({ ...values, name: undefined }, world)]
  if (database !== undefined || wpConfig !== undefined) {
    throw new UsageError('the settings file has "sites", so --database and --wp-config have no use')
  }
  return Promise.all(world.sites.map((site) => siteOption(site, world)))
}

/** Which database, which tables in it, and which of their numbers. */
async function siteOption(
  site: Omit<SiteValues, 'name'> & { name: string | undefined },
  { env }: World,
): Promise<SiteOptions> {
  const { name, database, wpConfig, tablePrefix, source, sql } = site
  await checkSource(source, sql)
  const where = name === undefined ? '' : `site ${name}: `
  if (database !== undefined && wpConfig !== undefined) {
    throw new UsageError(`${where}--database and --wp-config are both given; give one`)
  }
  if (database !== undefined) {
    const { parseDatabaseUrl } = await import('../server/wordpress/connection.ts')
    return { name, connection: parseDatabaseUrl(database), tablePrefix, source, sql }
  }
  if (wpConfig !== undefined) {
    const { readWpConfig } = await import('../server/wordpress/wp-config.ts')
    const config = await readWpConfig(wpConfig, { env })
    const prefix = tablePrefix ?? config.tablePrefix
    return { name, connection: config.connection, tablePrefix: prefix, source, sql }
  }
  throw new UsageError(
    `${where}which WordPress? Give --wp-config <path of wp-config.php> or --database mysql://user:password@host:3306/name`,
  )
}

async function checkSource(source: string, sql: string | undefined): Promise<void> {
  const { sources } = await import('../server/wordpress/sources/index.ts')
  const { sqlSource } = await import('../server/wordpress/sources/sql.ts')
  const ids = ['auto', 'sql', ...sources.map(({ id }) => id)]
  if (!ids.includes(source)) {
    throw new UsageError(`--source: "${source}" is not known; it must be ${ids.join(', ')}`)
  }
  if ((source === 'sql') !== (sql !== undefined)) {
    throw new UsageError(
      '--source sql and --sql "SELECT …" (one row, one whole number) belong together',
    )
  }
  if (sql !== undefined) sqlSource(sql)
}
