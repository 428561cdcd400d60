import { UsageError } from '../errors.ts'
import { command, ended, type World } from './command.ts'
import type { Values } from './settings.ts'

export const serve = command({
  name: 'serve',
  summary: 'the bridge: reads the WordPress database and serves the count over HTTP',
  settings: ['database', 'wpConfig', 'tablePrefix', 'source', 'poll', 'host', 'port', 'stateDir'],
  async run(values, world) {
    const { startBridge } = await import('../server/serve.ts')
    const { sources } = await import('../server/wordpress/sources/index.ts')
    const ids = ['auto', ...sources.map(({ id }) => id)]
    if (!ids.includes(values.source)) {
      throw new UsageError(
        `--source: "${values.source}" is not known; it must be ${ids.join(', ')}`,
      )
    }
    const { connection, tablePrefix } = await site(values, world)
    const bridge = await startBridge({
      connection,
      tablePrefix,
      source: values.source,
      pollMs: values.poll,
      host: values.host,
      port: values.port,
      stateDir: values.stateDir,
      now: Date.now,
      random: Math.random,
      log: world.log,
    })
    await ended(world)
    await bridge.stop()
  },
})

/** Which database, and which tables in it. */
async function site(
  { database, wpConfig, tablePrefix }: Values<'database' | 'wpConfig' | 'tablePrefix'>,
  { env }: World,
) {
  if (database !== undefined && wpConfig !== undefined) {
    throw new UsageError(
      '--database and --wp-config (or their environment variables) are both given; give one',
    )
  }
  if (database !== undefined) {
    const { parseDatabaseUrl } = await import('../server/wordpress/connection.ts')
    return { connection: parseDatabaseUrl(database), tablePrefix }
  }
  if (wpConfig !== undefined) {
    const { readWpConfig } = await import('../server/wordpress/wp-config.ts')
    const config = await readWpConfig(wpConfig, { env })
    return { connection: config.connection, tablePrefix: tablePrefix ?? config.tablePrefix }
  }
  throw new UsageError(
    'which WordPress? Give --wp-config <path of wp-config.php> or --database mysql://user:password@host:3306/name',
  )
}
